import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createUfs } from '../../../src/ufs/registry.ts';
import { UfsUri } from '../../../src/uri.ts';
import { ufsSuite } from '../../contract/ufs.suite.ts';
import { configOf } from '../../support/config.ts';

describe('local', () => {
  ufsSuite(async () => {
    const root = await mkdtemp(join(tmpdir(), 'alluxio-local-'));
    const ufs = await createUfs(UfsUri.parse(root), configOf({ 'alluxio.underfs.listing.length': '3' }));
    return { ufs, close: () => rm(root, { recursive: true }) };
  });
});
