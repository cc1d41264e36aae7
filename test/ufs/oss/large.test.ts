/** What happens above limits that no test could reach at their real size. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench, patternBytes } from '../../../src/ufs/conformance/bench.ts';
import { openOss } from '../../../src/ufs/oss/index.ts';
import type { OssTuning } from '../../../src/ufs/oss/tuning.ts';
import { uploadsOf } from '../../../src/ufs/oss/uploads.ts';
import { UfsUri } from '../../../src/uri.ts';
import { startTestOss } from '../../support/oss.ts';
import type { TestOss } from '../../support/oss.ts';
import { inSlots } from '../../support/slots.ts';

const PART = 100 * 1024;
let oss: TestOss;
beforeAll(async () => {
  oss = await startTestOss();
});
afterAll(() => oss.close());
afterEach(() => oss.clearFaults());

async function open(tuning: Partial<OssTuning>) {
  const folder = randomUUID();
  const ufs = await openOss(UfsUri.parse(`oss://${oss.bucket}/${folder}`), oss.config(), {}, tuning);
  return { folder, ufs, bench: new Bench(ufs, '') };
}

describe('copying in parts', () => {
  const tuning = { copyAtOnceBytes: PART, copyPartBytes: PART };

  it.each([PART, PART + 1, 3 * PART, 3 * PART + 1])('of %d bytes makes the same file', async (size) => {
    const { ufs, bench } = await open(tuning);
    const content = patternBytes(size);
    const written = await bench.write('from', content);
    expect(await ufs.copyFile('from', 'to 中文%')).toMatchObject({ size, crc64: written.crc64 });
    expect((await bench.read('to 中文%')).equals(content)).toBe(true);
  });

  it('leaves no upload when a part fails', async () => {
    const { ufs, bench, folder } = await open(tuning);
    await bench.write('from', patternBytes(3 * PART));
    await oss.fault('internal-error', { method: 'PUT', subresource: 'partNumber' });
    await expect(ufs.copyFile('from', 'to')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await oss.clearFaults();
    expect((await uploadsOf(await oss.raw(), `${folder}/to`)).uploads).toEqual([]);
    expect(await bench.names()).toEqual(['from']);
  });
});

describe('writing in parts', () => {
  it.each(['reset-after', 'throttled', 'reset-mid-body'] as const)('sends parts from where they lie, and again after %s', async (fault) => {
    const { ufs, bench } = await open({ partBytes: PART, maxPartBytes: PART });
    const content = patternBytes(30 * PART + 7);
    for (let round = 0; round < 2; round++) {
      await oss.fault(fault, { method: 'PUT', subresource: 'partNumber' }, 3);
      await ufs.write('file', inSlots(content, PART), { size: content.length });
      expect((await bench.read('file')).equals(content)).toBe(true);
    }
  });

  it('a file of known size takes larger parts rather than more than OSS allows', async () => {
    const { ufs, bench } = await open({ partBytes: PART, maxPartBytes: PART, maxParts: 3 });
    const content = patternBytes(7 * PART);
    await ufs.write('file', Readable.from([content], { objectMode: false }), { size: content.length });
    expect((await bench.read('file')).equals(content)).toBe(true);
  });

  it('a stream of unknown length takes parts that grow, and fails when they do not suffice', async () => {
    const { ufs, bench } = await open({ partBytes: PART, maxPartBytes: 4 * PART, maxParts: 5 });
    const content = patternBytes(12 * PART);
    await ufs.write('file', Readable.from([content], { objectMode: false }));
    expect((await bench.read('file')).equals(content)).toBe(true);
    await expect(ufs.write('endless', Readable.from([content, content, content], { objectMode: false }))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await bench.names()).toEqual(['file']);
  });

  it('many files share one budget of memory, and none waits for ever', async () => {
    const { ufs, bench } = await open({ partBytes: PART, writeBudget: 2 * PART, readBudget: PART, pieceBytes: PART });
    const names = Array.from({ length: 10 }, (_, at) => `file-${String(at)}`);
    const content = patternBytes(5 * PART + 7);
    await Promise.all(names.map((name, at) => ufs.write(name, Readable.from([content], { objectMode: false }), at % 2 === 0 ? {} : { size: content.length })));
    const readers = await Promise.all(names.map((name) => ufs.read(name)));
    // All are open before any is read.
    for (const reader of readers) {
      let length = 0;
      for await (const chunk of reader) length += chunk.length;
      expect(length).toBe(content.length);
    }
    expect(await bench.names()).toEqual(names);
  });
});

describe('reading where one connection is fast enough', () => {
  const fast = { pieceBytes: PART, fastBytesPerMs: 0, streamBytes: 5 * 1024 * 1024 };
  const content = patternBytes(12 * 1024 * 1024 + 77);

  it.each([
    [0, content.length],
    [1, content.length - 1],
    [PART - 1, 6 * 1024 * 1024],
    [content.length - 1, 1],
    [0, PART],
  ])('gives the same bytes from %d, %d of them', async (offset, length) => {
    const { ufs } = await open(fast);
    await ufs.write('file', Readable.from([content], { objectMode: false }));
    const got: Buffer[] = [];
    for await (const chunk of await ufs.read('file', { offset, length })) got.push(Buffer.from(chunk));
    expect(Buffer.concat(got).equals(content.subarray(offset, offset + length))).toBe(true);
  });

  it.each(['reset-mid-body', 'short-body', 'internal-error'] as const)('goes on by pieces after: %s', async (kind) => {
    const { ufs } = await open(fast);
    await ufs.write('file', Readable.from([content], { objectMode: false }));
    const got: Buffer[] = [];
    for await (const chunk of await ufs.read('file')) {
      got.push(Buffer.from(chunk));
      // The first piece is there, the long answer is not asked for yet.
      if (got.length === 1) await oss.fault(kind, { method: 'GET' }, 1);
    }
    expect(Buffer.concat(got).equals(content)).toBe(true);
  });

  it('never mixes an object with the one that took its place', async () => {
    const { ufs } = await open(fast);
    const { contentHash } = await ufs.write('file', Readable.from([content], { objectMode: false }));
    const reading = (async () => {
      let seen = 0;
      for await (const chunk of await ufs.read('file', { ifContentHash: contentHash })) {
        seen += chunk.length;
        if (seen === chunk.length) await ufs.write('file', Readable.from([Buffer.alloc(content.length)], { objectMode: false }));
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  });
});
