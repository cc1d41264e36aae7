/** A real `alluxio ossServer` process, as a user would start it. */
import { join } from 'node:path';
import { once } from 'node:events';
import type { Home } from './home.ts';
import { startAlluxio } from './run-alluxio.ts';
import { OSS_KEYS } from './oss.ts';

export interface OssProcess {
  readonly endpoint: string;
  /** Site properties that reach it. */
  readonly properties: Readonly<Record<string, string>>;
  fault(rule: Readonly<Record<string, unknown>>): Promise<void>;
  clearFaults(): Promise<void>;
  /** Resolves when a fault rule has been applied to a request, or when the one who is to make it has gone. */
  hit(gone?: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startOssProcess(home: Home, options: { buckets?: readonly string[]; env?: Readonly<Record<string, string>> } = {}): Promise<OssProcess> {
  const buckets = (options.buckets ?? ['bucket']).flatMap((bucket) => ['--bucket', bucket]);
  const keys = ['--access-key-id', OSS_KEYS.accessKeyId, '--access-key-secret', OSS_KEYS.accessKeySecret];
  const child = startAlluxio(home, ['ossServer', '--dir', join(home.dir, 'oss'), '--port', '0', '--faults', ...buckets, ...keys], options.env === undefined ? {} : { env: options.env });
  let text = '';
  child.stderr.resume();
  while (!text.includes('\n')) {
    const [chunk] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => ['ended\n'])])) as [Buffer | string];
    text += String(chunk);
  }
  const endpoint = /https?:\/\/[^\s]+/.exec(text)?.[0];
  if (endpoint === undefined) throw new Error(`ossServer did not say its endpoint: ${text}`);
  const admin = async (method: string, body?: string) => {
    const answer = await fetch(`${endpoint}/-/faults`, { method, ...(body === undefined ? {} : { body }) });
    if (!answer.ok) throw new Error(`faults: ${answer.status} ${await answer.text()}`);
  };
  return {
    endpoint,
    properties: { 'fs.oss.endpoint': endpoint, 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret },
    fault: (rule) => admin('POST', JSON.stringify(rule)),
    clearFaults: () => admin('DELETE'),
    async hit(gone = () => false) {
      while (!gone()) {
        const answer = await fetch(`${endpoint}/-/faults`);
        if (/"hits":[1-9]/.test((await answer.text()).replaceAll(' ', ''))) return;
      }
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
