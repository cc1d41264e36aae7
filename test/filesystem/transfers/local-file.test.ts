/** The bytes of a local file, chunk by chunk. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keep, SLOT_BYTES } from '../../../src/checked-memory.ts';
import { createBudget } from '../../../src/filesystem/transfers/lanes.ts';
import { CHUNK, STREAM_MEMORY, withLocalFile } from '../../../src/filesystem/transfers/local-file.ts';

describe('a local file', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'alluxio-local-file-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it.each([CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 5 * CHUNK + 7])('of %i bytes is whole for a consumer that takes its time with each chunk', async (size) => {
    const path = join(dir, 'file');
    const content = randomBytes(size);
    await writeFile(path, content);
    const taken: Buffer[] = [];
    const told = await withLocalFile(path, createBudget(STREAM_MEMORY), async (source) => {
      for await (const chunk of source.chunks) {
        // Meanwhile whatever is read ahead has come.
        await readFile(path);
        taken.push(Buffer.from(chunk));
      }
      return source.size;
    });
    expect(told).toBe(size);
    expect(Buffer.concat(taken).equals(content)).toBe(true);
  });

  it('of many chunks leaves those alone that somebody keeps', async () => {
    const path = join(dir, 'file');
    const content = randomBytes(6 * SLOT_BYTES + 12_345);
    await writeFile(path, content);
    const kept: { readonly bytes: Uint8Array; readonly release: (() => void) | undefined }[] = [];
    await withLocalFile(path, createBudget(STREAM_MEMORY), async ({ chunks }) => {
      for await (const bytes of chunks) kept.push({ bytes, release: keep(bytes) });
    });
    expect(kept.map(({ bytes, release }) => [bytes.length, typeof release])).toEqual([...Array.from({ length: 6 }, () => [SLOT_BYTES, 'function']), [12_345, 'function']]);
    expect(Buffer.concat(kept.map(({ bytes }) => bytes)).equals(content)).toBe(true);
    for (const { release } of kept) release?.();
  });
});
