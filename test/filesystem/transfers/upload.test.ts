import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, linkSync, mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOrdinaryUser, Harness, messageOfRejection } from './harness.ts';

const FILE_IN_THE_WAY = 'The destination cannot be an existing file when the source is a directory or a list of files.';

describe('local to Alluxio', () => {
  let at: Harness;
  beforeEach(() => (at = new Harness()));
  afterEach(() => at.dispose());

  describe('one file', () => {
    it('becomes the target when nothing is there', async () => {
      await at.upload(at.write('f', 'hello'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst=hello']);
      expect(at.told()).toEqual(['Copied file://~/f to /dst']);
    });

    it('goes into an existing directory, the target told as typed', async () => {
      at.fs.dir('/dir');
      await at.upload(at.write('f', 'hello'), 'alluxio://host:1/dir');
      expect(at.fs.tree()).toEqual(['/dir/', '/dir/f=hello']);
      expect(at.told()).toEqual(['Copied file://~/f to alluxio://host:1/dir']);
    });

    it('never replaces a file', async () => {
      at.fs.put('/dst', 'old');
      expect(await messageOfRejection(at.upload(at.write('f', 'new'), '/dst'))).toBe('Not allowed to create file because path already exists: /dst');
      expect(at.fs.tree()).toEqual(['/dst=old']);
      expect(at.lines).toEqual([]);
    });

    it('needs the parent of the target', async () => {
      expect(await messageOfRejection(at.upload(at.write('f', ''), '/a/b'))).toBe('File /a/b creation failed. Component 1(a) does not exist');
      expect(at.fs.tree()).toEqual([]);
    });

    it('is missed in the words of the system', async () => {
      expect(await messageOfRejection(at.upload(at.local('none'), '/dst'))).toBe(`${at.local('none')} (No such file or directory)`);
      at.write('f', '');
      expect(await messageOfRejection(at.upload(at.local('f/x'), '/dst'))).toBe(`${at.local('f/x')} (Not a directory)`);
      expect(at.fs.tree()).toEqual([]);
    });

    it.each([0, 1, 1 << 20, (1 << 20) + 1, (5 << 20) + 3])('arrives whole with %i bytes', async (length) => {
      const bytes = Buffer.alloc(length, 'alluxio/');
      await at.upload(at.write('f', bytes), '/dst');
      expect(at.fs.nodes.get('/dst')?.bytes.equals(bytes)).toBe(true);
      expect(at.done).toEqual({ files: 1, bytes: length });
      expect(at.expected).toEqual({ files: 1, bytes: length });
    });
  });

  describe('a directory', () => {
    it('puts its content into a missing target, ending with one line for the whole', async () => {
      at.write('d/a', '1');
      at.write('d/sub/deep/b', '2');
      at.mkdir('d/sub/empty');
      await at.upload(at.local('d'), 'alluxio://h:1/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/a=1', '/dst/sub/', '/dst/sub/deep/', '/dst/sub/deep/b=2', '/dst/sub/empty/']);
      expect(at.told().slice(0, -1).sort()).toEqual(['Copied file://~/d/a to alluxio://h:1/dst/a', 'Copied file://~/d/sub/deep/b to alluxio://h:1/dst/sub/deep/b']);
      expect(at.told().at(-1)).toBe('Copied file://~/d to alluxio://h:1/dst');
    });

    it('puts its content into an existing directory, without a level of its own name', async () => {
      at.fs.put('/dst/old', 'o');
      at.write('d/a', '1');
      at.write('d/b', '2');
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/a=1', '/dst/b=2', '/dst/old=o']);
    });

    it('works at the root', async () => {
      at.write('d/a', '1');
      at.write('d/b/c', '2');
      await at.upload(at.local('d'), '/');
      expect(at.fs.tree()).toEqual(['/a=1', '/b/', '/b/c=2']);
      expect(at.told()).toContain('Copied file://~/d/b/c to /b/c');
    });

    it('with one file makes the target that file', async () => {
      at.write('d/only', '1');
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst=1']);
      expect(at.told()).toEqual(['Copied file://~/d to /dst']);
    });

    it('with one file goes into an existing directory under its name', async () => {
      at.fs.dir('/dst');
      at.write('d/only', '1');
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/only=1']);
      expect(at.told()).toEqual(['Copied file://~/d to /dst']);
    });

    it('with one directory is refused', async () => {
      at.write('d/sub/f', '1');
      expect(await messageOfRejection(at.upload(at.local('d'), '/dst'))).toBe(`Source ${at.local('d/sub')} is not a file.`);
      expect(at.fs.tree()).toEqual([]);
      expect(at.lines).toEqual([]);
    });

    it('that is empty leaves no target, but an existing one stays', async () => {
      await at.upload(at.mkdir('d'), '/dst');
      expect(at.fs.tree()).toEqual([]);
      at.fs.dir('/there');
      await at.upload(at.local('d'), '/there');
      expect(at.fs.tree()).toEqual(['/there/']);
      expect(at.told()).toEqual(['Copied file://~/d to /dst', 'Copied file://~/d to /there']);
    });

    it('that is empty still needs a target that it could have', async () => {
      at.fs.put('/file', 'x');
      expect(await messageOfRejection(at.upload(at.mkdir('d'), '/file'))).toBe(FILE_IN_THE_WAY);
      expect(await messageOfRejection(at.upload(at.mkdir('d'), '/no/where'))).toMatch(/Component 1\(no\) does not exist$/);
    });

    it('does not replace a file, nor make missing parents', async () => {
      at.write('d/a', '1');
      at.write('d/b', '2');
      at.fs.put('/file', 'x');
      expect(await messageOfRejection(at.upload(at.local('d'), '/file'))).toBe(FILE_IN_THE_WAY);
      expect(await messageOfRejection(at.upload(at.local('d'), '/no/dst'))).toMatch(/Component 1\(no\) does not exist$/);
      expect(at.fs.tree()).toEqual(['/file=x']);
    });
  });

  describe('a pattern', () => {
    it('flattens its matches into the target', async () => {
      at.write('x/foo1', '1');
      at.write('y/foo2', '2');
      at.write('y/foodir/z', '3');
      at.write('y/bar', 'no');
      await at.upload(at.local('*/foo*'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/foo1=1', '/dst/foo2=2', '/dst/foodir/', '/dst/foodir/z=3']);
      expect(at.told().at(-1)).toBe('Copied file://~/*/foo* to /dst');
      expect(at.told()).toContain('Copied file://~/y/foodir/z to /dst/foodir/z');
    });

    it('with one match makes the target that file; a directory is refused', async () => {
      at.write('foo', '1');
      at.mkdir('dir');
      await at.upload(at.local('f*'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst=1']);
      expect(at.told()).toEqual(['Copied file://~/f* to /dst']);
      expect(await messageOfRejection(at.upload(at.local('d*'), '/other'))).toBe(`Source ${at.local('dir')} is not a file.`);
    });

    it('without a match says so', async () => {
      const message = await messageOfRejection(at.upload(at.local('no*/x'), '/dst'));
      expect(message).toBe(`Path "file://${at.local('no*/x')}" does not exist.`);
    });

    it('takes everything but the star literally, and goes on below a match', async () => {
      for (const name of ['a.b', 'aXb', 'a[1]', 'a+', 'a\nb']) at.write(name, name);
      at.write('p1/q/f', '1');
      at.write('p2/q/f', '2');
      at.write('p3', 'a file on the way');
      await at.upload(at.local('a.*'), '/one');
      await at.upload(at.local('a[1]*'), '/two');
      await at.upload(at.local('a*b'), '/three');
      expect(at.fs.tree()).toEqual(['/one=a.b', '/three/', '/three/a\nb=a\nb', '/three/a.b=a.b', '/three/aXb=aXb', '/two=a[1]']);
      expect(await messageOfRejection(at.upload(at.local('p*/q/f'), '/four'))).toBe('');
      // Two matches of one name: the second finds the first in its place.
      expect(at.problems).toHaveLength(1);
      expect(at.problems[0]?.message).toBe('Not allowed to create file because path already exists: /four/f');
    });
  });

  describe('failures', () => {
    it('of some files do not stop the others, and there is no line for the whole', async () => {
      at.fs.put('/dst/b', 'old');
      for (const name of ['a', 'b', 'c']) at.write(`d/${name}`, name);
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/a=a', '/dst/b=old', '/dst/c=c']);
      expect(at.toldProblems()).toEqual(['file://~/d/b > /dst/b: Not allowed to create file because path already exists: /dst/b']);
      expect(at.told().sort()).toEqual(['Copied file://~/d/a to /dst/a', 'Copied file://~/d/c to /dst/c']);
    });

    it('of a directory keep everything below it out, and its siblings go on', async () => {
      at.fs.dir('/dst/inner');
      at.write('d/inner/sub/f', '1');
      at.write('d/inner/g', '2');
      at.write('d/other/h', '3');
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/inner/', '/dst/other/', '/dst/other/h=3']);
      expect(at.toldProblems()).toEqual(['file://~/d/inner > /dst/inner: Not allowed to create directory because path already exists: /dst/inner']);
    });

    it('of everything remove the target that was made, never one that was there', async () => {
      at.write('d/a', '1');
      at.write('d/b', '2');
      for (const path of ['/new/a', '/new/b', '/old/a', '/old/b']) at.fs.failing.set(path, new Error('no'));
      await at.upload(at.local('d'), '/new');
      expect(at.fs.tree()).toEqual([]);
      at.fs.dir('/old');
      await at.upload(at.local('d'), '/old');
      expect(at.fs.tree()).toEqual(['/old/']);
      expect(at.problems).toHaveLength(4);
    });

    it('of permission are told in the words of the system', async () => {
      chmodSync(at.root, 0o755);
      chmodSync(at.write('d/secret', 'x'), 0);
      at.write('d/plain', 'y');
      mkdirSync(at.local('d/closed'), { mode: 0 });
      await asOrdinaryUser(async () => {
        await at.upload(at.local('d'), '/dst');
        expect(await messageOfRejection(at.upload(at.local('d/secret'), '/one'))).toBe(`${at.local('d/secret')} (Permission denied)`);
        expect(await messageOfRejection(at.upload(at.local('d/closed/*'), '/two'))).toBe(`${at.local('d/closed')} (Permission denied)`);
      });
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/plain=y']);
      expect(at.toldProblems().sort()).toEqual([
        'file://~/d/closed > /dst/closed: ~/d/closed (Permission denied)',
        'file://~/d/secret > /dst/secret: ~/d/secret (Permission denied)',
      ]);
    });
  });

  describe('what lies on a disk', () => {
    it('is named by any characters', async () => {
      const names = ['with space', 'two\nlines', '中文文件', '100%', 'what?', 'a\\b', '-R', '*', '\u00e9'];
      for (const name of names) at.write(`d/${name}/${name}`, name);
      await at.upload(at.local('d'), '/dst');
      expect(at.problems).toEqual([]);
      expect(at.fs.tree().filter((line) => !line.endsWith('/'))).toEqual(names.map((name) => `/dst/${name}/${name}=${name}`).sort());
    });

    it('is followed through symbolic links, but not in circles', async () => {
      at.write('elsewhere/inner/f', '1');
      at.write('d/plain', '2');
      symlinkSync(at.local('elsewhere'), at.local('d/to-dir'));
      symlinkSync(at.local('elsewhere/inner/f'), at.local('d/to-file'));
      symlinkSync(at.local('nowhere'), at.local('d/broken'));
      symlinkSync('..', at.local('elsewhere/inner/up'));
      linkSync(at.local('d/plain'), at.local('d/hard'));
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/hard=2', '/dst/plain=2', '/dst/to-dir/', '/dst/to-dir/inner/', '/dst/to-dir/inner/f=1', '/dst/to-file=1']);
      expect(at.toldProblems().sort()).toEqual([
        'file://~/d/broken > /dst/broken: ~/d/broken (No such file or directory)',
        'file://~/d/to-dir/inner/up > /dst/to-dir/inner/up: ~/d/to-dir/inner/up is a symbolic link to ~/elsewhere, which contains it.',
      ]);
    });

    it('is refused when it is a pipe', async () => {
      at.write('d/f', '1');
      execFileSync('mkfifo', [at.local('d/pipe')]);
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/f=1']);
      expect(at.toldProblems()).toEqual(['file://~/d/pipe > /dst/pipe: Source ~/d/pipe is not a file.']);
      expect(await messageOfRejection(at.upload(at.local('d/pipe'), '/one'))).toBe(`Source ${at.local('d/pipe')} is not a file.`);
    });

    it('is refused when its name is no UTF-8', async () => {
      at.mkdir('d');
      at.write('d/f', '1');
      writeFileSync(Buffer.concat([Buffer.from(`${at.local('d')}/bad`), Buffer.from([0xff])]), 'x');
      await at.upload(at.local('d'), '/dst');
      expect(at.fs.tree()).toEqual(['/dst/', '/dst/f=1']);
      expect(at.toldProblems()).toEqual(['file://~/d/bad\uFFFD > /dst/bad\uFFFD: The name of ~/d/bad\uFFFD is not valid UTF-8.']);
    });

    it.each([
      ['grows', (path: string) => appendFileSync(path, 'more')],
      ['shrinks', (path: string) => truncateSync(path, 100)],
      ['is rewritten', (path: string) => writeFileSync(path, Buffer.alloc(3 << 20, 'y'))],
    ])('leaves nothing half-made when it %s while it is copied', async (_, change) => {
      const big = at.write('big', Buffer.alloc(3 << 20, 'x'));
      // By then it is open.
      at.fs.beforeCreate = () => Promise.resolve(change(big));
      expect(await messageOfRejection(at.upload(big, '/dst'))).toBe(`${big} changed while it was copied.`);
      expect(at.fs.tree()).toEqual([]);
      expect(at.lines).toEqual([]);
    });

    it('is copied whole when it claims to be empty, as those of /proc do', async () => {
      await at.upload('/proc/self/status', '/dst');
      expect(at.fs.nodes.get('/dst')?.bytes.toString()).toMatch(/^Name:/);
    });

    it('is told when it vanishes after it was listed', async () => {
      // Not so small that it would be read before anything is created.
      at.write('d/a', Buffer.alloc(100_000));
      at.write('d/b', Buffer.alloc(100_000));
      at.fs.beforeCreate = (path) => Promise.resolve(rmSync(at.local(path.endsWith('a') ? 'd/b' : 'd/a'), { force: true }));
      await at.upload(at.local('d'), '/dst', { parallel: 1 });
      expect(at.toldProblems()).toEqual([expect.stringMatching(/^file:\/\/~\/d\/(a|b) > \/dst\/\1: ~\/d\/\1 \(No such file or directory\)$/)]);
      expect(at.fs.tree()).toHaveLength(2);
    });
  });

  describe('many files', () => {
    it('are copied so many at a time, as the option or the property says', async () => {
      for (let index = 0; index < 40; index += 1) at.write(`d/${index}`, String(index));
      at.fs.beforeCreate = gate(at, 4);
      await at.upload(at.local('d'), '/four');
      expect(at.fs.mostRunning).toBe(4);
      at.fs.beforeCreate = gate(at, 9);
      await at.upload(at.local('d'), '/nine', { parallel: 9 });
      expect(at.fs.mostRunning).toBe(9);
      expect(at.done).toEqual({ files: 80, bytes: 140 });
    });

    it('hold no more memory than the property says', async () => {
      const tight = new Harness({ 'alluxio.user.transfer.memory': '8MB' });
      for (let index = 0; index < 6; index += 1) tight.write(`d/${index}`, Buffer.alloc((1 << 20) + 1));
      tight.fs.beforeCreate = gate(tight, 2);
      await tight.upload(tight.local('d'), '/dst', { parallel: 6 });
      expect(tight.fs.mostRunning).toBe(2);
      expect(tight.problems).toEqual([]);
      tight.dispose();
    });

    it('end early when they are cancelled, leaving whole files only', async () => {
      for (let index = 0; index < 30; index += 1) at.write(`d/in/deep/${index}`, 'x');
      at.mkdir('d/second');
      const descriptors = readdirSync('/proc/self/fd').length;
      const control = new AbortController();
      let created = 0;
      at.fs.beforeCreate = () => {
        created += 1;
        if (created === 10) control.abort();
        return Promise.resolve();
      };
      await expect(at.upload(at.local('d'), '/dst', { signal: control.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(created).toBeLessThan(20);
      expect(at.problems).toEqual([]);
      for (const line of at.fs.tree()) expect(line).toMatch(/^\/dst\/(in\/|second\/|in\/deep\/|in\/deep\/\d+=x)?$/);
      expect(readdirSync('/proc/self/fd')).toHaveLength(descriptors);
      expect(at.lines).not.toContain(`Copied file://${at.local('d')} to /dst`);
    });
  });
});

/** Holds every creation until so many are under way at once, and then lets the event loop turn before each. */
function gate(at: Harness, width: number): () => Promise<void> {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    if (at.fs.running >= width) open();
    await opened;
    await new Promise((resolve) => setImmediate(resolve));
  };
}
