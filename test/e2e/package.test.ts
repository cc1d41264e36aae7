/** What `npm pack` makes, installed as npm would: it runs by itself, and keeps its state in the user's home. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY, typeLine } from '../support/installation.ts';
import type { RunResult } from '../support/run-alluxio.ts';

const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

interface Needs {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

describe('the package', () => {
  let top: string;
  let home: string;
  let installed: string;
  let manifest: Manifest;
  let files: readonly string[];

  beforeAll(async () => {
    top = await mkdtemp(join(tmpdir(), 'alluxio-package-'));
    home = join(top, 'home');
    await mkdir(home);
    // The build that prepack makes is left out: it would take dist/ away from the tests that run beside this one.
    const packed = await run('npm', ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', top], { cwd: REPOSITORY, env: { ...process.env, HOME: home, npm_config_cache: join(top, 'npm') } });
    const [report] = Object.values(JSON.parse(packed.stdout) as Record<string, { filename: string; files: { path: string }[] }>);
    if (report === undefined) throw new Error(`npm pack reported nothing: ${packed.stdout}`);
    files = report.files.map(({ path }) => path);
    installed = join(top, 'prefix/lib/node_modules/alluxio');
    await mkdir(installed, { recursive: true });
    await run('tar', ['-xzf', join(top, report.filename), '-C', installed, '--strip-components=1']);
    manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
    await linkDependencies();
    await linkCommands();
  });

  afterAll(() => rm(top, { recursive: true, force: true }));

  /** What the package says it needs, and what that needs; a package that it forgot to name is missing here too. */
  async function linkDependencies(): Promise<void> {
    const wanted = Object.keys(manifest.dependencies);
    const linked = new Set<string>();
    for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
      const source = join(REPOSITORY, 'node_modules', name);
      // Optional packages of other platforms are nowhere; nested ones come with their owner.
      if (linked.has(name) || !existsSync(source)) continue;
      linked.add(name);
      const place = join(installed, 'node_modules', name);
      await mkdir(dirname(place), { recursive: true });
      await symlink(source, place);
      const { dependencies = {}, optionalDependencies = {} } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as Needs;
      wanted.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies));
    }
  }

  /** As npm does: a link in the prefix's bin, and the right to run. */
  async function linkCommands(): Promise<void> {
    await mkdir(join(top, 'prefix/bin'));
    for (const [name, path] of Object.entries(manifest.bin)) {
      await chmod(join(installed, path), 0o755);
      await symlink(join('../lib/node_modules/alluxio', path), join(top, 'prefix/bin', name));
    }
  }

  function type(line: string): Promise<RunResult> {
    return typeLine(line, home, { HOME: home, PATH: `${join(top, 'prefix/bin')}:${process.env.PATH ?? ''}` });
  }

  it('holds what a user needs and nothing of ours', () => {
    for (const needed of ['bin/alluxio', 'bin/alluxio.cjs', 'conf/alluxio-site.properties.template', 'conf/alluxio-env.sh.template', 'dist/main.cjs', 'README.md', 'LICENSE', 'CHANGELOG.md']) expect(files).toContain(needed);
    expect(files.filter((file) => /^(src|test|scripts|node_modules|journal|cache)\/|\.env$|alluxio-site\.properties$/.test(file))).toEqual([]);
    expect(manifest.scripts.prepack).toBe(manifest.scripts.build);
  });

  it('runs as `alluxio`, with its state below ~/.alluxio and nothing in the installation', async () => {
    const before = (await readdir(installed)).sort();
    expect(await type('alluxio version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
    expect(await type('alluxio format')).toMatchObject({ status: 0, stderr: '' });
    expect(await type('echo hello > note.txt && alluxio fs copyFromLocal note.txt /note.txt')).toMatchObject({ status: 0, stderr: '' });
    const listed = await type('alluxio fs ls /');
    expect(listed).toMatchObject({ status: 0, stderr: '' });
    expect(listed.stdout).toContain(' /note.txt');

    const state = join(home, '.alluxio');
    expect((await readdir(state)).sort()).toEqual(expect.arrayContaining(['cache', 'journal', 'underFSStorage']));
    expect(await readFile(join(state, 'underFSStorage/note.txt'), 'utf8')).toBe('hello\n');
    expect((await stat(join(state, 'journal'))).mode & 0o777).toBe(0o700);
    expect((await readdir(installed)).sort()).toEqual(before);
  });

  it('gives the scripts of master and worker as well', async () => {
    expect(await type('alluxio-start.sh -h')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: alluxio-start\.sh /) as string });
    expect(await type('alluxio-monitor.sh local')).toMatchObject({ status: 1, stdout: expect.stringContaining('[ FAILED ] The master @') as string });
    expect(await type('alluxio-stop.sh local')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Successfully Killed 0 process/) as string });
  });

  it('takes its settings from ~/.alluxio/conf, where bootstrapConf writes them', async () => {
    expect(await type('alluxio bootstrapConf this-machine')).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(home, '.alluxio/conf/alluxio-site.properties'))).toBe(true);
    expect(await type('alluxio getConf alluxio.master.hostname')).toMatchObject({ status: 0, stdout: 'this-machine\n' });
  });

  it('loads OSS from the packages that it names', async () => {
    const refused = await type('alluxio fs mount --option fs.oss.endpoint=http://127.0.0.1:9 --option fs.oss.accessKeyId=a --option fs.oss.accessKeySecret=b -Dalluxio.underfs.oss.retry.max=0 /oss oss://some-bucket/');
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain('connection refused');
  });
});
