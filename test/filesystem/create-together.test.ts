/** Directories and empty files that are made together: as if one after the other, with as few transactions as it takes. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { messageOf } from '../../src/errors.ts';
import type { Creation, FileSystem } from '../../src/filesystem/file-system.ts';
import { openStore } from '../../src/journal/format.ts';
import { newRun, ownIdentity } from '../../src/process-identity.ts';
import { randomOf } from '../fuzz/random.ts';
import type { TestFileSystem } from '../support/file-system.ts';
import { STORAGE_KINDS, at, bytes, makeFileSystem, namesIn } from '../support/file-system.ts';

const USER = 'alluxio.security.login.username';
const MUST_CACHE = { 'alluxio.user.file.writetype.default': 'MUST_CACHE', 'alluxio.user.file.create.ttl': '1h', 'alluxio.underfs.oss.retry.max': '0', 'alluxio.security.group.mapping.class': 'alluxio.security.group.provider.IdentityUserGroupsMapping', [USER]: 'root' };
const creation = (text: string): Creation => {
  const [word, path = ''] = text.split(' ');
  return { kind: word === 'mkdir' ? 'directory' : 'file', path: at(path) };
};

describe.each(STORAGE_KINDS)('what is created together over %s', (kind) => {
  const homes: TestFileSystem[] = [];
  const home = async (properties: Readonly<Record<string, string>> = {}): Promise<TestFileSystem> => {
    const made = await makeFileSystem(kind, { ...MUST_CACHE, ...properties });
    homes.push(made);
    return made;
  };
  afterEach(async () => {
    for (const each of homes.splice(0)) await each.close();
  });

  /** A tree with what makes a difference: things that only the storage has, a file in the way, a directory of others, other settings, an inherited ACL. */
  async function furnish({ fs, ufs }: TestFileSystem): Promise<void> {
    await ufs.makeDirectory('there/sub');
    await ufs.makeDirectory('theirs');
    await ufs.write('there/file', bytes('theirs'));
    await ufs.write('there/empty', bytes(''));
    await fs.changes.makeDirectory(at('/here'), { recursive: false });
    await fs.changes.setAcl(at('/here'), { action: 'modify', entries: [{ type: 'user', subject: 'carol', bits: 7, default: true }] });
    await (await fs.admin()).setPathDefaults(at('/stored'), { 'alluxio.user.file.writetype.default': 'CACHE_THROUGH' });
    await fs.changes.makeDirectory(at('/stored'), { recursive: false });
    for (const path of ['/', '/there', '/here', '/stored']) await fs.changes.setAttributes(at(path), { mode: 0o777 });
  }

  const alone = (fs: FileSystem, { kind: what, path }: Creation): Promise<void> =>
    what === 'directory' ? fs.changes.makeDirectory(path, { recursive: true }) : fs.content.create(path, bytes(''), { size: 0 });
  const told = (failure: unknown): string => (failure === undefined ? 'made' : messageOf(failure));

  async function together(fs: FileSystem, all: readonly Creation[], stopAtFailure: boolean): Promise<string[]> {
    const outcomes: string[] = [];
    while (outcomes.length < all.length && !(stopAtFailure && outcomes.some((outcome) => outcome !== 'made'))) {
      const done = await fs.changes.createTogether(all.slice(outcomes.length), { stopAtFailure });
      outcomes.push(...done.map(told));
      for (const next of done.length > 0 ? [] : all.slice(outcomes.length, outcomes.length + 1)) outcomes.push(told(await alone(fs, next).catch((error: unknown) => error)));
    }
    return outcomes;
  }

  async function oneByOne(fs: FileSystem, all: readonly Creation[], stopAtFailure: boolean): Promise<string[]> {
    const outcomes: string[] = [];
    for (const next of all) {
      outcomes.push(told(await alone(fs, next).catch((error: unknown) => error)));
      if (stopAtFailure && outcomes.at(-1) !== 'made') break;
    }
    return outcomes;
  }

  async function treeOf({ fs }: TestFileSystem): Promise<string[]> {
    const lines: string[] = [];
    for (const path of ['/', ...(await namesIn(fs, '/', true))]) {
      const { directory, persistence, owner, group, mode, ttlMs, length, acl, defaultAcl } = await fs.entries.status(at(path));
      const totals = await fs.entries.totals(at(path));
      lines.push(JSON.stringify({ path, directory, persistence, owner, group, mode, ttlMs, length, acl, defaultAcl, totals }));
    }
    return lines;
  }

  const findings = async ({ fs }: TestFileSystem): Promise<string[]> => {
    const found: string[] = [];
    for await (const finding of (await (await fs.admin()).fsck()).check({ path: at('/'), storage: true, deep: true, signal: new AbortController().signal })) found.push(finding.text);
    return found;
  };

  it.each([[1, false], [2, false], [3, true]] as const)('is what one after the other makes (seed %i, stops at failures: %s)', async (seed, stops) => {
    const [first, second] = [await home(), await home()];
    for (const each of [first, second]) await furnish(each);
    const [bob, same] = await Promise.all([first, second].map((each) => each.reopen({ [USER]: 'bob' })));
    if (bob === undefined || same === undefined) throw new Error('two file systems were opened');
    const { int, pick } = randomOf(seed);
    const tops = ['/there', '/there/sub', '/there/file', '/theirs', '/here', '/stored', '/new', '/new/a', ''];
    for (let round = 0; round < 6; round++) {
      const name = (): string => (round % 2 === 0 ? pick(['a', 'b', 'empty']) : String(int(30)));
      const all = Array.from({ length: 12 }, () => creation(`${pick(['mkdir', 'touch'])} ${pick(tops)}/${name()}${pick(['', '', `/${name()}`])}`));
      expect(await together(bob, all, stops)).toEqual(await oneByOne(same, all, stops));
    }
    expect(await treeOf(first)).toEqual(await treeOf(second));
    expect(await findings(first)).toEqual([]);
  });

  it('takes one transaction for hundreds, in which each is the command that it says', async () => {
    const made = await home();
    const run = newRun(Date.now());
    const all = Array.from({ length: 400 }, (_, n): Creation => ({ ...creation(n % 2 === 0 ? `mkdir /d${n}` : `touch /d${n - 1}/f`), as: { command: `line ${n}`, run: run + n } }));
    await made.fs.changes.makeDirectory(at('/d'), { recursive: false });
    const watch = await made.fs.watch();
    const before = watch.lastSeq();
    // The root is in the storage: what is directly in it has to be looked for there, and nothing else.
    expect(await made.fs.changes.createTogether(all, { stopAtFailure: false })).toEqual(all.map(() => undefined));
    const log = watch.log({ from: before + 1, limit: 2000 });
    const created = log.filter(({ entry }) => entry.type === 'inode-created');
    expect(created.map((record) => [record.command, record.run])).toEqual(all.map(({ as }) => [as?.command, as?.run]));
    expect(log.filter(({ entry }) => entry.type === 'sequence-moved')).toHaveLength(1);
    // One that failed has taken nothing with it.
    const again = [creation('mkdir /e1'), creation('mkdir /d0'), creation('touch /none/f'), creation('mkdir /e2')];
    expect((await made.fs.changes.createTogether(again, { stopAtFailure: false })).map(told)).toEqual(['made', expect.stringContaining('already exists'), expect.stringContaining('does not exist'), 'made']);
    const stopped = [creation('mkdir /e3'), creation('mkdir /d0'), creation('mkdir /e4')];
    expect((await made.fs.changes.createTogether(stopped, { stopAtFailure: true })).map(told)).toEqual(['made', expect.stringContaining('already exists')]);
    expect(await made.fs.entries.exists(at('/e4'))).toBe(false);
    expect(await findings(made)).toEqual([]);
  });

  it('ends before a path that is held, and goes on after it was waited for', async () => {
    const made = await home();
    const journal = await openStore({ folder: join(made.dir, 'journal') });
    await journal.transact({ user: 'root', command: 'test' }, Date.now(), (tx) => {
      const owner = { ...ownIdentity(), command: 'another' };
      tx.append({ type: 'intent-opened', intent: { id: tx.allocate(), owner, user: 'root', startedMs: Date.now(), leases: [{ parentId: 1, name: 'held', scope: 'tree' }], reserved: [], work: { kind: 'remove' } } });
    });
    await journal.close();
    const all = ['mkdir /a', 'touch /a/f', 'mkdir /held', 'touch /held/f', 'mkdir /b'].map(creation);
    expect(await made.fs.changes.createTogether(all, { stopAtFailure: false })).toEqual([undefined, undefined]);
    expect(await made.fs.changes.createTogether(all.slice(2), { stopAtFailure: false })).toEqual([]);
    expect((await together(made.fs, all.slice(2), false)).map((outcome) => outcome.slice(0, 16))).toEqual(['The path is held', 'File /held/f cre', 'made']);
  });

  if (kind === 'oss') it('needs no storage below what is only here, and says what is wrong with it elsewhere', async () => {
    const made = await home();
    await furnish(made);
    await made.oss?.fault('internal-error', {});
    expect(await made.fs.changes.createTogether(['mkdir /here/a', 'touch /here/a/b', 'touch /here/c'].map(creation), { stopAtFailure: false })).toEqual([undefined, undefined, undefined]);
    const [here, there, after] = await together(made.fs, ['touch /here/d', 'mkdir /there/new', 'touch /here/e'].map(creation), false);
    expect([here, after]).toEqual(['made', 'made']);
    expect(there).not.toContain('exist');
    expect(there).toMatch(/500|nternal/);
  });
});
