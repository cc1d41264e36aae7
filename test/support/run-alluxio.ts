/** Runs the real `bin/alluxio`, as built, in a home of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Home } from './home.ts';

export const ALLUXIO = fileURLToPath(new URL('../../bin/alluxio', import.meta.url));

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  /** A script of `bin/` other than `alluxio`. */
  readonly script?: string;
  /** After it the process is killed and the run rejects. Default 30 s. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  /** 128 + n when a signal ended it, as a shell says. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

export async function runAlluxio(home: Home, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = startAlluxio(home, args, options);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const status = await statusOf(child, options.timeoutMs ?? 30_000, args);
  const stdoutBytes = Buffer.concat(out);
  return { status, stdout: stdoutBytes.toString('utf8'), stderr: Buffer.concat(err).toString('utf8'), stdoutBytes };
}

/** The running process, for tests that signal it or read as it writes. */
export function startAlluxio(home: Home, args: readonly string[], options: Pick<RunOptions, 'env' | 'cwd' | 'script'> = {}): ChildProcessWithoutNullStreams {
  // Only what a test names reaches the process: settings of the machine must not decide a test.
  const env = { PATH: process.env.PATH ?? '', HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir, TZ: 'UTC', LANG: 'C.UTF-8', ...options.env };
  const file = options.script === undefined ? ALLUXIO : fileURLToPath(new URL(`../../bin/${options.script}`, import.meta.url));
  return spawn(file, [...args], { cwd: options.cwd ?? home.dir, env, stdio: ['pipe', 'pipe', 'pipe'] });
}

export function statusOf(child: ChildProcessWithoutNullStreams, timeoutMs: number, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`alluxio ${args.join(' ')} did not end within ${timeoutMs} ms`));
    }, timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0));
    });
  });
}
