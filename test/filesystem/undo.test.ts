/** Undo where a process is not needed: many inodes, a log that was pruned, work that was broken off, other storages. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileSystem } from '../../src/filesystem/file-system.ts';
import { decodeLog, encodeLog } from '../../src/journal/log-codec.ts';
import { newRun, runStart } from '../../src/process-identity.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { at, bytes, keysIn, makeFileSystem, namesIn, textOf } from '../support/file-system.ts';

let home: TestFileSystem;
/** Each is a command of its own. */
const command = (properties: Readonly<Record<string, string>> = {}): Promise<FileSystem> => home.reopen(properties);
const modes = async (path: string): Promise<Set<number>> => {
  const found = new Set<number>();
  for await (const page of home.fs.entries.list(at(path), { recursive: true })) for (const { mode } of page) found.add(mode);
  return found;
};
const lastId = async (): Promise<number> => (await home.fs.history(at('/'), { limit: 1 }))[0]?.seq ?? 0;

beforeEach(async () => {
  home = await makeFileSystem('local', { 'alluxio.user.trash.interval': '1h' });
});
afterEach(() => home.close());

describe('undo', () => {
  it('puts back the attributes of thousands, in several transactions, and what a rename moved in the storage', async () => {
    await home.fs.changes.makeDirectory(at('/d'), { recursive: false });
    await home.fs.content.create(at('/d/kept'), bytes('content'), { writeType: 'THROUGH' });
    const many = await command();
    await Promise.all(Array.from({ length: 2500 }, (_, i) => many.changes.makeDirectory(at(`/d/${i}`), { recursive: false, writeType: 'MUST_CACHE' })));
    const before = await modes('/d');
    await (await command()).changes.setAttributes(at('/d'), { mode: 0o700, recursive: true });
    expect(await modes('/d')).toEqual(new Set([0o700]));
    expect((await (await command()).undo()).changes).toBe(2502);
    expect(await modes('/d')).toEqual(before);

    await (await command()).changes.rename(at('/d'), at('/e'));
    expect((await keysIn(home.ufs)).filter((key) => !key.endsWith('/'))).toEqual(['e/kept']);
    await (await command()).undo();
    expect((await keysIn(home.ufs)).filter((key) => !key.endsWith('/'))).toEqual(['d/kept']);
    await (await command()).changes.delete(at('/d'), { recursive: true, trash: true });
    expect((await namesIn(home.fs, '/')).includes('/d')).toBe(false);
    await (await command()).undo();
    expect(await textOf(home.fs.content.open(at('/d/kept')))).toBe('content');
    expect((await namesIn(home.fs, '/d')).length).toBe(2501);
  });

  it('is refused when the log was pruned in the middle of a command, and changes nothing', async () => {
    await home.fs.changes.makeDirectory(at('/d/sub'), { recursive: true });
    const keep = { 'alluxio.master.journal.checkpoint.period.entries': '1' };
    await (await command()).changes.setAttributes(at('/d'), { mode: 0o700, recursive: true });
    const id = await lastId();
    await (await command(keep)).changes.setAttributes(at('/'), { ttl: { ms: 10 ** 9, action: 'FREE' } });
    await expect((await command()).undo(id)).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('The log has no id') as string });
    expect(await modes('/d')).toEqual(new Set([0o700]));
  });

  it('refuses what a pin, a time to live or an ACL says since, but lets other attributes be', async () => {
    await home.fs.changes.makeDirectory(at('/d'), { recursive: false });
    await (await command()).changes.setAttributes(at('/d'), { mode: 0o711 });
    const id = await lastId();
    await (await command()).changes.setAttributes(at('/d'), { pinned: true });
    await (await command()).undo(id);
    expect(await home.fs.entries.status(at('/d'))).toMatchObject({ pinned: true, mode: 0o755 });
  });
});

describe('a log record', () => {
  it('of an earlier version is read without a run, and one with a run as it was written', () => {
    const actor = { user: 'u', command: 'fs mv /a /b' };
    const entry = { type: 'inode-moved', id: 7, toParentId: 1, toName: 'b', from: { parentId: 1, name: 'a' } } as const;
    const old = encodeLog(actor, 5, entry);
    expect(decodeLog(3, old)).toEqual({ seq: 3, timeMs: 5, ...actor, entry });
    const run = newRun(1_795_000_000_000);
    expect(runStart(run)).toBe(1_795_000_000_000);
    expect(decodeLog(3, encodeLog({ ...actor, run, undoes: run - 1 }, 5, entry))).toEqual({ seq: 3, timeMs: 5, ...actor, entry, run, undoes: run - 1 });
    expect(newRun(Date.UTC(2200, 0))).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });
});
