/** An installation of its own, as a user has it after clone and build: bin, conf and dist in a folder, and a HOME beside it. Lines are run by a shell, as typed. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from './run-alluxio.ts';
import { statusOf } from './run-alluxio.ts';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

export interface Installation {
  /** The folder in which a user types `./bin/alluxio`. */
  readonly dir: string;
  /** HOME */
  readonly home: string;
  /** Runs a line in the folder; only what is named here reaches it of this process's environment. */
  type(line: string, env?: Readonly<Record<string, string>>): Promise<RunResult>;
  remove(): Promise<void>;
}

export async function makeInstallation(): Promise<Installation> {
  const top = await mkdtemp(join(tmpdir(), 'alluxio-installation-'));
  const [dir, home] = [join(top, 'alluxio'), join(top, 'home')];
  await Promise.all([mkdir(dir), mkdir(home)]);
  // Copied, since the launcher and Node look behind links; what is built finds its packages behind one.
  await Promise.all(['bin', 'conf', 'README.md', 'package.json'].map((name) => cp(join(REPOSITORY, name), join(dir, name), { recursive: true, filter: isNoSetting })));
  await symlink(join(REPOSITORY, 'dist'), join(dir, 'dist'));
  return {
    dir,
    home,
    type: (line, env = {}) => typeLine(line, dir, { HOME: home, ...env }),
    remove: () => rm(top, { recursive: true, force: true }),
  };
}

/** A developer's own settings are not part of a clone. */
function isNoSetting(path: string): boolean {
  return !/\/conf\/[^/]+(?<!\.template)$/.test(path);
}

export async function typeLine(line: string, cwd: string, env: Readonly<Record<string, string>>): Promise<RunResult> {
  const child = spawn('/bin/sh', ['-c', line], { cwd, env: { PATH: process.env.PATH ?? '', TZ: 'UTC', LANG: 'C.UTF-8', ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.end();
  const status = await statusOf(child, 60_000, [line]);
  const stdoutBytes = Buffer.concat(out);
  return { status, stdout: stdoutBytes.toString('utf8'), stderr: Buffer.concat(err).toString('utf8'), stdoutBytes };
}
