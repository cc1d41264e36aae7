/** docs/commands against the command records, and every example on its pages against a real home over OSS. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { helpText } from '../src/cli-commander.ts';
import type { CommandSpec, Example } from '../src/commands/command.ts';
import { exitCodes } from '../src/commands/exit-codes.ts';
import { COMMANDS, DROPPED } from '../src/commands/index.ts';
import { sdk } from './oss-server/support.ts';
import type { Home } from './support/home.ts';
import { makeHome } from './support/home.ts';
import { REPOSITORY } from './support/installation.ts';
import { OSS_KEYS } from './support/oss.ts';
import type { OssProcess } from './support/oss-process.ts';
import { startOssProcess } from './support/oss-process.ts';
import { FREE_PORTS } from './support/residents.ts';
import { ALLUXIO, runAlluxio, startAlluxio, statusOf } from './support/run-alluxio.ts';
import type { RunResult } from './support/run-alluxio.ts';

const PAGES = join(REPOSITORY, 'docs/commands');
const REBUILD = 'run: node scripts/command-docs.mjs';

async function allSpecs(): Promise<CommandSpec[]> {
  const loaders = Object.values(COMMANDS).flatMap((list) => Object.values(list));
  const specs = await Promise.all(loaders.map(async (load) => (await load()).command));
  return [...new Set(specs)].filter((spec) => spec.silent !== true);
}

/** Start and stop have scripts of their own, which print what 2.9's do. */
const isScript = ({ name }: CommandSpec): boolean => name.endsWith('.sh');

describe('pages', () => {
  it('say what the records say', async () => {
    // A script of the build has no types.
    const { renderPages } = (await import(join(REPOSITORY, 'scripts/command-docs.mjs'))) as { renderPages(records: object): Promise<Map<string, string>> };
    const wanted = await renderPages({ COMMANDS, DROPPED, exitCodes });
    const there = readdirSync(PAGES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
    expect(there.sort(), REBUILD).toEqual([...wanted.keys()].sort());
    for (const [file, text] of wanted) expect(readFileSync(join(PAGES, file), 'utf8'), `${file}; ${REBUILD}`).toBe(text);
  });

  it('lead to files that are there', () => {
    const table = readFileSync(join(PAGES, 'README.md'), 'utf8');
    const links = [...table.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(50);
    for (const target of links) expect(() => readFileSync(join(PAGES, target)), target).not.toThrow();
  });

  it('and help: every command has examples that call it, and says what each option is', async () => {
    for (const spec of await allSpecs()) {
      const typed = isScript(spec) ? spec.name : spec.group === 'top' ? `alluxio ${spec.name}` : `alluxio ${spec.group} ${spec.name}`;
      if (!isScript(spec)) expect(spec.summary, typed).toMatch(/^[A-Z][\s\S]*\.$/);
      expect(spec.examples.length, typed).toBeGreaterThan(0);
      for (const example of spec.examples) {
        expect(example.command, typed).toContain(spec.name === '-' ? 'alluxio fs ' : typed);
        expect(example.does, typed).toMatch(/^[A-Z][\s\S]*\.$/);
      }
      for (const option of spec.options) expect(option.description, `${typed} ${option.long ?? option.short ?? ''}`).not.toBe('');
      const help = helpText(spec, 80);
      for (const part of ['Usage: ', 'Examples:\n  $ ', 'Exit codes:\n  0    ']) expect(help, typed).toContain(part);
      if (spec.json !== undefined) expect(help, typed).toContain('--json');
    }
  });
});

/** Local files, in the folder where the examples are typed. */
const LOCAL_FILES: Readonly<Record<string, string>> = {
  'report.txt': 'done\n',
  'a.bin': 'abc',
  'export/x': 'x',
  'export/y': 'y',
  'tmp/in/one': '1',
  'tmp/in/two': '2',
  'errors.log': 'ERROR: none\n',
  'world/a.bin': 'abc',
  'world/hot/b.bin': 'b',
  'world/old/c.bin': 'c',
  'paths.txt': '/data/a.bin\n',
  'jobs.txt': '# what jobs.txt may hold\nmkdir /data/jobs\ntest -d /data/jobs\n',
};

/** What each example finds; the lines in front make room for it, and may fail. */
const CLEAN = ["unmount '/*'", "rm -R -U '/*'"];
const WORLD = ['copyFromLocal world /data'];

const FOREGROUND = /ossServer|launch-process/;
/** Examples about the optional processes, which make sense in one order only. */
const RESIDENTS = /\.sh|killAll/;

describe('examples', () => {
  let home: Home;
  let oss: OssProcess;
  let cwd: string;

  beforeAll(async () => {
    home = await makeHome();
    oss = await startOssProcess(home, { buckets: ['my-bucket', 'logs'] });
    await home.configure({ ...oss.properties, 'alluxio.master.mount.table.root.ufs': 'oss://my-bucket/root', ...FREE_PORTS, 'alluxio.security.group.mapping.class': 'alluxio.security.group.provider.IdentityUserGroupsMapping' });
    await sdk(oss.endpoint, { bucket: 'my-bucket', ...OSS_KEYS }).put('data/x', Buffer.from('x'));
    cwd = join(home.dir, 'typed');
    for (const [name, text] of Object.entries(LOCAL_FILES)) {
      await mkdir(dirname(join(cwd, name)), { recursive: true });
      await writeFile(join(cwd, name), text);
    }
    expect(await runAlluxio(home, ['format'])).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await oss?.stop();
    await home?.remove();
  });

  /** The network is this machine, and /tmp is ours. */
  const local = (line: string): string => line.replaceAll('oss-cn-shanghai.aliyuncs.com', oss.endpoint).replaceAll(/(?<=file:\/\/|--dir )\/tmp\b/g, join(cwd, 'tmp'));

  async function typed(line: string): Promise<RunResult> {
    const env = { PATH: `${dirname(ALLUXIO)}:${process.env.PATH ?? ''}`, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir, TZ: 'UTC', LANG: 'C.UTF-8' };
    const child = spawn('bash', ['-o', 'pipefail', '-c', line], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.end();
    const status = await statusOf(child, 100_000, [line]);
    return { status, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), stdoutBytes: Buffer.concat(out) };
  }

  const isForShell = ({ command }: Example): boolean => /[|&<>]/.test(command.replaceAll(/'[^']*'/g, '')) || /^alluxio fs --/.test(command);
  const examplesOf = async (group: string): Promise<Example[]> => (await allSpecs()).filter((spec) => spec.group === group).flatMap(({ examples }) => examples);

  it('of fs, one after the other in one process, each from the same start', async () => {
    const examples = (await examplesOf('fs')).filter((example) => !isForShell(example));
    expect(examples.length).toBeGreaterThan(50);
    const lines: { text: string; of?: Example }[] = [];
    for (const example of examples) {
      lines.push(...CLEAN.map((text) => ({ text })));
      for (const text of [...WORLD, ...(example.setup ?? []), example.command]) lines.push({ text: local(text), of: example });
    }
    const { stderr } = await runAlluxio(home, ['fs', '--quiet', '-'], { cwd, input: lines.map(({ text }) => `${text}\n`).join(''), timeoutMs: 200_000 });
    const failed = stderr.split('\n').flatMap((text) => {
      const line = lines[Number(/^line (\d+): /.exec(text)?.[1] ?? 0) - 1];
      return line === undefined ? (text === '' ? [] : [text]) : line.of === undefined ? [] : [`${line.text}: ${text}`];
    });
    expect(failed).toEqual([]);
  });

  it('of fs with --json: every line an object, its fields those of the record', async () => {
    const MARK = 'Capacity Bytes: ';
    const specs = (await allSpecs()).filter((spec) => spec.group === 'fs' && spec.json !== undefined && spec.name !== '-');
    expect(specs.length).toBeGreaterThan(12);
    const typedLines = specs.flatMap((spec) => spec.examples.filter((example) => !isForShell(example)).map((example) => ({ spec, example })));
    const script = typedLines.flatMap(({ example }) => [...CLEAN, ...WORLD, ...(example.setup ?? []), 'getCapacityBytes', `${example.command} --json`, 'getCapacityBytes']);
    const { stdout } = await runAlluxio(home, ['fs', '--quiet', '-'], { cwd, input: script.map((text) => `${local(text)}\n`).join(''), timeoutMs: 200_000 });
    const outputs = stdout.split(new RegExp(`^${MARK}.*\n`, 'm')).filter((_, i) => i % 2 === 1);
    expect(outputs.length).toBe(typedLines.length);
    for (const [i, { spec, example }] of typedLines.entries()) {
      const records = (outputs[i] ?? '').split('\n').filter((line) => line !== '');
      // Where nothing differs there is nothing to tell.
      if (spec.name !== 'checkConsistency') expect(records.length, example.command).toBeGreaterThan(0);
      for (const record of records) {
        for (const field of Object.keys(JSON.parse(record) as object)) expect(spec.json, `${example.command}: ${field}`).toMatch(new RegExp(`\\b${field}\\b`));
      }
    }
  });

  it('of fs that a shell puts together', async () => {
    const examples = (await examplesOf('fs')).filter(isForShell);
    expect(examples.length).toBeGreaterThan(2);
    for (const { command, setup = [] } of examples) {
      await runAlluxio(home, ['fs', '-'], { cwd, input: [...CLEAN, ...WORLD, ...setup].map((text) => `${local(text)}\n`).join('') });
      const { status, stderr } = await typed(local(command));
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
    }
  });

  it('of the other commands', async () => {
    const examples = (await examplesOf('top')).filter(({ command }) => !FOREGROUND.test(command) && !RESIDENTS.test(command) && !/ (?:logLevel|validateEnv) /.test(command));
    expect(examples.length).toBeGreaterThan(15);
    for (const { command } of examples) {
      const { status, stderr } = await typed(local(command));
      expect({ command, status, stderr: stderr.replace(/.*deprecated.*\n/, '') }).toEqual({ command, status: 0, stderr: '' });
    }
  });

  it('of starting, watching and stopping master and worker', async () => {
    const examples = (await examplesOf('top')).map(({ command }) => command).filter((command) => RESIDENTS.test(command));
    const kinds = [/-start/, /-monitor/, /-stop/, /-start/, /killAll/];
    expect(examples.every((command) => kinds.some((kind) => kind.test(command)))).toBe(true);
    try {
      for (const kind of kinds) {
        for (const command of examples.filter((one) => kind.test(one))) expect(await typed(command), command).toMatchObject({ status: 0, stderr: '' });
      }
    } finally {
      await typed('alluxio-stop.sh all');
    }
  });

  it('of what runs until it is told to stop', async () => {
    const examples = (await examplesOf('top')).filter(({ command }) => FOREGROUND.test(command));
    expect(examples.length).toBeGreaterThan(1);
    for (const { command } of examples) {
      // Its port may be taken on this machine.
      const child = startAlluxio(home, [...local(command).split(' ').slice(1), ...(command.includes('ossServer') ? ['--port', '0'] : [])]);
      const ended = statusOf(child, 30_000, [command]);
      const [first] = (await once(child.stdout, 'data')) as [Buffer];
      expect(first.toString(), command).not.toBe('');
      child.kill('SIGTERM');
      expect([0, 143], command).toContain(await ended);
    }
  });
});
