import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlluxioError } from '../../../src/errors.ts';
import { Harness, messageOfRejection } from './harness.ts';

const FILE_IN_THE_WAY = 'The destination cannot be an existing file when the source is a directory or a list of files.';
const R = { recursive: true };

describe('Alluxio to Alluxio', () => {
  let at: Harness;
  beforeEach(() => (at = new Harness()));
  afterEach(() => at.dispose());

  describe('one file', () => {
    beforeEach(() => at.fs.put('/a', 'hello'));

    it('is created where nothing is', async () => {
      await at.copy('alluxio://h:1/a', 'alluxio://h:1/b');
      expect(at.fs.tree()).toEqual(['/a=hello', '/b=hello']);
      expect(at.lines).toEqual(['Copied alluxio://h:1/a to alluxio://h:1/b']);
    });

    it('goes into an existing directory; the line forgets scheme and authority of the target', async () => {
      at.fs.dir('/dir');
      await at.copy('/a', 'alluxio://h:1/dir');
      expect(at.fs.tree()).toEqual(['/a=hello', '/dir/', '/dir/a=hello']);
      expect(at.lines).toEqual(['Copied /a to /dir/a']);
    });

    it('needs the parent of the target, and leaves an existing file alone', async () => {
      expect(await messageOfRejection(at.copy('/a', '/x/y'))).toBe('File /x/y creation failed. Component 1(x) does not exist');
      at.fs.put('/b', 'old');
      let [opened, closed] = [0, 0];
      const open = at.fs.content.open;
      at.fs.content.open = async (path) => {
        const stream = await open(path);
        opened += 1;
        return { ...stream, close: () => ((closed += 1), stream.close()) };
      };
      expect(await messageOfRejection(at.copy('/a', '/b'))).toBe('Not allowed to create file because path already exists: /b');
      expect(await messageOfRejection(at.copy('/a', '/a'))).toBe('Not allowed to create file because path already exists: /a');
      expect(await messageOfRejection(at.copy('/none', '/c'))).toBe('Path "/none" does not exist.');
      expect(at.fs.tree()).toEqual(['/a=hello', '/b=old']);
      expect(at.lines).toEqual([]);
      expect([opened, closed]).toEqual([2, 2]);
    });

    it('that breaks off leaves nothing', async () => {
      at.fs.failing.set('/a#middle', new Error('read failed'));
      expect(await messageOfRejection(at.copy('/a', '/b'))).toBe('read failed');
      expect(at.fs.tree()).toEqual(['/a=hello']);
    });
  });

  describe('a directory', () => {
    beforeEach(() => at.fs.put('/d/a', '1').put('/d/sub/b', '2').dir('/d/sub/empty').put('/d/z', '3'));

    it('needs -R', async () => {
      const message = '/d is a directory, to copy it please use "cp -R <src> <dst>"';
      for (const target of ['/new', '/d', '/d/a']) expect(await messageOfRejection(at.copy('/d', target))).toBe(message);
    });

    it('is made as the target, everything told in order', async () => {
      await at.copy('alluxio://h:1/d', 'alluxio://h:1/new', R);
      expect(at.fs.tree().filter((line) => line.startsWith('/new'))).toEqual(['/new/', '/new/a=1', '/new/sub/', '/new/sub/b=2', '/new/sub/empty/', '/new/z=3']);
      expect(at.lines).toEqual([
        'Directory alluxio://h:1/new',
        'Copied alluxio://h:1/d/a to alluxio://h:1/new/a',
        'Directory alluxio://h:1/new/sub',
        'Copied alluxio://h:1/d/sub/b to alluxio://h:1/new/sub/b',
        'Directory alluxio://h:1/new/sub/empty',
        'Copied alluxio://h:1/d/z to alluxio://h:1/new/z',
      ]);
      expect(at.done).toEqual({ files: 3, bytes: 3 });
    });

    it('goes into an existing directory under its own name', async () => {
      at.fs.dir('/there');
      await at.copy('/d', 'alluxio://h:1/there', R);
      expect(at.fs.tree()).toContain('/there/d/sub/b=2');
      expect(at.lines.slice(0, 2)).toEqual(['Directory /there/d', 'Copied /d/a to /there/d/a']);
      expect(await messageOfRejection(at.copy('/d', '/there', R))).toBe('Not allowed to create directory because path already exists: /there/d');
    });

    it('does not replace a file, nor make missing parents', async () => {
      at.fs.put('/f', 'x');
      expect(await messageOfRejection(at.copy('/d', '/f', R))).toBe(FILE_IN_THE_WAY);
      expect(await messageOfRejection(at.copy('/d', '/no/x', R))).toMatch(/Component 1\(no\) does not exist$/);
    });

    it('can be copied into itself, once: what was there before', async () => {
      await at.copy('/d', '/d', R);
      expect(at.fs.tree()).toEqual(['/d/', '/d/a=1', '/d/d/', '/d/d/a=1', '/d/d/sub/', '/d/d/sub/b=2', '/d/d/sub/empty/', '/d/d/z=3', '/d/sub/', '/d/sub/b=2', '/d/sub/empty/', '/d/z=3']);
      expect(await messageOfRejection(at.copy('/d', '/d', R))).toBe('Not allowed to create directory because path already exists: /d/d');
    });

    it('can be copied to a place deep inside itself', async () => {
      await at.copy('/d', '/d/sub', R);
      expect(at.fs.tree().filter((line) => line.startsWith('/d/sub/d'))).toEqual(['/d/sub/d/', '/d/sub/d/a=1', '/d/sub/d/sub/', '/d/sub/d/sub/b=2', '/d/sub/d/sub/empty/', '/d/sub/d/z=3']);
      await at.copy('/', '/all', R);
      expect(at.fs.tree()).toContain('/all/d/sub/d/z=3');
      expect(at.fs.tree()).not.toContain('/all/all/');
    });

    it('collects trouble with bytes, and ends at a refusal of the namespace', async () => {
      at.fs.failing.set('/d/a', new AlluxioError('UNAVAILABLE', 'No answer for /d/a.'));
      at.fs.failing.set('/one/sub', new AlluxioError('UNAVAILABLE', 'No answer for /one/sub.'));
      await at.copy('/d', '/one', R);
      expect(at.problems).toEqual([
        { from: '/d/a', to: '/one/a', message: 'No answer for /d/a.' },
        { from: '/d/sub', to: '/one/sub', message: 'No answer for /one/sub.' },
      ]);
      expect(at.fs.tree().filter((line) => line.startsWith('/one'))).toEqual(['/one/', '/one/z=3']);
      at.fs.failing.set('/d/a', new AlluxioError('PERMISSION_DENIED', 'Permission denied: user=me'));
      expect(await messageOfRejection(at.copy('/d', '/two', { ...R, parallel: 1 }))).toBe('Permission denied: user=me');
      expect(at.fs.tree().filter((line) => line.startsWith('/two'))).toEqual(['/two/']);
    });

    it('is copied side by side but told in order', async () => {
      for (let index = 100; index < 130; index += 1) at.fs.put(`/many/${index}`, 'x');
      let waiting = 30;
      at.fs.beforeCreate = async () => {
        for (let turns = (waiting -= 1); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
      };
      await at.copy('/many', '/out', { ...R, parallel: 6 });
      expect(at.fs.mostRunning).toBe(6);
      expect(at.lines.slice(1)).toEqual(Array.from({ length: 30 }, (_, index) => `Copied /many/${index + 100} to /out/${index + 100}`));
    });
  });

  describe('a pattern', () => {
    beforeEach(() => at.fs.put('/d/f1', '1').put('/d/f2', '2').put('/d/fdir/x', '3'));

    it('makes a missing target, then every match', async () => {
      await at.copy('alluxio://h:1/d/f*', 'alluxio://h:1/new', R);
      expect(at.lines).toEqual([
        'Directory alluxio://h:1/new',
        'Copied alluxio://h:1/d/f1 to alluxio://h:1/new/f1',
        'Copied alluxio://h:1/d/f2 to alluxio://h:1/new/f2',
        'Directory alluxio://h:1/new/fdir',
        'Copied alluxio://h:1/d/fdir/x to alluxio://h:1/new/fdir/x',
      ]);
    });

    it('fills an existing target; without -R each directory is a problem', async () => {
      at.fs.dir('/there');
      await at.copy('/d/f*', '/there');
      expect(at.lines).toEqual(['Copied /d/f1 to /there/f1', 'Copied /d/f2 to /there/f2']);
      expect(at.problems.map(({ message }) => message)).toEqual(['/d/fdir is a directory, to copy it please use "cp -R <src> <dst>"']);
    });

    it('goes on after a match that fails', async () => {
      at.fs.put('/there/f1', 'old').put('/there/fdir/fdir/y', 'old');
      await at.copy('/d/f*', '/there', R);
      expect(at.lines).toEqual(['Copied /d/f2 to /there/f2']);
      expect(at.problems.map(({ message }) => message)).toEqual([
        'Not allowed to create file because path already exists: /there/f1',
        'Not allowed to create directory because path already exists: /there/fdir/fdir',
      ]);
    });

    it('does not replace a file; no match is told by its plain path', async () => {
      at.fs.put('/f', 'x');
      expect(await messageOfRejection(at.copy('/d/*', '/f', R))).toBe(FILE_IN_THE_WAY);
      expect(await messageOfRejection(at.copy('alluxio://h:1/no*', '/x'))).toBe('Path "/no*" does not exist.');
    });
  });

  describe('-p', () => {
    it('keeps owner, group, mode and ACL of files and directories, closed ones too', async () => {
      const acl = [{ type: 'user' as const, subject: 'bob', bits: 6 }];
      at.fs.dir('/d', { owner: 'ann', group: 'ops', mode: 0o555 }).put('/d/f', '1', { owner: 'eve', group: 'dev', mode: 0o600, acl });
      at.fs.dir('/d/sub', { mode: 0o500 }).put('/d/sub/g', '2');
      await at.copy('/d', '/new', { ...R, preserve: true });
      expect(at.problems).toEqual([]);
      const statusOf = (path: string) => at.fs.nodes.get(path)?.status;
      expect(statusOf('/new')).toMatchObject({ owner: 'ann', group: 'ops', mode: 0o555 });
      expect(statusOf('/new/f')).toMatchObject({ owner: 'eve', group: 'dev', mode: 0o600, acl });
      expect(statusOf('/new/sub')).toMatchObject({ owner: 'me', group: 'us', mode: 0o500 });
    });

    it('is off by default', async () => {
      at.fs.dir('/d', { owner: 'ann', mode: 0o700 }).put('/d/f', '1', { owner: 'eve', mode: 0o600 });
      await at.copy('/d', '/new', R);
      expect(at.fs.nodes.get('/new')?.status).toMatchObject({ owner: 'me', mode: 0o755 });
      expect(at.fs.nodes.get('/new/f')?.status).toMatchObject({ owner: 'me', mode: 0o644 });
    });
  });

  it.each([1, 2])('ends when cancelled during the first of %i files', async (count) => {
    for (const name of ['a', 'b'].slice(0, count)) at.fs.put(`/d/${name}`, 'x');
    const control = new AbortController();
    at.fs.beforeCreate = () => Promise.resolve(control.abort());
    await expect(at.copy('/d', '/new', { ...R, parallel: 1, signal: control.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(at.fs.tree()).not.toContain('/new/b=x');
    expect(at.problems).toEqual([]);
  });
});
