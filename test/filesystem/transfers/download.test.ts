import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byteStream } from '../../../src/byte-stream.ts';
import { AlluxioError } from '../../../src/errors.ts';
import { asOrdinaryUser, Harness, messageOfRejection } from './harness.ts';

const FILE_IN_THE_WAY = 'The destination cannot be an existing file when the source is a directory or a list of files.';

describe('Alluxio to local', () => {
  let at: Harness;
  beforeEach(() => (at = new Harness()));
  afterEach(() => at.dispose());

  describe('one file', () => {
    it('is written, or replaces a local file', async () => {
      at.fs.put('/f', 'hello');
      await at.download('/f', at.local('new'));
      at.write('old', 'something longer than before');
      await at.download('alluxio://h:1/f', at.local('old'));
      expect(at.localTree()).toEqual(['new=hello', 'old=hello']);
      expect(at.told()).toEqual(['Copied /f to file://~/new', 'Copied alluxio://h:1/f to file://~/old']);
    });

    it('goes into an existing local directory, the whole local name told', async () => {
      at.fs.put('/a/f', 'hello');
      await at.download('/a/f', at.mkdir('dir'));
      expect(at.localTree()).toEqual(['dir/', 'dir/f=hello']);
      expect(at.told()).toEqual(['Copied /a/f to file://~/dir/f']);
    });

    it.each([0, 1, (1 << 20) + 1, (5 << 20) + 3])('arrives whole with %i bytes', async (length) => {
      at.fs.put('/f', Buffer.alloc(length, 'abc'));
      await at.download('/f', at.local('f'));
      expect(lstatSync(at.local('f')).size).toBe(length);
      expect(at.done).toEqual({ files: 1, bytes: length });
      expect(at.expected).toEqual({ files: 1, bytes: length });
    });

    it('that is missing leaves nothing', async () => {
      expect(await messageOfRejection(at.download('/none', at.local('x')))).toBe('Path "/none" does not exist.');
      expect(at.localTree()).toEqual([]);
    });

    it('into a missing directory fails in the words of the system', async () => {
      at.fs.put('/f', 'x');
      expect(await messageOfRejection(at.download('/f', at.local('no/x')))).toBe(`${at.local('no/x')} (No such file or directory)`);
    });

    it('that breaks off leaves the older target and no temporary file', async () => {
      at.fs.put('/f', 'new content');
      at.fs.failing.set('/f#middle', new AlluxioError('UNAVAILABLE', 'The store went away.'));
      at.write('old', 'old content');
      expect(await messageOfRejection(at.download('/f', at.local('old')))).toBe('The store went away.');
      expect(await messageOfRejection(at.download('/f', at.local('none')))).toBe('The store went away.');
      expect(at.localTree()).toEqual(['old=old content']);
    });

    it('is written under a temporary name beside the target', async () => {
      at.fs.put('/f', 'abcdef');
      at.mkdir('d');
      const seen: string[] = [];
      async function* chunks(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc');
        seen.push(...readdirSync(at.local('d')));
        yield Buffer.from('def');
      }
      at.fs.content.open = () => Promise.resolve(byteStream(chunks()));
      await at.download('/f', at.local('d'));
      expect(seen).toEqual([expect.stringMatching(/^f\.[A-Za-z0-9]{8}_copyToLocal_$/)]);
      expect(at.localTree()).toEqual(['d/', 'd/f=abcdef']);
    });

    it.each(['n'.repeat(255), '名'.repeat(85), '😀'.repeat(60)])('may have the longest name there is', async (name) => {
      at.fs.put(`/${name}`, 'x');
      await at.download(`/${name}`, at.root);
      expect(at.localTree()).toEqual([`${name}=x`]);
    });

    it('with a name that no local file can have is told', async () => {
      const name = 'n'.repeat(300);
      at.fs.put(`/${name}`, 'x');
      expect(await messageOfRejection(at.download(`/${name}`, at.root))).toBe(`${at.local(name)} (File name too long)`);
    });

    it('never replaces a pipe or a device', async () => {
      at.fs.put('/f', 'x');
      execFileSync('mkfifo', [at.local('pipe')]);
      expect(await messageOfRejection(at.download('/f', at.local('pipe')))).toBe(`Destination ${at.local('pipe')} is not a file.`);
      at.fs.put('/d/pipe', 'x').put('/d/sub/pipe', 'x');
      at.mkdir('sub');
      execFileSync('mkfifo', [at.local('sub/pipe')]);
      await at.download('/d', at.root);
      expect(at.toldProblems()).toEqual(['/d/pipe > file://~/pipe: Destination ~/pipe is not a file.', '/d/sub/pipe > file://~/sub/pipe: Destination ~/sub/pipe is not a file.']);
      for (const pipe of ['pipe', 'sub/pipe']) expect(lstatSync(at.local(pipe)).isFIFO()).toBe(true);
    });
  });

  describe('a directory', () => {
    beforeEach(() => at.fs.put('/d/a', '1').put('/d/sub/b', '2').put('/d/sub/deep/c', '3').dir('/d/empty').put('/d/z', '4'));

    it('is made with its parents, and told in order', async () => {
      await at.download('alluxio://h:1/d', at.local('x/y'));
      expect(at.localTree()).toEqual(['x/', 'x/y/', 'x/y/a=1', 'x/y/empty/', 'x/y/sub/', 'x/y/sub/b=2', 'x/y/sub/deep/', 'x/y/sub/deep/c=3', 'x/y/z=4']);
      expect(at.told()).toEqual([
        'Directory file://~/x/y',
        'Copied alluxio://h:1/d/a to file://~/x/y/a',
        'Directory file://~/x/y/empty',
        'Directory file://~/x/y/sub',
        'Copied alluxio://h:1/d/sub/b to file://~/x/y/sub/b',
        'Directory file://~/x/y/sub/deep',
        'Copied alluxio://h:1/d/sub/deep/c to file://~/x/y/sub/deep/c',
        'Copied alluxio://h:1/d/z to file://~/x/y/z',
      ]);
    });

    it('puts its content into an existing one, told without a line for it', async () => {
      at.write('out/sub/old', 'o');
      await at.download('/d', at.local('out'));
      expect(at.localTree()).toContain('out/sub/old=o');
      expect(at.localTree()).toContain('out/sub/deep/c=3');
      expect(at.told().filter((line) => line.startsWith('Directory'))).toEqual(['Directory file://~/out/empty', 'Directory file://~/out/sub/deep']);
    });

    it('comes from the root too', async () => {
      await at.download('/', at.local('all'));
      expect(at.localTree()).toContain('all/d/sub/deep/c=3');
    });

    it('does not replace a file', async () => {
      expect(await messageOfRejection(at.download('/d', at.write('f', 'x')))).toBe(FILE_IN_THE_WAY);
      expect(at.localTree()).toEqual(['f=x']);
    });

    it('whose subdirectory cannot be made goes on beside it', async () => {
      at.write('out/sub', 'a file');
      await at.download('/d', at.local('out'));
      expect(at.localTree()).toEqual(['out/', 'out/a=1', 'out/empty/', 'out/sub=a file', 'out/z=4']);
      expect(at.toldProblems()).toEqual(['/d/sub > file://~/out/sub: mkdir failure for directory: file://~/out/sub']);
    });

    it('whose file has a local directory in its place tells so, and goes on', async () => {
      at.mkdir('out/a');
      await at.download('/d', at.local('out'));
      expect(at.problems[0]?.message).toMatch(/^Failed to rename \S+\/out\/a\.\w{8}_copyToLocal_ to destination \S+\/out\/a$/);
      expect(at.localTree()).toEqual(['out/', 'out/a/', 'out/empty/', 'out/sub/', 'out/sub/b=2', 'out/sub/deep/', 'out/sub/deep/c=3', 'out/z=4']);
    });

    it('collects trouble with bytes, and stops at a refusal of the namespace', async () => {
      at.fs.failing.set('/d/a#middle', new AlluxioError('CORRUPT', 'Bad bytes in /d/a.'));
      await at.download('/d', at.local('out'), { parallel: 1 });
      expect(at.toldProblems()).toEqual(['/d/a > file://~/out/a: Bad bytes in /d/a.']);
      expect(at.localTree()).toContain('out/z=4');
      at.fs.failing.set('/d/sub/b', new AlluxioError('NOT_FOUND', 'Path "/d/sub/b" does not exist.'));
      expect(await messageOfRejection(at.download('/d', at.local('second'), { parallel: 1 }))).toBe('Path "/d/sub/b" does not exist.');
      expect(at.localTree()).not.toContain('second/z=4');
    });

    it('is refused in the words of the system where nothing may be written', async () => {
      chmodSync(at.root, 0o755);
      mkdirSync(at.local('closed'), { mode: 0o555 });
      await asOrdinaryUser(async () => {
        await expect(at.download('/d', at.local('closed/x'))).rejects.toMatchObject({
          code: 'PERMISSION_DENIED',
          message: `mkdir failure for directory: file://${at.local('closed/x')}`,
          hint: 'Permission denied.',
        });
        await expect(at.download('/d/*', at.local('closed/x'))).rejects.toMatchObject({ message: `Fail to create directory: file://${at.local('closed/x')}` });
        expect(await messageOfRejection(at.download('/d/a', at.local('closed/x')))).toBe(`${at.local('closed/x')} (Permission denied)`);
      });
      expect(at.localTree()).toEqual(['closed/']);
    });
  });

  describe('a pattern', () => {
    beforeEach(() => at.fs.put('/d/f1', '1').put('/d/f2', '2').put('/d/fdir/x', '3').put('/d/other', 'no'));

    it('makes the target a directory, even for one match', async () => {
      await at.download('/d/f*', at.local('p/out'));
      expect(at.localTree()).toEqual(['p/', 'p/out/', 'p/out/f1=1', 'p/out/f2=2', 'p/out/fdir/', 'p/out/fdir/x=3']);
      expect(at.told()).toEqual([
        'Directory file://~/p/out',
        'Copied /d/f1 to file://~/p/out/f1',
        'Copied /d/f2 to file://~/p/out/f2',
        'Directory file://~/p/out/fdir',
        'Copied /d/fdir/x to file://~/p/out/fdir/x',
      ]);
      await at.download('alluxio://h:1/d/oth*', at.local('one'));
      expect(at.told().slice(-2)).toEqual(['Directory file://~/one', 'Copied alluxio://h:1/d/other to file://~/one/other']);
    });

    it('fills an existing directory without a line for it', async () => {
      await at.download('/d/f1*', at.mkdir('out'));
      expect(at.told()).toEqual(['Copied /d/f1 to file://~/out/f1']);
    });

    it('does not replace a file; no match is told as typed', async () => {
      expect(await messageOfRejection(at.download('/d/f*', at.write('f', 'x')))).toBe(FILE_IN_THE_WAY);
      expect(await messageOfRejection(at.download('alluxio://h:1/d/no*', at.local('x')))).toBe('Path "alluxio://h:1/d/no*" does not exist.');
      expect(at.localTree()).toEqual(['f=x']);
    });

    it('goes on with the next match when one directory has a file in its place', async () => {
      at.fs.put('/d/gfile', '4');
      at.write('out/fdir', 'in the way');
      await at.download('/d/*', at.local('out'));
      expect(at.toldProblems()).toEqual([`/d/fdir > file://~/out/fdir: ${FILE_IN_THE_WAY}`]);
      expect(at.localTree()).toContain('out/gfile=4');
    });
  });

  it('writes any name, and what a link leads to rather than the link', async () => {
    const names = ['with space', 'two\nlines', '中文文件', '100%', 'what?', '-R'];
    for (const name of names) at.fs.put(`/d/${name}/${name}`, name);
    at.write('precious', 'older');
    at.mkdir('out/100%');
    symlinkSync(at.local('precious'), at.local('out/100%/100%'));
    await at.download('/d', at.local('out'));
    expect(at.problems).toEqual([]);
    for (const name of names) expect(at.localTree()).toContain(`out/${name}/${name}=${name}`);
    expect(at.localTree()).toContain('precious=100%');
    expect(readlinkSync(at.local('out/100%/100%'))).toBe(at.local('precious'));
  });

  it('runs side by side but tells in order, and ends when cancelled', async () => {
    for (let index = 100; index < 140; index += 1) at.fs.put(`/d/${index}`, Buffer.alloc(index % 7 === 0 ? 2 << 20 : 10));
    await at.download('/d', at.local('out'), { parallel: 8 });
    expect(at.told().slice(1)).toEqual(Array.from({ length: 40 }, (_, index) => `Copied /d/${index + 100} to file://~/out/${index + 100}`));
    const control = new AbortController();
    const open = at.fs.content.open;
    let opened = 0;
    at.fs.content.open = (path, options) => {
      if ((opened += 1) === 5) control.abort();
      return open(path, options);
    };
    await expect(at.download('/d', at.local('second'), { signal: control.signal, parallel: 2 })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(opened).toBeLessThan(10);
    expect(readdirSync(at.local('second')).filter((name) => name.includes('copyToLocal'))).toEqual([]);
  });
});
