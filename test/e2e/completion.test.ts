/** `alluxio completion`: the script in the real bash, readline and all, over names that a shell would trip over. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { ALLUXIO, runAlluxio, statusOf } from '../support/run-alluxio.ts';

const NASTY = ['my dir/in side', "it's", 'q"d$x`y`', 'new\nline', 'semi;colon&pipe|<>()', 'ünï 中', '*?[x]{y}', '!bang', '#no', 'a:b=c', '-R'];

describe('completion', () => {
  let home: Home;
  beforeAll(async () => {
    home = await makeHome();
    expect(await runAlluxio(home, ['format'])).toMatchObject({ status: 0 });
    for (const [i, name] of NASTY.entries()) {
      const file = join(home.ufsDir, `n${i}`, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, '');
    }
    expect(await runAlluxio(home, ['fs', '-'], { input: 'mkdir /data /dat2\nloadMetadata -R /' })).toMatchObject({ status: 0, stderr: '' });
    await writeFile(join(home.dir, 'local file'), '');
  });
  afterAll(() => home?.remove());

  /** Types lines into an interactive bash that has the script; returns the words that each became. */
  async function typed(...lines: string[]): Promise<string[][]> {
    const env = { PATH: `${dirname(ALLUXIO)}:${process.env.PATH ?? ''}`, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir, LC_ALL: 'C.UTF-8', TERM: 'dumb', PS1: '', INPUTRC: '/dev/null' };
    // Readline completes on a pipe as well as on a terminal, when it is told to edit.
    const child = spawn('bash', ['--norc', '--noprofile', '-o', 'emacs', '-i'], { cwd: home.dir, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.resume();
    // What would be run is shown instead, except where the script asks.
    const show = `alluxio() { if [ "$1" = __complete ]; then command alluxio "$@"; else echo "ANSWER:$(printf '%s\\0' "$@" | base64 -w0)"; fi; }`;
    child.stdin.end(`source <(alluxio completion bash)\n${show}\n${lines.join('\n')}\n`);
    await statusOf(child, 100_000, ['bash']);
    return [...text.matchAll(/^ANSWER:(.*)$/gm)].map(([, words = '']) => Buffer.from(words, 'base64').toString().split('\0').slice(0, -1));
  }

  it('in bash, gives each name as one word, in whatever quotes it was begun', async () => {
    const files = NASTY.map((name, i) => ({ name, folder: `/n${i}` }));
    const single = files.filter(({ name }) => !name.includes('/'));
    const wanted: string[][] = [];
    const lines: string[] = [];
    for (const { name, folder } of files) lines.push(`alluxio fs cat ${folder}/\t${name.includes('/') ? '\t' : ''}`);
    for (const quote of ["'", '"']) for (const { folder } of single) lines.push(`alluxio fs cat ${quote}${folder}/\t`);
    for (const { name, folder } of [...files, ...single, ...single]) wanted.push(['fs', 'cat', `${folder}/${name}`]);
    expect(await typed(...lines)).toEqual(wanted);
  });

  it('in bash, completes commands, options, values, properties, URIs and local files', async () => {
    const lines: readonly (readonly [string, readonly string[]])[] = [
      ['alluxio getC\talluxio.user.file.writet\t', ['getConf', 'alluxio.user.file.writetype.default']],
      ['alluxio fs copyF\tloc\t/dat\ta/', ['fs', 'copyFromLocal', 'local file', '/data/']],
      ['alluxio fs ls --timest\tlastA\t/', ['fs', 'ls', '--timestamp', 'lastAccessTime', '/']],
      ['alluxio fs ls --sort=si\t/', ['fs', 'ls', '--sort=size', '/']],
      ['alluxio -Dalluxio.user.file.writet\tMUST\tfs ls alluxio://localhost:19998/dat2\t', ['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'fs', 'ls', 'alluxio://localhost:19998/dat2/']],
      ['alluxio fs cp file:///et\t /data/', ['fs', 'cp', 'file:///etc/', '/data/']],
      ['echo | alluxio fs help copyT\t', ['fs', 'help', 'copyToLocal']],
      ['alluxio completion z\t', ['completion', 'zsh']],
      ['alluxio fs --stop\t --fi\tloc\t', ['fs', '--stop-on-error', '--file', 'local file']],
      ['alluxio nonsense /dat\t', ['nonsense', '/dat']],
    ];
    expect(await typed(...lines.map(([line]) => line))).toEqual(lines.map(([, words]) => words));
  });

  async function candidates(where: Home, ...words: string[]): Promise<string[]> {
    const { status, stdout, stderr } = await runAlluxio(where, ['__complete', 'words', ...words.map((word) => `.${word}`)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.split('\0').slice(0, -1);
  }

  it('answers other shells with plain words', async () => {
    expect(await candidates(home, 'alluxio', 'fs', 'ls', '/da')).toEqual(['/dat2/', '/data/']);
    expect(await candidates(home, 'alluxio', 'fs', 'cat', '/n3/')).toEqual(['/n3/new\nline']);
    expect(await candidates(home, 'alluxio', 'fs', 'count', '-')).toEqual(['--debug', '--help', '--json', '--no-color', '--quiet', '-h']);
    expect(await candidates(home, 'alluxio', 'fs', 'chmod', '/da')).toEqual([]);
    expect(await candidates(home, 'alluxio', 'fs', 'mv', '/data', '/n4', '/da')).toEqual([]);
    expect(await candidates(home, 'alluxio', 'fs', 'ls', '/none/x')).toEqual([]);
    const commands = await candidates(home, 'alluxio', '');
    expect(commands).toEqual(expect.arrayContaining(['completion', 'format', 'fs', 'getConf']));
    expect(commands.join(' ')).not.toContain('_');
  });

  it('asks no storage, changes nothing, and says nothing when it cannot answer', async () => {
    const other = await makeHome();
    const oss = await startOssProcess(other);
    const properties = { ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/root', 'alluxio.user.file.metadata.sync.interval': '0' };
    await other.configure(properties);
    expect(await candidates(other, 'alluxio', 'fs', 'ls', '/')).toEqual([]);
    expect(await runAlluxio(other, ['format'])).toMatchObject({ status: 0 });
    expect(await runAlluxio(other, ['fs', 'mkdir', '/known/below'])).toMatchObject({ status: 0 });
    await oss.stop();
    const before = await journalBytes(other);
    const begun = performance.now();
    expect(await candidates(other, 'alluxio', 'fs', 'ls', '/known/b')).toEqual(['/known/below/']);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(await candidates(other, 'alluxio', 'fs', 'ls', '/unknown/')).toEqual([]);
    expect(await journalBytes(other)).toBe(before);
    await other.configure({ ...properties, 'alluxio.user.shell.error.stream': 'stdout', 'alluxio.master.journal.folder': '/dev/null/journal' });
    expect(await candidates(other, 'alluxio', 'fs', 'ls', '/known/')).toEqual([]);
    await other.remove();
  });

  it('is printed for three shells; another one is refused', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { status, stdout } = await runAlluxio(home, ['completion', shell]);
      expect(status).toBe(0);
      expect(stdout).toContain('__complete');
      // A shell that is not here cannot check it.
      const { status: checked, stderr } = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
      if (checked !== null) expect({ shell, checked, stderr }).toEqual({ shell, checked: 0, stderr: '' });
    }
    const { status, stderr } = await runAlluxio(home, ['completion', 'tcsh']);
    expect({ status, first: stderr.split('\n')[0] }).toEqual({ status: 1, first: 'There is no completion for tcsh; there is for bash, zsh, fish' });
  });
});

/** Of everything that the journal keeps; its table of readers is no part of that. */
async function journalBytes(home: Home): Promise<string> {
  const hash = createHash('sha256');
  const folder = join(home.workDir, 'journal');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !entry.name.includes('lock'));
  expect(files.length).toBeGreaterThan(0);
  for (const entry of files.sort((a, b) => (a.name < b.name ? -1 : 1))) hash.update(await readFile(join(entry.parentPath, entry.name)));
  return hash.digest('hex');
}
