/** An OSS server on a free port with one bucket, and the configuration that reaches it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import type { FaultMatch, FaultName } from '../../src/oss-server/faults.ts';
import { startOssServer } from '../../src/oss-server/server.ts';
import { UfsUri } from '../../src/uri.ts';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { configOf } from './config.ts';

export const OSS_KEYS = { accessKeyId: 'test-id-1d', accessKeySecret: 'test-secret-s3cr3t' } as const;

export interface TestOss {
  readonly bucket: string;
  readonly endpoint: string;
  config(properties?: Readonly<Record<string, string>>): Config;
  /** Requests past the driver: other tools' objects. */
  raw(): Promise<OssClient>;
  /** The next `times` matching requests go wrong; by default all. */
  fault(name: FaultName, match?: FaultMatch, times?: number): Promise<void>;
  clearFaults(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestOss(): Promise<TestOss> {
  const dir = await mkdtemp(join(tmpdir(), 'alluxio-oss-'));
  const bucket = 'test-bucket';
  const server = await startOssServer({ dir, port: 0, buckets: [bucket], credentials: OSS_KEYS, faults: true });
  const faults = `${server.endpoint}/-/faults`;
  const config = (properties: Readonly<Record<string, string>> = {}): Config =>
    configOf({
      'fs.oss.accessKeyId': OSS_KEYS.accessKeyId,
      'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret,
      'fs.oss.endpoint': server.endpoint,
      'alluxio.underfs.eventual.consistency.retry.base.sleep': '5ms',
      ...properties,
    });
  return {
    bucket,
    endpoint: server.endpoint,
    config,
    raw: () => OssClient.create(UfsUri.parse(`oss://${bucket}/`), config()),
    async fault(name, match = {}, times) {
      const answer = await fetch(faults, { method: 'POST', body: JSON.stringify({ name, match, times }) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async clearFaults() {
      await fetch(faults, { method: 'DELETE' });
    },
    async close() {
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
}

export async function putRaw(client: OssClient, object: string, content = ''): Promise<void> {
  await client.send({ method: 'PUT', object, body: Buffer.from(content) });
}
