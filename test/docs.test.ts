/** The documents against the software: README's commands are run, tables are compared with the code, paths and links must lead somewhere. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_TABLE } from '../src/errors.ts';
import { TABLE } from '../src/journal/keys.ts';
import { sdk } from './oss-server/support.ts';
import type { Home } from './support/home.ts';
import { makeHome } from './support/home.ts';
import type { Installation } from './support/installation.ts';
import { REPOSITORY, makeInstallation } from './support/installation.ts';
import { OSS_KEYS } from './support/oss.ts';
import type { OssProcess } from './support/oss-process.ts';
import { startOssProcess } from './support/oss-process.ts';

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/architecture.md', 'docs/errors.md', 'docs/permissions.md', ...readdirSync(join(REPOSITORY, 'docs/decisions')).map((name) => `docs/decisions/${name}`)];
const text = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
const manifest = JSON.parse(text('package.json')) as { name: string; version: string; scripts: Record<string, string>; dependencies: Record<string, string> };

interface Command {
  readonly line: string;
  /** Lines shown below it. */
  readonly shows: readonly string[];
}

type Block = { readonly kind: 'console'; readonly commands: readonly Command[] } | { readonly kind: 'properties'; readonly lines: string };

/** Fenced blocks in order. A command begins with `$ `, goes on after a `\`, and is followed by what it shows. */
function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(console|properties)\n([\s\S]*?)^```$/gm)].map(([, kind, body = '']) => {
    if (kind === 'properties') return { kind: 'properties', lines: body };
    const commands = body.split(/^\$ /m).slice(1).map((command): Command => {
      const [, line = '', rest = ''] = /^((?:.*\\\n)*.*)\n?([\s\S]*)$/.exec(command) ?? [];
      return { line, shows: rest.split('\n').filter((shown) => shown !== '') };
    });
    return { kind: 'console', commands };
  });
}

describe('README', () => {
  const blocks = blocksOf(text('README.md'));
  const values: Record<string, string> = {
    OSS_BUCKET: 'readme-bucket', OSS_DIRECTORY: 'alluxio/data', OTHER_BUCKET: 'other-bucket', OTHER_DIRECTORY: 'team', THIRD_BUCKET: 'third-bucket',
    OSS_ACCESS_KEY_ID: OSS_KEYS.accessKeyId, OSS_ACCESS_KEY_SECRET: OSS_KEYS.accessKeySecret,
  };
  let servers: Home;
  let oss: OssProcess;
  let installation: Installation;
  const background: ChildProcess[] = [];
  /** What README calls http://localhost:9280. */
  let ownEndpoint = '';

  beforeAll(async () => {
    servers = await makeHome();
    oss = await startOssProcess(servers, { buckets: ['readme-bucket', 'other-bucket', 'third-bucket'] });
    values.OSS_ENDPOINT = oss.endpoint;
    await sdk(oss.endpoint, { bucket: 'other-bucket', ...OSS_KEYS }).put('team/report.txt', Buffer.from('done\n'));
    installation = await makeInstallation();
  });

  afterAll(async () => {
    for (const child of background) {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    }
    await installation?.type('./bin/alluxio-stop.sh local');
    await oss?.stop();
    await installation?.remove();
    await servers?.remove();
  });

  function filled(line: string): string {
    const full = line.replace(/<([A-Z_]+)>/g, (placeholder, name: string) => values[name] ?? placeholder);
    expect(full, 'a placeholder that this test does not know').not.toMatch(/<[A-Z_]+>/);
    return full.replace('http://localhost:9280', ownEndpoint);
  }

  /** The one command that does not end by itself. Its port may be taken on this machine, so any free one stands in for it. */
  async function serve(line: string): Promise<void> {
    const child = spawn('/bin/sh', ['-c', `exec ${line} --port 0`], { cwd: installation.dir, env: { PATH: process.env.PATH ?? '', HOME: installation.home }, stdio: ['ignore', 'pipe', 'inherit'] });
    background.push(child);
    const [first] = (await once(child.stdout, 'data')) as [Buffer];
    ownEndpoint = /^Listening on (http:\S+)\n$/.exec(first.toString())?.[1] ?? '';
    expect(ownEndpoint).not.toBe('');
  }

  /** Its ports may be taken on this machine as well. */
  async function start(line: string): Promise<void> {
    const { status, stdout, stderr } = await installation.type(`${line} -Dalluxio.master.web.port=0 -Dalluxio.worker.web.port=0`);
    expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
  }

  async function follow(block: Block): Promise<void> {
    if (block.kind === 'properties') {
      await appendFile(join(installation.dir, 'conf/alluxio-site.properties'), filled(block.lines));
      return;
    }
    for (const { line, shows } of block.commands) {
      if (/^npm /.test(line)) checkNpm(line);
      else if (line.includes(' ossServer ')) await serve(line);
      else if (line.includes('alluxio-start.sh')) await start(line);
      else {
        const { status, stdout, stderr } = await installation.type(filled(line));
        expect({ line, status, stderr }, stdout).toMatchObject({ line, status: 0 });
        for (const shown of shows) expect(stdout.split('\n')).toContain(filled(shown));
      }
    }
  }

  /** Installing and testing are not done inside of a test; but what README names must be there. */
  function checkNpm(line: string): void {
    const [, verb = '', argument = ''] = /^npm (ci|test|pack|run|install --global) ?(\S*)$/.exec(line) ?? [];
    expect(verb, line).not.toBe('');
    if (verb === 'test') expect(manifest.scripts).toHaveProperty('test');
    if (verb === 'run') expect(Object.keys(manifest.scripts)).toContain(argument);
    if (verb === 'install --global') expect(argument).toBe(`./${manifest.name}-${manifest.version}.tgz`);
  }

  it('has commands', () => {
    expect(blocks.filter((block) => block.kind === 'console').flatMap((block) => block.commands).length).toBeGreaterThan(25);
  });

  it('shows commands that all work, in its order, from a clone to the end', async () => {
    for (const block of blocks) await follow(block);
    const { objects } = await sdk(oss.endpoint, { bucket: 'readme-bucket', ...OSS_KEYS }).list({ prefix: 'alluxio/data/default_tests_files/Basic', 'max-keys': 1000 });
    expect(objects.length).toBe(24);
  }, 180_000);
});

describe('CONTRIBUTING', () => {
  it('names scripts that are there', () => {
    const commands = blocksOf(text('CONTRIBUTING.md')).flatMap((block) => (block.kind === 'console' ? block.commands : []));
    for (const { line } of commands) {
      const script = /^npm run (\S+)/.exec(line)?.[1];
      if (script !== undefined) expect(Object.keys(manifest.scripts)).toContain(script);
      for (const path of line.match(/\b(?:test|scripts)\/\S+/g) ?? []) expect(existsSync(join(REPOSITORY, path)), line).toBe(true);
    }
  });
});

describe('docs/architecture.md', () => {
  const architecture = text('docs/architecture.md');

  it('has every table of the journal, with the shape of its key', () => {
    const shapes = keyShapes();
    for (const [name, byte] of Object.entries(TABLE)) {
      const letter = String.fromCharCode(byte);
      const shape = shapes.get(letter);
      expect(shape, `src/journal/keys.ts says nothing about ${letter}`).toBeDefined();
      expect(architecture).toContain(`| \`${letter}\` | ${name} | ${shape === '' ? '' : `\`${shape}\` `}| `);
    }
    expect(architecture.match(/^\| `[A-Z]` \| /gm)?.length).toBe(Object.keys(TABLE).length);
  });

  it('has every entry type and no other', () => {
    expect(namesInTable('entry')).toEqual([...text('src/journal/entries.ts').matchAll(/readonly type: '([a-z-]+)'/g)].map((match) => match[1]).sort());
  });

  it('has every kind of intent and no other', () => {
    expect(namesInTable('intent')).toEqual([...text('src/journal/records.ts').matchAll(/readonly kind: '([a-z-]+)'/g)].map((match) => match[1]).sort());
  });

  it('has every room', () => {
    const rooms = readdirSync(join(REPOSITORY, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of rooms) expect(architecture).toMatch(new RegExp(`^  ${name}/ `, 'm'));
  });

  /** The first column of the table that is headed so. */
  function namesInTable(heading: string): string[] {
    const table = new RegExp(`^\\| ${heading} \\|.*\\n\\| ---.*\\n((?:\\|.*\\n)+)`, 'm').exec(architecture)?.[1] ?? '';
    return [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] ?? '').sort();
  }
});

/** The comment at the head of keys.ts: letter → parts of the key, continuation lines joined. */
function keyShapes(): Map<string, string> {
  const shapes = new Map<string, string>();
  let letter = '';
  for (const line of text('src/journal/keys.ts').split('*/')[0]?.split('\n') ?? []) {
    const [, own, parts = ''] = /^ \* {3}([A-Z])(?: +(.*?))? +→ /.exec(line) ?? [];
    const more = /^ \* {5}(\S.*)$/.exec(line)?.[1];
    if (own !== undefined) shapes.set((letter = own), parts);
    else if (more !== undefined) shapes.set(letter, `${shapes.get(letter) ?? ''} ${more}`);
  }
  return shapes;
}

describe('docs/errors.md', () => {
  it('says of every code what the table in src/errors.ts says', () => {
    const rows = [...text('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (\d+) \| (yes|no) \|/gm)].map(([, code, exit, http, retried]) => [code, Number(exit), Number(http), retried === 'yes']);
    expect(rows).toEqual(Object.entries(ERROR_TABLE).map(([code, { exitStatus, httpStatus, retryable }]) => [code, exitStatus, httpStatus, retryable]));
  });
});

describe('docs/decisions', () => {
  it('has a licence and a reason for every package that users install', () => {
    const record = text('docs/decisions/0001-dependencies.md');
    const named = [...record.matchAll(/^\| (\S+) \| (\S+) \| /gm)].filter(([, name]) => name !== 'package' && name !== '---');
    expect(named.map(([, name]) => name).sort()).toEqual(Object.keys(manifest.dependencies).sort());
    for (const [, name = '', licence] of named) {
      expect(JSON.parse(text(`node_modules/${name}/package.json`)) as unknown, name).toMatchObject({ license: licence });
    }
  });

  it('are numbered without a gap, dated, and say what was measured', () => {
    const names = readdirSync(join(REPOSITORY, 'docs/decisions')).sort();
    names.forEach((name, i) => expect(name).toMatch(new RegExp(`^${String(i + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`)));
    for (const name of names) expect(text(`docs/decisions/${name}`)).toMatch(/^# \d{4} [\s\S]*\nDate: \d{4}-\d\d-\d\d\. Status: [\s\S]*Measured/);
  });
});

describe('every document', () => {
  it.each(DOCUMENTS)('%s leads somewhere', (document) => {
    const content = text(document);
    const links = [...content.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '').filter((link) => !link.includes('://'));
    const paths = [...content.matchAll(/`((?:src|test|scripts|bin|conf|docs|\.ci)\/[^\s`<>*]*)`/g)].map((match) => match[1] ?? '');
    const missing = [...links.map((link) => join(dirname(document), link)), ...paths].filter((path) => !existsSync(join(REPOSITORY, path)));
    // A site file is made by its reader.
    expect(missing.filter((path) => !/^conf\/alluxio-(site\.properties|env\.sh)$/.test(path))).toEqual([]);
  });
});
