/** What src/cache/block-store.ts promises, for any implementation that keeps its blocks in files. */
import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockAddress, BlockStore, StoredBlock } from '../../src/cache/block-store.ts';

export interface BlockStoreUnderTest {
  readonly store: BlockStore;
  /** Every file of the store, absolute, in any order. */
  files(): string[];
  /** Changes the bytes of a committed block behind the store's back. */
  tamper(block: BlockAddress, change: (bytes: Buffer) => Buffer): void;
  dispose(): void;
}

const MIB = 1 << 20;

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

export async function putBlock(store: BlockStore, address: BlockAddress, bytes: Uint8Array, durable = false): Promise<StoredBlock> {
  const writer = await store.create(address);
  await writer.write(bytes);
  return { ...address, ...(await writer.commit({ durable })) };
}

export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let position = 0; position < length; position += 1) bytes[position] = (position * 31 + (position >> 8)) & 0xff;
  return bytes;
}

/** `setUp` gives an empty store with at least two directories, untouched. */
export function blockStoreSuite(name: string, setUp: () => BlockStoreUnderTest): void {
  describe(`block store: ${name}`, () => {
    let under: BlockStoreUnderTest;
    let store: BlockStore;
    const at: BlockAddress = { fileId: 7, index: 0, directory: 0 };

    beforeEach(() => {
      under = setUp();
      store = under.store;
    });
    afterEach(() => under.dispose());

    describe('writing', () => {
      it.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB + 17])('gives back a block of %i bytes with its length and a checksum for each MiB', async (length) => {
        const bytes = pattern(length);
        const block = await putBlock(store, at, bytes);
        expect(block).toMatchObject({ length, checksums: { length: Math.ceil(length / MIB) } });
        expect((await bytesOf(store.read(block))).equals(bytes)).toBe(true);
      });

      it('joins chunks of any size', async () => {
        const writer = await store.create(at);
        for (const part of ['', 'ab', 'c', '', 'defg']) await writer.write(Buffer.from(part));
        expect(writer.length).toBe(7);
        const stored = await writer.commit({ durable: true });
        expect((await bytesOf(store.read({ ...at, ...stored }))).toString()).toBe('abcdefg');
        expect((await putBlock(store, at, Buffer.from('abcdefg'))).checksums).toEqual(stored.checksums);
      });

      it('shows nothing at the address before the commit', async () => {
        const writer = await store.create(at);
        await writer.write(Buffer.from('half'));
        expect(await store.lastUsed(at)).toBeUndefined();
        await expect(bytesOf(store.read({ ...at, length: 4, checksums: [] }))).rejects.toMatchObject({ code: 'CORRUPT' });
        await writer.abort();
      });

      it('leaves nothing after an abort, which may come twice, and after a commit does no harm', async () => {
        const dropped = await store.create(at);
        await dropped.write(Buffer.from('x'));
        await dropped.abort();
        await dropped.abort();
        expect(under.files()).toEqual([]);
        const kept = await store.create(at);
        await kept.write(Buffer.from('kept'));
        const stored = await kept.commit({ durable: false });
        await kept.abort();
        expect((await bytesOf(store.read({ ...at, ...stored }))).toString()).toBe('kept');
      });

      it('replaces an older block of the same address as a whole', async () => {
        const old = await putBlock(store, at, Buffer.from('older bytes'));
        const reader = store.read(old);
        const young = await putBlock(store, at, Buffer.from('new'));
        expect((await bytesOf(store.read(young))).toString()).toBe('new');
        await reader.close();
      });

      it('lets two writers of one block finish, the later one wins', async () => {
        const first = await store.create(at);
        const second = await store.create(at);
        await first.write(Buffer.from('first'));
        await second.write(Buffer.from('second'));
        await first.commit({ durable: false });
        const stored = await second.commit({ durable: false });
        expect((await bytesOf(store.read({ ...at, ...stored }))).toString()).toBe('second');
        expect(under.files()).toHaveLength(1);
      });

      it('commits many durable blocks at once', async () => {
        const blocks = await Promise.all(Array.from({ length: 40 }, (_, fileId) => putBlock(store, { fileId, index: 3, directory: fileId % 2 }, pattern(fileId), true)));
        for (const block of blocks) expect((await bytesOf(store.read(block))).equals(pattern(block.fileId))).toBe(true);
        expect(under.files()).toHaveLength(40);
      });

      it('keeps files to their owner', async () => {
        await putBlock(store, at, Buffer.from('secret'));
        await putBlock(store, { ...at, index: 1 }, Buffer.from('secret'));
        expect(under.files().map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
      });

      it('refuses a directory that is not configured', async () => {
        await expect(store.create({ ...at, directory: 99 })).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
      });
    });

    describe('reading', () => {
      it('comes in chunks of 2 MiB', async () => {
        const block = await putBlock(store, at, pattern(8 * MIB + 5));
        const sizes: number[] = [];
        for await (const chunk of store.read(block)) sizes.push(chunk.length);
        expect(sizes).toEqual([2 * MIB, 2 * MIB, 2 * MIB, 2 * MIB, 5]);
      });

      it('gives the bytes of blocks of many chunks, to several readers at a time', async () => {
        const bytes = pattern(21 * MIB + 7);
        const block = await putBlock(store, at, bytes);
        const ranges = [{ offset: 0, length: bytes.length }, { offset: 3 * MIB + 1, length: 14 * MIB }, { offset: 4 * MIB, length: 4 * MIB }, { offset: 5, length: 20 * MIB }];
        const read = await Promise.all(ranges.map((range) => bytesOf(store.read(block, range))));
        for (const [which, { offset, length }] of ranges.entries()) expect(read[which]?.equals(bytes.subarray(offset, offset + length))).toBe(true);
      });

      it.each([
        [0, 10],
        [5, 1],
        [MIB - 3, 6],
        [0, 2 * MIB],
        [2 * MIB + 4, 1],
        [2 * MIB + 4, 100],
        [5 * MIB, 10],
        [3, 0],
      ])('gives the range from %i of %i bytes, ending with the block', async (offset, length) => {
        const bytes = pattern(2 * MIB + 5);
        const block = await putBlock(store, at, bytes);
        expect((await bytesOf(store.read(block, { offset, length }))).equals(bytes.subarray(offset, offset + length))).toBe(true);
      });

      it.each([
        [50, undefined, 0],
        [MIB - 1, undefined, 0],
        [MIB, undefined, MIB],
        [6 * MIB + 99, undefined, 6 * MIB],
        [5 * MIB, { offset: 3 * MIB + 10, length: 3 * MIB }, 2 * MIB - 10],
        [5 * MIB + 9, { offset: 5 * MIB, length: 1 }, 0],
      ])('when byte %i differs, ends with CORRUPT, and hands nothing of its MiB out', async (where, range, before) => {
        const bytes = pattern(6 * MIB + 100);
        const block = await putBlock(store, at, bytes);
        under.tamper(at, (all) => (all.fill(all.readUInt8(where) ^ 1, where, where + 1), all));
        const seen: Uint8Array[] = [];
        const reading = (async () => {
          for await (const chunk of store.read(block, range)) seen.push(chunk.slice());
        })();
        await expect(reading).rejects.toMatchObject({ code: 'CORRUPT' });
        const start = range?.offset ?? 0;
        expect(Buffer.concat(seen).equals(bytes.subarray(start, start + before))).toBe(true);
      });

      it.each([
        ['shorter', (bytes: Buffer) => bytes.subarray(1)],
        ['longer', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('x')])],
        ['empty', () => Buffer.alloc(0)],
      ])('ends any read with CORRUPT when the file is %s, before the first byte', async (_, change) => {
        const block = await putBlock(store, at, pattern(1000));
        under.tamper(at, change);
        for (const range of [undefined, { offset: 2, length: 3 }]) {
          await expect(store.read(block, range)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'CORRUPT' });
        }
      });

      it('ends with CORRUPT when the file is missing or its directory is not configured', async () => {
        await expect(bytesOf(store.read({ ...at, length: 1, checksums: [0] }))).rejects.toMatchObject({ code: 'CORRUPT' });
        await expect(bytesOf(store.read({ ...at, directory: 99, length: 1, checksums: [0] }))).rejects.toMatchObject({ code: 'CORRUPT' });
      });

      it('goes on while the block is removed, and may be left in the middle', async () => {
        const bytes = pattern(9 * MIB);
        const block = await putBlock(store, at, bytes);
        const stream = store.read(block);
        const first = await stream[Symbol.asyncIterator]().next();
        expect(first.value).toHaveLength(2 * MIB);
        await store.remove([at]);
        await stream.close();
      });
    });

    describe('removing and using', () => {
      it('removes blocks, absent ones too', async () => {
        await putBlock(store, at, Buffer.from('1'));
        await putBlock(store, { ...at, index: 1 }, Buffer.from('2'));
        await store.remove([at, { ...at, index: 5 }, { ...at, directory: 99 }]);
        expect(await store.lastUsed(at)).toBeUndefined();
        expect(under.files()).toHaveLength(1);
      });

      it('remembers the last use without another file changing', async () => {
        const before = Date.now();
        await putBlock(store, at, Buffer.from('1'));
        const written = (await store.lastUsed(at)) ?? 0;
        expect(written).toBeGreaterThan(before - 2000);
        await store.touch(at);
        expect((await store.lastUsed(at)) ?? 0).toBeGreaterThanOrEqual(written);
        await store.touch({ ...at, index: 9 });
        expect(await store.lastUsed({ ...at, index: 9 })).toBeUndefined();
      });
    });

    describe('sweeping and formatting', () => {
      it('removes what `known` denies and says how much', async () => {
        await putBlock(store, at, pattern(10));
        await putBlock(store, { fileId: 8, index: 2, directory: 1 }, pattern(25));
        const asked: BlockAddress[] = [];
        const swept = await store.sweep((block) => (asked.push(block), block.fileId === 7));
        expect(swept).toEqual({ files: 1, bytes: 25 });
        expect(asked).toEqual([at, { fileId: 8, index: 2, directory: 1 }]);
        expect(under.files()).toHaveLength(1);
      });

      it('leaves the temporary files of living writers', async () => {
        const writer = await store.create(at);
        await writer.write(Buffer.from('going on'));
        expect(await store.sweep(() => false)).toEqual({ files: 0, bytes: 0 });
        const stored = await writer.commit({ durable: false });
        expect((await bytesOf(store.read({ ...at, ...stored }))).toString()).toBe('going on');
      });

      it('sweeps a store that was never used, and creates nothing', async () => {
        expect(await store.sweep(() => true)).toEqual({ files: 0, bytes: 0 });
        expect(under.files()).toEqual([]);
      });

      it('formats every directory, used or not, and works afterwards', async () => {
        await putBlock(store, at, pattern(10));
        const unfinished = await store.create({ ...at, index: 1 });
        const folders = await store.format();
        expect(folders).toHaveLength(store.directories.length);
        expect(folders.map((folder) => statSync(folder).mode & 0o777)).toEqual(folders.map(() => 0o700));
        expect(under.files()).toEqual([]);
        await unfinished.abort();
        await putBlock(store, at, Buffer.from('again'));
        expect(under.files().map((file) => readFileSync(file, 'utf8'))).toEqual(['again']);
      });
    });
  });
}
