/** Tools of others that speak OSS, to be measured on the same ossServer: ossutil where it is installed, else Aliyun's own Go SDK where Go can build a program of it. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const KEYS = ['bench', 'bench-secret'];

/**
 * How to use the first tool that works here. A peer has a `name`; `upload(file, key)`, `download(key)` to /dev/null, `list(prefix, expected)` and `uploadAll(folder, prefix)` resolve with
 * the time that it took.
 */
export async function findPeer(folder, env) {
  for (const find of [ossutil, goSdk]) {
    const peer = await find(folder, { ...env, HOME: folder }).catch((error) => void process.stderr.write(`  no peer: ${error.message.split('\n')[0]}\n`));
    if (peer !== undefined) return peer;
  }
  return undefined;
}

async function ossutil(folder, env) {
  const { out } = await run(['/bin/sh', '-c', 'command -v ossutil && ossutil --version || true'], { env, output: 'keep' });
  const [program, version = ''] = out.trim().split('\n');
  if (program === '') return undefined;
  return (server) => {
    const call = (...words) => run([program, ...words, '-e', server.endpoint, '-i', KEYS[0], '-k', KEYS[1], '--checkpoint-dir', join(folder, 'checkpoints')], { env });
    return {
      name: `ossutil ${/v?[\d.]+/.exec(version)?.[0] ?? ''}`.trim(),
      upload: (file, key) => call('cp', '-f', file, `oss://bench/${key}`),
      download: (key) => call('cat', `oss://bench/${key}`),
      list: (prefix) => call('ls', '-s', `oss://bench/${prefix}`, '--limited-num', '-1'),
      uploadAll: (from, prefix) => call('cp', '-r', '-f', '--jobs', '16', from, `oss://bench/${prefix}`),
    };
  };
}

/** Built into the bench's own folder; its modules come from where Go is set up to get them. */
async function goSdk(folder, env) {
  const { HOME: _, ...withOwnHome } = env;
  const source = fileURLToPath(new URL('peer-go', import.meta.url));
  const built = join(folder, 'peer-go');
  if ((await run(['/bin/sh', '-c', 'command -v go || true'], { env, output: 'keep' })).out === '') return undefined;
  cpSync(source, join(folder, 'source'), { recursive: true });
  await run(['go', 'build', '-o', built, '.'], { cwd: join(folder, 'source'), env: { ...withOwnHome, HOME: process.env.HOME ?? folder } });
  return (server) => {
    const call = (...words) => run([built, server.endpoint, 'bench', ...words], { env: { ...env, OSS_ACCESS_KEY_ID: KEYS[0], OSS_ACCESS_KEY_SECRET: KEYS[1] } });
    return {
      name: "Aliyun's Go SDK",
      upload: (file, key) => call('upload', file, key),
      download: (key) => call('download', key),
      list: (prefix, expected) => call('list', prefix, String(expected)),
      uploadAll: (from, prefix) => call('upload-all', from, prefix),
    };
  };
}
