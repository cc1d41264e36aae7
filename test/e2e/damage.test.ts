/** A damaged journal is refused with what to do, and the way back leads to the tree that the storage has. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { closeSync, openSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountKey, syncKey } from '../../src/journal/keys.ts';
import { LmdbEngine } from '../../src/journal/lmdb-engine.ts';
import { pageDamage } from '../../src/journal/page-walk.ts';
import { currentStore } from '../../src/journal/store-files.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const WAY_OUT = 'Restore it from a backup (alluxio format --from <backup>), or read the tree from the under storage again: alluxio format, then alluxio fs loadMetadata -R /. What is only in the cache is lost then.';

describe('a damaged journal', () => {
  let home: Home;
  let journal: string;
  let kept: string;
  let data: string;
  const run = (...args: string[]) => runAlluxio(home, args);
  const reset = () => {
    rmSync(journal, { recursive: true, force: true });
    cpSync(kept, journal, { recursive: true });
  };

  beforeAll(async () => {
    home = await makeHome();
    for (let i = 0; i < 200; i++) {
      mkdirSync(join(home.ufsDir, `d${i % 5}`), { recursive: true });
      writeFileSync(join(home.ufsDir, `d${i % 5}`, `f${i}`), 'content');
    }
    await run('format');
    expect((await run('fs', 'ls', '-R', '/')).stdout.split('\n').length).toBe(206);
    [journal, kept] = [join(home.workDir, 'journal'), join(home.dir, 'kept')];
    cpSync(journal, kept, { recursive: true });
    data = join(journal, readdirSync(journal).find((name) => name.startsWith('store-')) ?? '', 'data.mdb');
  });
  afterAll(() => home.remove());

  it.each([
    ['is empty', () => truncateSync(data, 0), 'data.mdb: it is not a journal, or only its beginning is there'],
    ['ends in its first page', () => truncateSync(data, 100), 'data.mdb: it is not a journal, or only its beginning is there'],
    ['ends behind its first pages', () => truncateSync(data, 12_288), 'data.mdb: it ends after 12288 bytes'],
    ['is missing', () => rmSync(data), 'data.mdb is missing'],
    ['is named by nothing', () => writeFileSync(join(journal, 'journal.json'), ''), 'journal.json is not readable'],
    ['is a directory', () => (rmSync(data), mkdirSync(data)), 'data.mdb is a directory'],
    ['is named by a directory', () => (rmSync(join(journal, 'journal.json')), mkdirSync(join(journal, 'journal.json', 'x'), { recursive: true })), 'journal.json is a directory'],
    ['is named nowhere', () => rmSync(join(journal, 'journal.json')), 'journal.json is missing, although there is a store, $store'],
    ['is named by half a word', () => writeFileSync(join(journal, 'journal.json'), '{"formatVersion":1,"sto'), 'journal.json is not readable'],
  ])('that %s is refused in one line', async (_, damage, why) => {
    reset();
    damage();
    const told = `The journal in ${journal} is damaged: ${why.replace('$store', basename(dirname(data)))}.`;
    const expected = { status: 255, stdout: '', stderr: `${told} ${WAY_OUT}\n` };
    expect(await run('fs', 'ls', '/')).toMatchObject(expected);
    expect(await run('fs', 'mkdir', '/new')).toMatchObject(expected);
    expect(await run('fsck')).toMatchObject(expected);
    // The way out, which is not gone in silence.
    expect(await run('format')).toMatchObject({ status: 0, stderr: `${told} It is replaced by a new one, and what it held is forgotten.\n` });
    expect(await run('fs', 'ls', '/')).toMatchObject({ status: 0, stderr: '' });
  });

  it('is none, where a format was killed before it was done', async () => {
    const empty = await makeHome();
    const folder = join(empty.workDir, 'journal');
    const stores = () => readdirSync(folder).filter((name) => name.startsWith('store-'));
    try {
      const point = async (at: string) => runAlluxio(empty, ['format'], { env: { ALLUXIO_FAULT_POINT: at } });
      for (const at of ['journal.commit.before:1', 'journal.commit.after:1', 'journal.sync.before:1', 'journal.publish.before:1']) {
        expect((await point(at)).status).toBe(137);
        expect(stores()).not.toEqual([]);
        expect(await runAlluxio(empty, ['fs', 'ls', '/'])).toMatchObject({ status: 255, stderr: `Journal ${folder} has not been formatted! Run: alluxio format\n` });
      }
      expect((await point('journal.publish.after:1')).status).toBe(137);
      expect(await runAlluxio(empty, ['fs', 'mkdir', '/d'])).toMatchObject({ status: 0, stderr: '' });
      // What it left undone was done by the next that wrote: the store counts as one that is used.
      rmSync(join(folder, 'journal.json'));
      expect((await runAlluxio(empty, ['fs', 'ls', '/'])).stderr).toContain('journal.json is missing, although there is a store');
      expect(await runAlluxio(empty, ['format'])).toMatchObject({ status: 0 });
      expect(await runAlluxio(empty, ['format'])).toMatchObject({ status: 0, stderr: '' });
      expect(stores()).toHaveLength(1);
    } finally {
      await empty.remove();
    }
  });

  it('with a zeroed page ends commands that write with the same line, or they do not meet it', async () => {
    const statuses = new Set<number>();
    const order: (readonly string[])[] = [['mkdir', '/new'], ['rm', '-R', '--alluxioOnly', '/d1'], ['chmod', '-R', '700', '/d2']];
    reset();
    const pages = statSync(data).size / 4096;
    for (let page = 2, nth = 0; page < pages; page += 7) {
      reset();
      const file = openSync(data, 'r+');
      writeSync(file, Buffer.alloc(4096), 0, 4096, page * 4096);
      closeSync(file);
      const words = order[nth % order.length];
      if (pageDamage(data) === undefined || words === undefined) continue;
      nth++;
      const { status, stderr } = await run('fs', '-Dalluxio.user.file.writetype.default=MUST_CACHE', ...words);
      statuses.add(status);
      expect([page, words, status, status === 0 ? '' : stderr]).toEqual([page, words, status === 0 ? 0 : 255, status === 0 ? '' : expect.stringMatching(/^[^\n]* is damaged: [^\n]*\n$/)]);
    }
    expect([...statuses], 'some meet it').toContain(255);
  });

  it('goes on without its lock file', async () => {
    reset();
    rmSync(data.replace('data.mdb', 'lock.mdb'));
    expect((await run('fs', 'ls', '-R', '/')).stdout.split('\n').length).toBe(206);
  });

  it('with a directory in the place of its lock file says so, whatever the command, and goes on when that is removed', async () => {
    reset();
    const lock = data.replace('data.mdb', 'lock.mdb');
    rmSync(lock);
    mkdirSync(lock);
    const expected = { status: 255, stderr: `The journal in ${journal} cannot be used: ${lock} is a directory. Stop all alluxio processes and remove it: it holds nothing, and is made anew by the next command.\n` };
    for (const words of [['fs', 'ls', '-R', '/'], ['fs', 'count', '/'], ['fsck'], ['fs', 'mkdir', '/new'], ['fs', 'rm', '-R', '--alluxioOnly', '/d1'], ['fsadmin', 'backup', home.dir]]) {
      const { status, stderr } = await run(...words);
      // Looking takes no lock, as long as nobody else writes.
      expect([words, status, stderr]).toEqual(status === 0 && words[1] !== 'mkdir' && words[1] !== 'rm' ? [words, 0, ''] : [words, expected.status, expected.stderr]);
    }
    rmSync(lock, { recursive: true });
    expect(await run('fs', 'mkdir', '/new')).toMatchObject({ status: 0, stderr: '' });
    rmSync(lock);
    mkdirSync(lock);
    expect(await run('format')).toMatchObject({ status: 0 });
    expect(await run('fs', 'ls', '/')).toMatchObject({ status: 0 });
  });

  it('with a zeroed page that a command meets which only looks is told with both ways out', async () => {
    let told = { status: 0, stdout: '', stderr: '' };
    for (let page = 2; page < 60 && told.status === 0; page++) {
      reset();
      const file = openSync(data, 'r+');
      writeSync(file, Buffer.alloc(4096), 0, 4096, page * 4096);
      closeSync(file);
      if (pageDamage(data) !== undefined) told = await run('fs', 'ls', '-R', '/');
    }
    expect(told.status).toBe(255);
    expect(told.stderr).toMatch(/^[^\n]*data\.mdb is damaged: page \d+ is none of its tree\. [^\n]*\n$/);
    expect(told.stderr.endsWith(` ${WAY_OUT}\n`)).toBe(true);
  });

  it('with a zeroed page is told by fsck, replaced by format, and read from the storage again', async () => {
    let zeroed = false;
    for (let page = 2; page < 60 && !zeroed; page++) {
      reset();
      const file = openSync(data, 'r+');
      writeSync(file, Buffer.alloc(4096), 0, 4096, page * 4096);
      closeSync(file);
      zeroed = pageDamage(data) !== undefined;
    }
    const told = await run('fsck');
    expect(told).toMatchObject({ status: 255, stdout: '' });
    expect(told.stderr).toMatch(/^The journal in \S+ is damaged: data\.mdb: page \d+ is not what it should be\. Restore [^\n]*\n$/);
    expect(await run('format')).toMatchObject({ status: 0, stderr: expect.stringContaining('It is replaced by a new one') as string });
    expect(await run('fs', 'loadMetadata', '-R', '/')).toMatchObject({ status: 0 });
    expect((await run('fs', '-Dalluxio.user.file.metadata.load.type=NEVER', 'ls', '-R', '/')).stdout.split('\n').length).toBe(206);
    expect(await run('fsck')).toMatchObject({ status: 0 });
  });
});

describe('a file of a local mount whose bytes changed behind the namespace, with its length and its time as they were', () => {
  it('is not durable, and fsck --deep names it', async () => {
    const home = await makeHome();
    const run = (...args: string[]) => runAlluxio(home, args);
    try {
      await run('format');
      for (const name of ['r', 'cached', 'good']) {
        writeFileSync(join(home.dir, name), `content of ${name}`);
        expect(await run('fs', `-Dalluxio.user.file.writetype.default=${name === 'r' ? 'THROUGH' : 'CACHE_THROUGH'}`, 'copyFromLocal', join(home.dir, name), `/${name}`)).toMatchObject({ status: 0 });
      }
      expect(await run('fs', 'wait', '--durable', '/')).toMatchObject({ status: 0 });
      expect(await run('fsck', '--deep')).toMatchObject({ status: 0, stdout: 'Everything fits together.\n' });
      for (const name of ['r', 'cached']) {
        const file = join(home.ufsDir, name);
        const before = join(home.dir, `${name}.before`);
        execFileSync('touch', ['-r', file, before]);
        const handle = openSync(file, 'r+');
        writeSync(handle, 'C', 0);
        closeSync(handle);
        execFileSync('touch', ['-r', before, file]);
      }
      const waited = await run('fs', 'wait', '--durable', '/');
      expect(waited.status).toBe(255);
      expect(waited.stderr.match(/^.*has CRC64 \d+ at .*\/(?:r|cached) instead of \d+.*$/gm)).toHaveLength(2);
      expect((await run('fsck')).status).toBe(0);
      const found = await run('fsck', '--deep');
      expect(found.status).toBe(1);
      expect(found.stdout.replaceAll(/CRC64 \d+/g, 'CRC64 N').replaceAll(/of \d+/g, 'of N').split('\n')).toEqual([
        `object: /cached: it has CRC64 N at ${join(home.ufsDir, 'cached')} instead of N; the cache still has what was written: copy it to another path (alluxio fs cp) before it goes (cannot be mended here)`,
        `object: /r: it has CRC64 N at ${join(home.ufsDir, 'r')} instead of N; to mend: drop what is known of it and read it from its storage again`,
        'Findings: 2; mended: 0.',
        '',
      ]);
      expect(await run('fsck', '--deep', '--repair', '--yes')).toMatchObject({ status: 1, stdout: expect.stringContaining('mended: object: /r\n') as string });
      expect(await run('fs', 'cat', '/r')).toMatchObject({ status: 0, stdout: 'Content of r' });
    } finally {
      await home.remove();
    }
  });
});

describe('a record of the journal that is not what was written', () => {
  let home: Home;
  let journal: string;
  let kept: string;
  const run = (...args: string[]) => runAlluxio(home, args);
  /** Changes one record of a store that nobody has open. */
  const damaged = async (key: Buffer, value: (bytes: Buffer) => Buffer | undefined) => {
    const folder = mkdtempSync(join(home.dir, 'edited-'));
    cpSync(kept, folder, { recursive: true });
    const engine = new LmdbEngine(currentStore(folder));
    await engine.write((kv) => {
      const found = kv.get(key);
      const bytes = value(Buffer.from(found?.subarray(0, found.length) ?? []));
      if (bytes === undefined) kv.delete(key);
      else kv.put(key, bytes);
    });
    await engine.close();
    rmSync(journal, { recursive: true, force: true });
    cpSync(folder, journal, { recursive: true });
  };
  /** As it is in the journal that nothing is wrong with. */
  const statusOf = async (path: string) => {
    await damaged(mountKey(1), (bytes) => bytes);
    return JSON.parse((await run('fs', 'stat', '--json', path)).stdout) as { id: number; mountId: number };
  };
  const renamed = (name: string) => (bytes: Buffer) => Buffer.from(bytes.toString().replace(`"${name}"`, `"${name.slice(0, -1)}${String.fromCharCode(name.charCodeAt(name.length - 1) ^ 1)}"`));
  const words = (what: string) => `The journal is damaged: ${what}. ${WAY_OUT}\n`;

  beforeAll(async () => {
    home = await makeHome();
    mkdirSync(join(home.ufsDir, 'd'));
    mkdirSync(join(home.dir, 'other'));
    writeFileSync(join(home.dir, 'other', 'f'), 'content');
    await run('format');
    expect(await run('fs', 'mount', '/m', join(home.dir, 'other'))).toMatchObject({ status: 0 });
    expect((await run('fs', 'ls', '-R', '/')).stdout).toContain('/m/f');
    expect(await run('fs', 'startSync', '/d')).toMatchObject({ status: 0 });
    [journal, kept] = [join(home.workDir, 'journal'), join(home.dir, 'kept')];
    cpSync(journal, kept, { recursive: true });
  });
  afterAll(() => home.remove());

  it('is told in one line, with what to do, whatever the command', async () => {
    for (const [name, change] of [['inodeId', renamed('inodeId')], ['ufsUri', renamed('ufsUri')], ['properties', renamed('properties')], ['{', (bytes: Buffer) => Buffer.from(`z${bytes.toString().slice(1)}`)]] as const) {
      await damaged(mountKey(1), change);
      const told = { stdout: '', stderr: words(`mount 1 ${name === '{' ? 'cannot be read' : 'is not what was written'}`) };
      for (const line of [['fs', 'ls', '/'], ['fs', 'mkdir', '/d/x'], ['fs', 'mount']]) expect({ name, line, ...(await run(...line)) }).toMatchObject({ name, line, status: 255, ...told });
      expect(await run('fsck')).toMatchObject({ status: 255, ...told });
    }
  });

  it('of a sync is told too, and fsck --repair drops it', async () => {
    const { id } = await statusOf('/d');
    await damaged(syncKey(id), (bytes) => Buffer.from(bytes.toString().replace('{', 'z')));
    expect(await run('fs', 'getSyncPathList')).toMatchObject({ status: 255, stderr: words(`the sync record of inode ${id} cannot be read`) });
    const mended = await run('fsck', '--repair', '--yes');
    expect(mended.stdout).toContain('mended: sync: /d\n');
    expect(mended.status).toBe(0);
    expect(await run('fs', 'ls', '/d')).toMatchObject({ status: 0, stderr: '' });
  });

  it('is one of a mount that is gone: the root\'s cannot be mended, another becomes a directory', async () => {
    await damaged(mountKey(1), () => undefined);
    const told = words('a directory says that it is mount 1, and there is no such mount');
    expect(await run('fs', 'ls', '/')).toMatchObject({ status: 255, stdout: '', stderr: told });
    const line = 'mount: /: the directory says that mount 1 is here, and there is no such mount (cannot be mended here)\n';
    expect(await run('fsck')).toMatchObject({ status: 255, stdout: line, stderr: told });
    expect(await run('fsck', '--repair', '--yes')).toMatchObject({ status: 255, stdout: line, stderr: told });

    const { mountId } = await statusOf('/m');
    await damaged(mountKey(mountId), () => undefined);
    const gone = words(`a directory says that it is mount ${mountId}, and there is no such mount`);
    expect(await run('fs', 'ls', '/m')).toMatchObject({ status: 255, stdout: '', stderr: gone });
    expect((await run('fsck')).stdout).toContain(`mount: /m: the directory says that mount ${mountId} is here, and there is no such mount; to mend: make the directory say what the mount table says\n`);
    const mended = await run('fsck', '--repair', '--yes');
    expect(mended).toMatchObject({ status: 0, stderr: '' });
    expect(mended.stdout).toContain('mended: mount: /m\n');
    expect((await run('fsck')).status).toBe(0);
  });
});
