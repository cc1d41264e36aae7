/** Moving trees where the store cannot: whenever it breaks off, nothing is lost, and calling it again finishes it. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from '../../src/ufs/conformance/bench.ts';
import { fillDeepDirectory } from '../../src/ufs/conformance/trees.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import { moveTree } from '../../src/ufs/rename.ts';
import { UfsUri } from '../../src/uri.ts';
import { startTestOss } from '../support/oss.ts';
import type { TestOss } from '../support/oss.ts';

let oss: TestOss;
beforeAll(async () => {
  oss = await startTestOss();
});
afterAll(() => oss.close());
afterEach(() => oss.clearFaults());

async function mount() {
  const folder = randomUUID();
  const ufs = await createUfs(UfsUri.parse(`oss://${oss.bucket}/${folder}`), oss.config({ 'alluxio.underfs.oss.retry.max': '0' }));
  const bench = new Bench(ufs, '');
  return { folder, ufs, bench, names: await fillDeepDirectory(bench, 'from') };
}

describe('moveTree', () => {
  it('that breaks off while it copies keeps the source whole, and finishes when it is repeated', async () => {
    const { folder, ufs, bench, names } = await mount();
    await oss.fault('internal-error', { method: 'PUT', keyPrefix: `${folder}/to/sub/deeper/file-c` });
    await expect(moveTree(ufs, 'from', 'to')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await bench.names('from', { recursive: true })).toEqual(names);
    await oss.clearFaults();
    await moveTree(ufs, 'from', 'to');
    expect(await bench.names('', { recursive: true })).toEqual(['to', ...names.map((name) => `to/${name}`)]);
  });

  it('that breaks off while it deletes keeps the copy whole, says what is left, and finishes when it is repeated', async () => {
    const { ufs, bench, names } = await mount();
    await oss.fault('partial-delete', {}, 1);
    await expect(moveTree(ufs, 'from', 'to')).rejects.toMatchObject({ code: 'PARTIAL', message: expect.stringContaining('/from/') as string });
    expect(await bench.names('to', { recursive: true })).toEqual(names);
    await moveTree(ufs, 'from', 'to');
    expect(await bench.names('', { recursive: true })).toEqual(['to', ...names.map((name) => `to/${name}`)]);
  });

  it('tells of each copied file, and stops when it is told to', async () => {
    const { ufs, bench, names } = await mount();
    const copied: number[] = [];
    const stop = new AbortController();
    const moving = moveTree(ufs, 'from', 'to', { parallel: 1, signal: stop.signal, onCopied: ({ size }) => (copied.push(size), stop.abort()) });
    await expect(moving).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(copied).toHaveLength(1);
    expect(await bench.names('from', { recursive: true })).toEqual(names);
  });

  it('of nothing is NOT_FOUND; into itself, of the root and onto the root is refused; onto itself is nothing', async () => {
    const { ufs, bench, names } = await mount();
    await expect(moveTree(ufs, 'none', 'to')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const [from, to] of [['from', 'from/below'], ['', 'to'], ['from', '']] as const) await expect(moveTree(ufs, from, to)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await moveTree(ufs, 'from', 'from');
    expect(await bench.names('from', { recursive: true })).toEqual(names);
  });
});
