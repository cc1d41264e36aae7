/** Memory in slots is taken for each part and each piece, and a resident lives for weeks: every way out gives it back. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SLOT_BYTES } from '../../../src/checked-memory.ts';
import { createBudget } from '../../../src/filesystem/transfers/lanes.ts';
import { STREAM_MEMORY, withLocalFile } from '../../../src/filesystem/transfers/local-file.ts';
import type { FaultName } from '../../../src/oss-server/faults.ts';
import { patternBytes } from '../../../src/ufs/conformance/bench.ts';
import { openOss } from '../../../src/ufs/oss/index.ts';
import type { OssTuning } from '../../../src/ufs/oss/tuning.ts';
import type { Ufs } from '../../../src/ufs/ufs.ts';
import { UfsUri } from '../../../src/uri.ts';
import { startTestOss } from '../../support/oss.ts';
import type { TestOss } from '../../support/oss.ts';
import { freeSlots, inSlots } from '../../support/slots.ts';

const PART = 256 * 1024;
const PARTS = { method: 'PUT', subresource: 'partNumber' };
let oss: TestOss;
let dir: string;
let all: number;
beforeAll(async () => {
  oss = await startTestOss();
  dir = await mkdtemp(join(tmpdir(), 'alluxio-slots-'));
  all = freeSlots();
});
afterEach(() => oss.clearFaults());
afterAll(async () => {
  await oss.close();
  await rm(dir, { recursive: true });
});

interface Opening {
  readonly tuning?: Partial<OssTuning>;
  readonly folder?: string;
  readonly timeout?: string;
}

function open({ tuning = {}, folder = randomUUID(), timeout = '1min' }: Opening = {}): Promise<Ufs> {
  const config = oss.config({ 'alluxio.underfs.oss.retry.max': '0', 'alluxio.underfs.oss.socket.timeout': timeout });
  return openOss(UfsUri.parse(`oss://${oss.bucket}/${folder}`), config, {}, tuning);
}

/** Only what waits for an answer that never comes should wait for a short time. */
const timeoutFor = (fault: FaultName): { timeout?: string } => (fault === 'stalled-body' ? { timeout: '500ms' } : {});

/** A request that still comes to its end gives back then; what never does, never does. */
async function expectAllFree(): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (freeSlots() < all && performance.now() < deadline) await turn();
  expect(freeSlots()).toBe(all);
}

describe('an upload in parts that lie in slots gives them all back', () => {
  const content = patternBytes(6 * PART + 7);

  async function upload({ signal, ...opening }: Opening & { signal?: AbortSignal } = {}): Promise<void> {
    const ufs = await open({ ...opening, tuning: { partBytes: PART, maxPartBytes: PART } });
    await ufs.write('file', inSlots(content, PART), { size: content.length, ...(signal === undefined ? {} : { signal }) });
  }

  it.each(['internal-error', 'clock-skew', 'throttled', 'reset-before', 'reset-after', 'reset-mid-body', 'stalled-body', 'wrong-crc64'] satisfies FaultName[])('when parts fail for good: %s', async (fault) => {
    await oss.fault(fault, PARTS);
    await expect(upload(timeoutFor(fault))).rejects.toHaveProperty('code');
    expect(freeSlots()).toBe(all);
  });

  it('when one part of many fails', async () => {
    await oss.fault('clock-skew', PARTS, 1);
    await expect(upload()).rejects.toHaveProperty('code');
    expect(freeSlots()).toBe(all);
  });

  it.each(['uploads', 'uploadId'])('when its first or last request fails: %s', async (subresource) => {
    await oss.fault('clock-skew', { method: 'POST', subresource });
    await expect(upload()).rejects.toHaveProperty('code');
    expect(freeSlots()).toBe(all);
  });

  it('when it is cancelled while parts are on their way', async () => {
    await oss.fault('stalled-body', PARTS);
    const stop = new AbortController();
    const uploading = upload({ signal: stop.signal });
    while (freeSlots() > all - 4) await turn();
    stop.abort();
    await expect(uploading).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(freeSlots()).toBe(all);
  });
});

describe('a local file that is read into slots gives them all back', () => {
  it.each(['a part fails', 'the file becomes shorter'])('when %s', async (what) => {
    const file = join(dir, randomUUID());
    await writeFile(file, patternBytes(4 * SLOT_BYTES + 1));
    const ufs = await open();
    const writing = withLocalFile(file, createBudget(STREAM_MEMORY), async ({ size, chunks }) => {
      if (what === 'a part fails') await oss.fault('clock-skew', PARTS, 1);
      else await truncate(file, SLOT_BYTES);
      await ufs.write('file', chunks, { size });
    });
    await expect(writing).rejects.toHaveProperty('code');
    expect(freeSlots()).toBe(all);
  });
});

describe.each([
  ['by pieces', { fastBytesPerMs: Number.POSITIVE_INFINITY, pieceBytes: PART }],
  ['as a stream', { fastBytesPerMs: 0, pieceBytes: PART }],
] as const)('a read %s gives its slots back', (_, tuning) => {
  const folder = randomUUID();
  let ufs: Ufs;
  beforeAll(async () => {
    ufs = await open({ tuning, folder });
    // More chunks than a stream has memory for.
    await ufs.write('file', Readable.from([patternBytes(3 * SLOT_BYTES)], { objectMode: false }));
  });

  it.each([0, 1, 2, 3])('when it is left after %i chunks', async (after) => {
    const stream = await ufs.read('file');
    let seen = 0;
    if (after > 0) for await (const _chunk of stream) if (++seen === after) break;
    await stream.close();
    await expectAllFree();
  });

  it.each(['internal-error', 'reset-mid-body', 'stalled-body', 'short-body', 'clock-skew'] satisfies FaultName[])('when it fails: %s', async (fault) => {
    const failing = await open({ tuning, folder, ...timeoutFor(fault) });
    const reading = (async () => {
      for await (const _chunk of await failing.read('file')) await oss.fault(fault, { method: 'GET' });
    })();
    await expect(reading).rejects.toHaveProperty('code');
    await expectAllFree();
  });

  it('when it is cancelled', async () => {
    const stop = new AbortController();
    const reading = (async () => {
      for await (const _chunk of await ufs.read('file', { signal: stop.signal })) {
        await oss.fault('stalled-body', { method: 'GET' });
        setImmediate(() => stop.abort());
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    await expectAllFree();
  });
});
