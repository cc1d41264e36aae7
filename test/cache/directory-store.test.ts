import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlockStore } from '../../src/cache/block-store.ts';
import { createBlockStore } from '../../src/cache/directory-store.ts';
import { diskError } from '../../src/cache/disk-error.ts';
import { ownIdentity } from '../../src/process-identity.ts';
import { blockStoreSuite, bytesOf, putBlock } from '../contract/block-store.suite.ts';

function filesBelow(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function storeIn(root: string): BlockStore {
  return createBlockStore([
    { index: 0, tier: 'MEM', path: join(root, 'mem'), quota: 1 << 30 },
    { index: 1, tier: 'SSD', path: join(root, 'ssd'), quota: 1 << 30 },
  ]);
}

blockStoreSuite('directories', () => {
  const root = mkdtempSync(join(tmpdir(), 'alluxio-blocks-'));
  const store = storeIn(root);
  return {
    store,
    files: () => filesBelow(root),
    tamper(block, change) {
      const file = join(store.directories[block.directory]?.path ?? '', 'alluxioworker', `${block.fileId}-${block.index}`);
      writeFileSync(file, change(readFileSync(file)));
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
});

describe('block files on disk', () => {
  let root: string;
  let store: BlockStore;
  let data: string;
  const at = { fileId: 3, index: 4, directory: 0 };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'alluxio-blocks-'));
    store = storeIn(root);
    data = join(root, 'mem', 'alluxioworker');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('makes no folder before the first block, then folders for their owner only', async () => {
    await store.remove([at]);
    await store.touch(at);
    expect(readdirSync(root)).toEqual([]);
    await putBlock(store, at, Buffer.from('x'));
    expect(readdirSync(root)).toEqual(['mem']);
    for (const folder of [data, join(data, '.tmp_blocks')]) expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(data).sort()).toEqual(['.tmp_blocks', '3-4']);
  });

  it('names a temporary file after its writer, and sweeps it once the writer is gone', async () => {
    const writer = await store.create(at);
    const temporary = join(data, '.tmp_blocks');
    const { pid, startedAt } = ownIdentity();
    expect(readdirSync(temporary)).toEqual([`${pid}-${startedAt}-3-4-1`]);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(join(temporary, `${dead}-${startedAt}-9-0-1`), '12345');
    writeFileSync(join(temporary, `${dead}-${startedAt}-9-1`), '67');
    // The pid lives, but it is another process than the one that wrote this.
    writeFileSync(join(temporary, `${pid}-${startedAt + 1}-9-2-1`), '8');
    expect(await store.sweep(() => true)).toEqual({ files: 3, bytes: 8 });
    expect(readdirSync(temporary)).toEqual([`${pid}-${startedAt}-3-4-1`]);
    await writer.abort();
  });

  it.each([false, true])('puts a block whose small size was told on disk in one go (durable: %s)', async (durable) => {
    const bytes = Buffer.from('in two parts');
    const writer = await store.create(at, bytes.length);
    await writer.write(bytes.subarray(0, 5));
    await writer.write(bytes.subarray(5));
    expect([writer.length, existsSync(root) ? filesBelow(root) : []]).toEqual([bytes.length, []]);
    const stored = { ...at, ...(await writer.commit({ durable })) };
    await writer.abort();
    expect(filesBelow(root)).toEqual([join(data, '3-4')]);
    expect(statSync(join(data, '3-4')).mode & 0o777).toBe(0o600);
    expect(await bytesOf(store.read(stored))).toEqual(bytes);
    expect(stored).toEqual(await putBlock(store, at, bytes));
  });

  it('leaves nothing of a small block that was given up, or could not be put in its place', async () => {
    const dropped = await store.create(at, 3);
    await dropped.write(Buffer.from('abc'));
    await dropped.abort();
    mkdirSync(join(data, '3-4', 'in the way'), { recursive: true });
    const failing = await store.create(at, 3);
    await failing.write(Buffer.from('abc'));
    await expect(failing.commit({ durable: false })).rejects.toThrow(data);
    expect(filesBelow(root)).toEqual([]);
  });

  it('sweeps nothing that has another name', async () => {
    await putBlock(store, at, Buffer.from('x'));
    writeFileSync(join(data, 'README'), 'mine');
    writeFileSync(join(data, '.tmp_blocks', 'notes'), 'mine');
    mkdirSync(join(data, '5-0'));
    expect(await store.sweep(() => false)).toEqual({ files: 1, bytes: 1 });
    expect(filesBelow(root).sort()).toEqual([join(data, '.tmp_blocks', 'notes'), join(data, 'README')]);
  });

  it('formats inside a linked folder and keeps the link', async () => {
    const elsewhere = join(root, 'elsewhere');
    mkdirSync(join(root, 'mem'));
    mkdirSync(join(elsewhere, 'sub'), { recursive: true });
    writeFileSync(join(elsewhere, 'sub', '1-0'), 'x');
    symlinkSync(elsewhere, data);
    expect(await store.format()).toEqual([data, join(root, 'ssd', 'alluxioworker')]);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(data)).toEqual([]);
  });

  it('works after somebody removed the folders', async () => {
    await putBlock(store, at, Buffer.from('x'));
    rmSync(join(root, 'mem'), { recursive: true });
    const block = await putBlock(store, at, Buffer.from('again'));
    expect((await bytesOf(store.read(block))).toString()).toBe('again');
  });

  it('closes every file, read to the end or left', async () => {
    const block = await putBlock(store, at, Buffer.alloc((1 << 20) + 1));
    const small = await putBlock(store, { ...at, index: 1 }, Buffer.alloc(10));
    const before = readdirSync('/proc/self/fd').length;
    for (let round = 0; round < 30; round += 1) await bytesOf(store.read(small));
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
    for (let round = 0; round < 5; round += 1) {
      const left = store.read(block);
      await left[Symbol.asyncIterator]().next();
      await left.close();
      await store.read(block).close();
      const dropped = await store.create({ ...at, index: 9 });
      await dropped.abort();
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
  });

  it('says which folder is forbidden and whose it is', async () => {
    mkdirSync(join(root, 'mem'));
    chmodSync(root, 0o755);
    chmodSync(join(root, 'mem'), 0o555);
    await asOrdinaryUser(async () => {
      await expect(store.create(at)).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        message: expect.stringMatching(new RegExp(`^Cache folder ${data} cannot be used: permission denied; ${join(root, 'mem')} belongs to \\S+ with mode 555\\.$`)),
      });
    });
  });

  it('says that a file is in the way of a folder', async () => {
    writeFileSync(join(root, 'mem'), '');
    await expect(store.create(at)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: `Cache folder ${data} cannot be made: a file is in its way.` });
  });

  it('takes a full disk for NO_SPACE naming the folder', async () => {
    const full = await open('/dev/full', 'w');
    const refused: unknown = await full.write(Buffer.from('x')).then(
      () => undefined,
      (error: unknown) => error,
    );
    await full.close();
    expect(await diskError(data, refused)).toMatchObject({ code: 'NO_SPACE', message: `No space left on the disk of cache folder ${data}.` });
  });
});

/** Permissions do not bind root: become somebody else for a while where the tests run as root. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
