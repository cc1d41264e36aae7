/** Runs a program to its end and says how long it took, what it used, and, when asked, what it printed. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HOOK = fileURLToPath(new URL('usage-hook.cjs', import.meta.url));
const alive = new Set();
let runs = 0;

/** Ends what runs now: everything here is waited for, so nothing stays behind. */
export function killAll(signal) {
  for (const child of alive) child.kill(signal);
}

/**
 * @param {string[]} line program and arguments
 * @param {{ env?: object, cwd?: string, output?: 'none' | 'keep' | 'pipe', usage?: string, statuses?: number[] }} how
 *   `output`: to /dev/null, kept and returned, or through a pipe into `cat`, as a shell's pipe would take it.
 *   `usage`: a folder; the process (node only) leaves its own peak memory and CPU time there.
 */
export async function run(line, how = {}) {
  const { env = process.env, cwd, output = 'none', usage, statuses = [0] } = how;
  const file = usage === undefined ? undefined : join(usage, `usage.${process.pid}.${++runs}`);
  const hooked = file === undefined ? env : { ...env, NODE_OPTIONS: `${env.NODE_OPTIONS ?? ''} --require ${HOOK}`.trim(), BENCH_USAGE_FILE: file };
  const result = await execute(line, { env: hooked, cwd, output });
  if (!statuses.includes(result.status)) throw new Error(`${line.slice(0, 6).join(' ')} ended with ${result.status}: ${result.err.trim().slice(-400)}`);
  return { ...result, ...usageIn(file) };
}

function execute(line, { env, cwd, output }) {
  const [program, ...args] = line;
  const sink = output === 'none' ? openSync('/dev/null', 'w') : 'pipe';
  // A pipe into a program that does nothing, as a user's pipe, and not into this process, whose reading would cost more.
  const [name, words] = output === 'pipe' ? ['/bin/sh', ['-c', '"$0" "$@" | cat > /dev/null', program, ...args]] : [program, args];
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(name, words, { env, cwd, stdio: ['ignore', sink, 'pipe'] });
    alive.add(child);
    if (output === 'none') closeSync(sink);
    let ms = 0;
    let [out, err] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('exit', () => (ms = performance.now() - started));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      alive.delete(child);
      resolve({ ms, status: code ?? signal, out, err });
    });
  });
}

function usageIn(file) {
  if (file === undefined || !existsSync(file)) return {};
  const used = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  return used;
}

/** Milliseconds until the first bytes of output are there; the reader then hangs up, as `| head -1` does. */
export function untilFirstOutput(line, { env }) {
  const [program, ...args] = line;
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let first;
    let err = '';
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    alive.add(child);
    child.stdout.once('data', () => {
      first = performance.now() - started;
      child.stdout.destroy();
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', () => {
      alive.delete(child);
      if (first === undefined) reject(new Error(`${line.join(' ')} printed nothing: ${err.trim()}`));
      else resolve({ ms: first });
    });
  });
}

/** A server in the background; resolves when it has printed its endpoint. */
export function startServer(line, env) {
  const [program, ...args] = line;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    alive.add(child);
    let [out, err] = ['', ''];
    const ended = new Promise((done) => child.on('close', done));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      const endpoint = /https?:\/\/[^\s"]+/.exec(out)?.[0];
      if (endpoint === undefined || !out.includes('\n')) return;
      resolve({
        endpoint,
        async stop() {
          child.kill('SIGTERM');
          await ended;
        },
      });
    });
    child.on('error', reject);
    child.on('close', () => {
      alive.delete(child);
      reject(new Error(`the server ended: ${err.trim()}`));
    });
  });
}
