import { describe } from 'vitest';
import { createUfs } from '../../../src/ufs/registry.ts';
import { UfsUri } from '../../../src/uri.ts';
import { namesSuite, ufsSuite } from '../../contract/ufs.suite.ts';
import { startTestOss } from '../../support/oss.ts';

const SMALL = {
  'alluxio.underfs.listing.length': '3',
  'alluxio.underfs.oss.streaming.upload.partition.size': '100KB',
  'alluxio.underfs.object.store.multi.range.chunk.size': '100KB',
};

async function open(directory: string, properties: Readonly<Record<string, string>>) {
  const oss = await startTestOss();
  const ufs = await createUfs(UfsUri.parse(`oss://${oss.bucket}/${directory}`), oss.config({ ...SMALL, ...properties }));
  return { ufs, close: () => oss.close() };
}

describe('OSS, below a directory', () => ufsSuite(() => open('some/dir', {})));

describe('OSS, a whole bucket, signed with V4', () => namesSuite(() => open('', { 'alluxio.underfs.oss.region': 'cn-hangzhou' })));
