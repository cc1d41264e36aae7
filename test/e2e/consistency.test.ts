/** Metadata and OSS stay true to each other while another program changes the bucket, and nothing that a user wrote is lost for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shell } from '../support/shell.ts';
import { makeShell } from '../support/shell.ts';

describe('a bucket that others change', () => {
  let shell: Shell;
  const listed = async (...args: string[]) => (await shell.records('ls', ...args)).map(({ path }) => path);
  const all: Shell['all'] = (...lines) => shell.all(...lines);

  beforeAll(async () => {
    shell = await makeShell();
  });
  afterAll(() => shell.close());

  it('checkConsistency names what differs and repairs it', async () => {
    await Promise.all(['c/d/gone', 'c/d/kept', 'c/e/inner', 'c/changed'].map((key) => shell.put(key, key)));
    await all(['load', '/c']);
    expect(await all(['checkConsistency', '/c'])).toBe('/c is consistent with the under storage system.\n');
    await Promise.all([shell.put('c/changed', 'something else'), shell.remove('c/d/gone', 'c/e/inner')]);
    const found = await shell.fs('checkConsistency', '/c');
    expect(found).toMatchObject({ status: 1, stdout: 'The following files are inconsistent:\n/c/changed\n/c/d/gone\n/c/e\n/c/e/inner\n', stderr: '' });
    expect(await shell.records('checkConsistency', '/c/d')).toEqual([{ path: '/c/d/gone' }]);
    expect(await all(['checkConsistency', '-r', '-t', '1', '/c'])).toBe(
      '/c has: 4 inconsistent files. Repairing with 1 threads.\n' +
        ['/c/changed repaired', '/c/d/gone repaired', '/c/e/inner repaired', '/c/erepaired'].map((line) => `repairing path: ${line.replace(/ ?repaired$/, '')}\n${line}\n\n`).join(''),
    );
    expect(await all(['checkConsistency', '/c*'], ['cat', '/c/changed'])).toBe('/c is consistent with the under storage system.\nsomething else');
    expect(await listed('-R', '/c')).toEqual(['/c/changed', '/c/d', '/c/d/kept']);
    expect((await shell.records('stat', '/c/d/kept'))[0]).toMatchObject({ cachedPercent: 100 });
    await Promise.all([
      shell.refused(['checkConsistency', '/missing'], 'Path "/missing" does not exist.\n'),
      shell.refused(['checkConsistency', '/miss*'], '/miss* does not exist.\n'),
      shell.refused(['checkConsistency', '-t', '0', '/c'], 'The threads option must be a positive integer but was "0"\n'),
    ]);
  });

  it('a repair never drops what is only here', async () => {
    await all(['-Dalluxio.user.file.writetype.default=THROUGH', 'mkdir', '/r/dir'], ['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'touch', '/r/dir/only']);
    await shell.remove('r/dir/');
    const done = await shell.fs('checkConsistency', '-r', '/r');
    expect(done.status).toBe(255);
    expect(done.stderr).toBe('Failed to successfully repair all paths\nCannot repair /r/dir: /r/dir/only is not persisted and would be lost. alluxio fs persist /r/dir/only\n');
    expect(await listed('/r/dir')).toEqual(['/r/dir/only']);
  });

  it('load types: ONCE looks once, ALWAYS finds what is new, NEVER asks nobody', async () => {
    await shell.put('t/a', 'a');
    expect(await listed('/t')).toEqual(['/t/a']);
    await Promise.all([shell.put('t/b', 'b'), shell.remove('t/a')]);
    const type = (name: string) => `-Dalluxio.user.file.metadata.load.type=${name}`;
    expect(await listed('/t')).toEqual(['/t/a']);
    expect(await listed('/t', type('NEVER'))).toEqual(['/t/a']);
    expect(await listed('/t', type('ALWAYS'))).toEqual(['/t/a', '/t/b']);
    await shell.put('t/c', 'c');
    await shell.refused(['stat', '/t/c', type('NEVER')], 'Path "/t/c" does not exist.\n');
    expect(await all(['cat', '/t/c'])).toBe('c');
    // A sync that is due goes before the load type.
    expect(await listed('/t', type('NEVER'), '-Dalluxio.user.file.metadata.sync.interval=0')).toEqual(['/t/b', '/t/c']);
  });

  it('sync interval: young metadata is believed, old is compared, for single paths, listings and totals', async () => {
    await Promise.all([shell.put('i/a', 'one'), shell.put('i/sub/b', 'b')]);
    await all(['load', '/i']);
    await Promise.all([shell.put('i/a', 'longer than one'), shell.remove('i/sub/b'), shell.put('i/sub/c', 'c')]);
    const always = '-Dalluxio.user.file.metadata.sync.interval=0';
    expect(await all(['cat', '/i/a'], ['cat', '/i/a', '-Dalluxio.user.file.metadata.sync.interval=1d'])).toBe('oneone');
    expect(await all(['cat', '/i/a', always])).toBe('longer than one');
    expect((await shell.records('count', '/i', always))[0]).toMatchObject({ files: 2, bytes: 16 });
    expect(await listed('-R', '/i')).toEqual(['/i/a', '/i/sub', '/i/sub/c']);
    await shell.remove('i/a');
    await shell.refused(['stat', '/i/a', always], 'Path "/i/a" does not exist.\n');
  });

  it('ls -f and loadMetadata, with and without -F and -R', async () => {
    await Promise.all([shell.put('l/a', 'a'), shell.put('l/s/b', 'b')]);
    expect(await listed('-R', '/l')).toEqual(['/l/a', '/l/s', '/l/s/b']);
    await Promise.all([shell.put('l/new', 'n'), shell.put('l/s/new', 'n'), shell.remove('l/a', 'l/s/b')]);
    expect(await all(['loadMetadata', '/l'])).toBe('');
    expect(await listed('-R', '/l')).toEqual(['/l/a', '/l/new', '/l/s', '/l/s/b']);
    await all(['loadMetadata', '-R', '/l']);
    expect(await listed('-R', '/l')).toEqual(['/l/a', '/l/new', '/l/s', '/l/s/b', '/l/s/new']);
    expect(await listed('-f', '/l')).toEqual(['/l/new', '/l/s']);
    await all(['loadMetadata', '-F', '-R', '/l']);
    expect(await listed('-R', '/l')).toEqual(['/l/new', '/l/s', '/l/s/new']);
    await shell.refused(['loadMetadata', '/missing'], 'alluxio.exception.FileDoesNotExistException: Path "/missing" does not exist.\n');
  });

  it('rm -R of a drifted directory needs -U', async () => {
    await Promise.all([shell.put('u/a', 'a'), shell.put('u/s/b', 'b')]);
    await listed('-R', '/u');
    await shell.put('u/s/theirs', 't');
    await shell.refused(['rm', '-R', '/u'], 'Failed to delete 1 paths from the under file system: /u (UFS dir not in sync. Sync UFS, or delete with unchecked flag.)\n');
    expect(await shell.keys()).toEqual(expect.arrayContaining(['u/a', 'u/s/b', 'u/s/theirs']));
    expect(await all(['rm', '-R', '-U', '/u'])).toBe('/u has been removed\n');
    expect((await shell.keys()).filter((key) => key.startsWith('u/'))).toEqual([]);
  });

  it('no look at OSS removes what a user has just written', async () => {
    await all(['mkdir', '/w'], ['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'touch', '/w/cached'], ['-Dalluxio.user.file.writetype.default=THROUGH', 'touch', '/w/through']);
    for (const look of [['ls', '-f', '/w'], ['loadMetadata', '-F', '-R', '/w'], ['ls', '-Dalluxio.user.file.metadata.sync.interval=0', '-R', '/w']]) await all(look);
    expect(await listed('/w')).toEqual(['/w/cached', '/w/through']);
  });

  it('startSync follows the bucket from then on, stopSync leaves it', async () => {
    await shell.home.configure({ ...shell.oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/root', 'alluxio.master.ufs.active.sync.interval': '0' });
    await shell.put('s/sub/a', 'a');
    await listed('-R', '/s');
    await shell.put('s/sub/b', 'b');
    expect(await all(['getSyncPathList'])).toBe('The following paths are under active sync\n');
    expect(await all(['startSync', 'alluxio:///s'])).toBe(
      "Starting a full sync of 'alluxio:///s'. You can check the status of the sync using getSyncPathList cmd\nStarted automatic syncing of 'alluxio:///s'.\n",
    );
    expect(await all(['getSyncPathList'])).toBe('The following paths are under active sync\n/s\tInitial Sync Done\n');
    expect(await shell.records('getSyncPathList')).toEqual([{ path: '/s', state: 'DONE' }]);
    expect(await listed('/s/sub', '-Dalluxio.master.ufs.active.sync.interval=1d')).toEqual(['/s/sub/a', '/s/sub/b']);
    await Promise.all([shell.put('s/sub/c', 'c'), shell.remove('s/sub/a')]);
    expect(await listed('/s/sub')).toEqual(['/s/sub/b', '/s/sub/c']);
    // It hangs at the directory, whatever that is called.
    await all(['mv', '/s', '/moved']);
    await shell.put('moved/sub/d', 'd');
    expect(await listed('-R', '/moved')).toEqual(['/moved/sub', '/moved/sub/b', '/moved/sub/c', '/moved/sub/d']);
    const starting = (path: string) => `Starting a full sync of '${path}'. You can check the status of the sync using getSyncPathList cmd\n`;
    await Promise.all([
      shell.refused(['startSync', '/moved/sub'], "Failed to start automatic syncing of '/moved/sub'.\nURI /moved/sub is already a sync point\n", starting('/moved/sub')),
      shell.refused(['startSync', '/missing'], 'Failed to start automatic syncing of \'/missing\'.\nPath "/missing" does not exist.\n', starting('/missing')),
    ]);
    expect(await all(['stopSync', '/moved'])).toBe("Stopped automatic syncing of '/moved'.\n");
    await shell.put('moved/sub/e', 'e');
    expect((await listed('/moved/sub')).length).toBe(3);
    await shell.refused(['stopSync', '/moved'], '/moved is not a sync point. See the paths that are: alluxio fs getSyncPathList\n');
    await all(['startSync', '/moved'], ['rm', '-R', '-U', '/moved']);
    expect(await all(['getSyncPathList'])).toBe('The following paths are under active sync\n');
  });

  it('needsSync and setDirectChildrenLoaded have the next access look', async () => {
    await shell.put('n/s/a', 'a');
    await listed('-R', '/n');
    await Promise.all([shell.put('n/s/b', 'b'), shell.remove('n/s/a')]);
    expect(await all(['needsSync', '/n'])).toBe('');
    expect(await listed('/n/s')).toEqual(['/n/s/b']);
    await shell.put('n/s/c', 'c');
    expect(await listed('/n/s')).toEqual(['/n/s/b']);
    expect(await all(['setDirectChildrenLoaded', 'false', '/n/s'])).toBe("Path '/n/s' was successfully set DirectChildrenLoaded to false\n");
    expect(await listed('/n/s')).toEqual(['/n/s/b', '/n/s/c']);
    await shell.refused(['setDirectChildrenLoaded', 'true', '/n/s/c'], 'Path "/n/s/c" is not a directory.\n');
    await shell.refused(['needsSync', '/missing'], 'Path "/missing" does not exist.\n');
    await shell.refused(['setDirectChildrenLoaded', 'maybe', '/n'], 'setDirectChildrenLoaded takes true or false, not maybe\nUsage: setDirectChildrenLoaded <true|false> <path>\nSets DirectChildrenLoaded of a specific path to true or false.\n');
  });

  it('is for those who may', async () => {
    await all(['mkdir', '/mine'], ['chmod', '700', '/mine']);
    const denied = async (bits: string, ...args: string[]) => {
      const { status, stderr } = await shell.fs('-Dalluxio.security.login.username=bob', ...args);
      expect([args, status, stderr.split('\n').find((line) => line.startsWith('Permission'))]).toEqual([args, 255, expect.stringContaining(`Permission denied: user=bob, access=${bits}, path=/mine: failed at mine,`)]);
    };
    await Promise.all([
      denied('r--', 'checkConsistency', '/mine'),
      denied('-w-', 'startSync', '/mine'),
      denied('-w-', 'stopSync', '/mine'),
      denied('-w-', 'needsSync', '/mine'),
      denied('-w-', 'setDirectChildrenLoaded', 'false', '/mine'),
      denied('-w-', 'setTtl', '/mine', '1d'),
      denied('-w-', 'unsetTtl', '/mine'),
    ]);
    expect(await all(['getSyncPathList'])).toBe('The following paths are under active sync\n');
  });
});
