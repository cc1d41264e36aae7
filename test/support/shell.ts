/** Typing `alluxio fs` lines at the real binary in one home over an OSS bucket, with another program's client beside it. */
import { expect } from 'vitest';
import { sdk } from '../oss-server/support.ts';
import type { Home } from './home.ts';
import { makeHome } from './home.ts';
import { OSS_KEYS } from './oss.ts';
import type { OssProcess } from './oss-process.ts';
import { startOssProcess } from './oss-process.ts';
import type { RunOptions, RunResult } from './run-alluxio.ts';
import { runAlluxio } from './run-alluxio.ts';

export interface Shell {
  readonly home: Home;
  readonly oss: OssProcess;
  fs(...args: string[]): Promise<RunResult>;
  /** One after the other; each must succeed and say nothing on stderr. Returns what they printed. */
  all(...lines: readonly (readonly string[])[]): Promise<string>;
  /** Status 255, these words on stderr, and this on stdout. */
  refused(args: readonly string[], stderr: string, stdout?: string): Promise<void>;
  /** What `--json` printed. */
  records(...args: string[]): Promise<Record<string, unknown>[]>;
  run(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Another program's objects, below the root mount's `root/`. */
  put(key: string, content: string): Promise<void>;
  remove(...keys: string[]): Promise<void>;
  /** Keys below `root/`, sorted. */
  keys(): Promise<string[]>;
  close(): Promise<void>;
}

export async function makeShell(properties: Readonly<Record<string, string>> = {}, buckets: readonly string[] = ['bucket', 'other']): Promise<Shell> {
  const home = await makeHome();
  const oss = await startOssProcess(home, { buckets });
  await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/root', ...properties });
  await runAlluxio(home, ['format']);
  const client = sdk(oss.endpoint, { bucket: 'bucket', ...OSS_KEYS });
  const fs = (...args: string[]) => runAlluxio(home, ['fs', ...args]);
  return {
    home,
    oss,
    fs,
    async all(...lines) {
      let text = '';
      for (const line of lines) {
        const done = await fs(...line);
        expect(`${line.join(' ')}: ${done.status} ${done.stderr}`).toBe(`${line.join(' ')}: 0 `);
        text += done.stdout;
      }
      return text;
    },
    async refused(args, stderr, stdout = '') {
      const done = await fs(...args);
      expect({ args, status: done.status, stdout: done.stdout, stderr: done.stderr }).toEqual({ args, status: 255, stdout, stderr });
    },
    async records(...args) {
      const { stdout } = await fs(...args, '--json');
      return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    run: (args, options) => runAlluxio(home, args, options),
    put: async (key, content) => void (await client.put(`root/${key}`, Buffer.from(content))),
    remove: async (...keys) => void (await client.deleteMulti(keys.map((key) => `root/${key}`))),
    async keys() {
      const found: string[] = [];
      for (let token: string | null = ''; token !== null; ) {
        const page = await client.listV2({ prefix: 'root/', 'max-keys': '1000', ...(token === '' ? {} : { 'continuation-token': token }) });
        // The SDK says nothing, not an empty list, of a prefix without objects.
        found.push(...((page.objects as typeof page.objects | undefined) ?? []).map(({ name }) => name.slice('root/'.length)));
        token = page.nextContinuationToken ?? null;
      }
      return found.filter((key) => key !== '').sort();
    },
    async close() {
      await oss.stop();
      await home.remove();
    },
  };
}
