/** An OSS server on a free port with one bucket, and the configuration that reaches it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { startOssServer } from '../../src/oss-server/server.ts';
import { configOf } from './config.ts';

export const OSS_KEYS = { accessKeyId: 'test-id', accessKeySecret: 'test-secret-s3cr3t' } as const;

export interface TestOss {
  readonly bucket: string;
  readonly endpoint: string;
  config(properties?: Readonly<Record<string, string>>): Config;
  close(): Promise<void>;
}

export async function startTestOss(options: { faults?: boolean } = {}): Promise<TestOss> {
  const dir = await mkdtemp(join(tmpdir(), 'alluxio-oss-'));
  const bucket = 'test-bucket';
  const server = await startOssServer({ dir, port: 0, buckets: [bucket], credentials: OSS_KEYS, faults: options.faults ?? false });
  return {
    bucket,
    endpoint: server.endpoint,
    config: (properties = {}) =>
      configOf({
        'fs.oss.accessKeyId': OSS_KEYS.accessKeyId,
        'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret,
        'fs.oss.endpoint': server.endpoint,
        'alluxio.underfs.eventual.consistency.retry.base.sleep': '5ms',
        ...properties,
      }),
    async close() {
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
}
