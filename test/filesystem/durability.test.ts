/** What is only here, and the proof that what should be in the under storage is there. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Durability, FileSystem, Settled } from '../../src/filesystem/file-system.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { STORAGE_KINDS, at, bytes, makeFileSystem } from '../support/file-system.ts';
import { putRaw } from '../support/oss.ts';

const TEXT = 'what must not be lost '.repeat(20);

describe.each(STORAGE_KINDS)('on %s', (kind) => {
  let home: TestFileSystem;
  let fs: FileSystem;
  let durability: Durability;

  beforeAll(async () => {
    home = await makeFileSystem(kind, { 'alluxio.underfs.oss.retry.max': '0' });
    fs = home.fs;
    durability = await fs.durability();
    await fs.changes.makeDirectory(at('/d/sub'), { recursive: true });
    for (const name of ['a', 'b']) await fs.content.create(at(`/d/${name}`), bytes(TEXT + name), { writeType: 'CACHE_THROUGH' });
    await fs.content.create(at('/d/sub/c'), bytes(TEXT), { writeType: 'THROUGH' });
  });
  afterAll(() => home.close());

  const unstored = async (path: string) => {
    const lines: string[] = [];
    for await (const page of durability.unstored(at(path))) for (const { status, why, tries } of page) lines.push(`${status.path} ${status.persistence} ${why} ${tries}`);
    return lines;
  };
  const summary = ({ unstored: left, differing, files, timedOut }: Settled) => ({ left: left.map(({ status, why }) => `${status.path} ${why}`), differing: differing.map(({ path, reason }) => `${path} ${reason.split(' ', 2).join(' ')}`), files, timedOut });

  it('is settled when everything is stored and the same', async () => {
    expect(await unstored('/d')).toEqual([]);
    expect(summary(await durability.settle(at('/d')))).toEqual({ left: [], differing: [], files: 3, timedOut: false });
    expect(summary(await durability.settle(at('/d/a')))).toEqual({ left: [], differing: [], files: 1, timedOut: false });
    await expect(durability.settle(at('/none'))).rejects.toThrow('does not exist');
  });

  it('lists what is only here and does not wait for what nobody persists', async () => {
    await fs.content.create(at('/d/only'), bytes(TEXT), { writeType: 'MUST_CACHE' });
    expect(await unstored('/d')).toEqual(['/d/only NOT_PERSISTED CACHE_ONLY 0']);
    expect(await unstored('/d/sub')).toEqual([]);
    const began = performance.now();
    expect(summary(await durability.settle(at('/d')))).toEqual({ left: ['/d/only CACHE_ONLY'], differing: [], files: 0, timedOut: false });
    expect(performance.now() - began).toBeLessThan(5000);
    await fs.storage.persist(at('/d/only'));
    expect(summary(await durability.settle(at('/d')))).toEqual({ left: [], differing: [], files: 4, timedOut: false });
  });

  it('names files whose copy is another one, shorter, or gone', async () => {
    if (home.oss === undefined) {
      await writeFile(join(home.rootUri, 'd/a'), `${TEXT}A`);
      await writeFile(join(home.rootUri, 'd/b'), 'short');
    } else {
      const raw = await home.oss.raw();
      await putRaw(raw, 'root/d/a', `${TEXT}A`);
      await putRaw(raw, 'root/d/b', 'short');
    }
    await home.ufs.deleteFiles(['d/sub/c']);
    const settled = await durability.settle(at('/d'));
    expect(summary(settled)).toEqual({ left: [], differing: ['/d/a has CRC64', '/d/b has 5', '/d/sub/c is not'], files: 1, timedOut: false });
  });
});

describe('on oss', () => {
  it('waits for the upload of another, gives up at the deadline, and never takes "does not answer" for "is there"', async () => {
    const home = await makeFileSystem('oss', { 'alluxio.underfs.oss.retry.max': '0' });
    const { fs, oss } = home;
    const durability = await fs.durability();
    await oss?.fault('internal-error', { method: 'PUT' });
    await expect(fs.content.create(at('/late'), bytes(TEXT), { writeType: 'ASYNC_THROUGH' })).rejects.toThrow();
    await expect(fs.storage.persist(at('/late'))).rejects.toThrow();
    const lines: unknown[] = [];
    for await (const page of durability.unstored(at('/'))) lines.push(...page.map(({ why, tries, status }) => [why, tries, status.persistence]));
    expect(lines).toEqual([['STRANDED', 1, 'TO_BE_PERSISTED']]);

    await oss?.clearFaults();
    await oss?.fault('slow', { method: 'PUT' });
    const persisted = (await home.reopen()).storage.persist(at('/late'));
    const whyNow = async () => {
      for await (const page of durability.unstored(at('/'))) return page[0]?.why;
      return undefined;
    };
    while ((await whyNow()) === 'STRANDED') await new Promise(setImmediate);
    const settled = await durability.settle(at('/'));
    expect(settled).toEqual({ unstored: [], differing: [], files: 1, timedOut: false });
    await persisted;

    await fs.content.create(at('/scratch'), bytes(TEXT), { writeType: 'MUST_CACHE' });
    const inTime = await durability.settle(at('/scratch'), { deadline: AbortSignal.timeout(1) });
    expect(inTime.unstored.map(({ why }) => why)).toEqual(['CACHE_ONLY']);
    await fs.changes.delete(at('/scratch'), { recursive: false });

    await oss?.clearFaults();
    await oss?.fault('internal-error', { method: 'HEAD' });
    await expect(durability.settle(at('/'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await oss?.clearFaults();
    await oss?.fault('stalled-body', { method: 'HEAD' });
    const late = await durability.settle(at('/'), { deadline: AbortSignal.timeout(0) });
    expect(late.timedOut).toBe(true);
    await oss?.clearFaults();
    await home.close();
  });
});
