/**
 * Bad input in bulk: command lines, site files and backups, through main() in this process, where ten thousands take minutes. FUZZ_CASES says how many, FUZZ_SEED
 * where to begin, which is anywhere when FUZZ_CASES is given; a case that fails prints its seed: FUZZ_SEED=<seed> FUZZ_CASES=1.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandSpec } from '../../src/commands/command.ts';
import { exitCodes } from '../../src/commands/exit-codes.ts';
import { openStore } from '../../src/journal/format.ts';
import { main } from '../../src/main.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import { firstSeed } from '../support/seed.ts';
import { lineOf, loadSpecs, siteLinesOf } from './lines.ts';
import { randomOf } from './random.ts';

const CASES = Number(process.env.FUZZ_CASES ?? 800);
const SEED = firstSeed('FUZZ_SEED', process.env.FUZZ_CASES !== undefined, 'fuzz of command lines, site files and backups');
const SECRET = 'FUZZMARKs3cr3t0815';
const HANG_MS = 20_000;

let dir = '';
let specs: readonly CommandSpec[] = [];

const conf = (): string => join(dir, 'conf/alluxio-site.properties');
const base = (): string =>
  `alluxio.work.dir=${dir}/work\nalluxio.master.mount.table.root.ufs=${dir}/ufs\nalluxio.user.lease.wait.timeout=100ms\nfs.oss.accessKeySecret=${SECRET}\nfs.oss.accessKeyId=${SECRET}id\nfs.oss.endpoint=http://127.0.0.1:9\nalluxio.underfs.oss.retry.max=0\n`;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'alluxio-fuzz-'));
  for (const folder of ['conf', 'ufs', 'home', 'cwd']) await mkdir(join(dir, folder));
  await writeFile(conf(), base());
  specs = await loadSpecs();
  await again();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function again(): Promise<void> {
  expect((await run(['format'])).status).toBe(0);
  for (const words of [['mkdir', '/zq/d/e'], ['touch', '/zq/aa'], ['touch', '-Dalluxio.user.file.writetype.default=MUST_CACHE', '/zq/bb']]) await run(['fs', ...words]);
}

interface Done {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(words: readonly string[]): Promise<Done> {
  const [out, err] = [join(dir, 'out'), join(dir, 'err')];
  const [stdout, stderr] = [openSync(out, 'w'), openSync(err, 'w')];
  const env = { HOME: join(dir, 'home'), ALLUXIO_CONF_DIR: join(dir, 'conf'), PATH: '' };
  try {
    const hang = new Promise<number>((resolve) => setTimeout(resolve, HANG_MS, -1).unref());
    const status = await Promise.race([main(words, { env, cwd: () => join(dir, 'cwd'), installDir: dir, stdout, stderr }), hang]);
    return { status, stdout: readFileSync(out, 'utf8'), stderr: readFileSync(err, 'utf8') };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

/** What is wrong with how it ended. */
function complaints({ status, stdout, stderr }: Done, spec: CommandSpec | undefined, debug = false): string[] {
  const allowed = spec === undefined ? [0, 1, 255] : [...exitCodes(spec).map((code) => code.status), 255, 1];
  return [
    ...(status === -1 ? ['it hangs'] : []),
    ...(allowed.includes(status) ? [] : [`exit status ${status}`]),
    ...(!debug && /^\s+at .+:\d+/m.test(stderr) ? ['a stack trace'] : []),
    ...(/Internal error|INTERNAL|TypeError|undefined is not|Cannot read prop/.test(stderr) ? ['an internal error'] : []),
    ...((stdout + stderr).includes(SECRET) ? ['a secret'] : []),
    ...(status !== 0 && stderr === '' && spec?.name !== 'test' && stdout === '' ? ['a failure without a word'] : []),
  ];
}

/** Number of the newest record of the log. */
async function revision(): Promise<number> {
  const journal = await openStore({ folder: join(dir, 'work/journal'), readOnly: true });
  try {
    return journal.read((view) => view.lastSeq());
  } finally {
    await journal.close();
  }
}

/** Refused before anything was done: the line itself was wrong. */
const isMisuse = ({ status, stderr }: Done): boolean => status !== 0 && /usage|Usage|is not an id|unrecognized|Unrecognized|takes|Failed to parse|Fail to parse|not an absolute|invalid|Invalid/.test(stderr);

describe('bad input', () => {
  it('of command lines: a truthful status, no stack, nothing changed', async () => {
    const failures: string[] = [];
    for (let seed = SEED; seed < SEED + CASES; seed++) {
      const { words, spec } = lineOf(randomOf(seed), specs);
      const before = words.length <= 3 ? await revision() : undefined;
      const done = await run(words);
      const wrong = complaints(done, spec, words.includes('--debug'));
      if (before !== undefined && isMisuse(done) && (await revision()) !== before) wrong.push('something was changed by what was refused');
      if (wrong.length > 0) failures.push(`seed ${seed}: ${JSON.stringify(words)}: ${wrong.join(', ')}: ${done.status} ${done.stderr.slice(0, 200)}`);
      if (seed % 300 === 299) await again();
    }
    expect(failures).toEqual([]);
  });

  it('of site files', async () => {
    const failures: string[] = [];
    for (let seed = SEED; seed < SEED + CASES / 5; seed++) {
      const random = randomOf(seed ^ 0x5eed);
      const lines = siteLinesOf(random);
      writeFileSync(conf(), `${base()}${lines}\n`);
      const words = random.pick([['getConf'], ['getConf', '--source'], ['fs', 'ls', '/'], ['validateConf'], ['getConf', 'my.own'], ['fs', 'mount'], ['fs', 'count', '/zq']]);
      const wrong = complaints(await run(words), undefined);
      if (wrong.length > 0) failures.push(`seed ${seed}: ${JSON.stringify(words)} with ${JSON.stringify(lines)}: ${wrong.join(', ')}`);
    }
    writeFileSync(conf(), base());
    expect(failures).toEqual([]);
  });

  it('of backups: refused, and the journal stays as it is', async () => {
    await again();
    const folder = join(dir, 'backups');
    expect((await run(['fsadmin', 'backup', folder])).stderr).toBe('');
    const [name = ''] = readdirSync(folder);
    const good = readFileSync(join(folder, name));
    const { gunzipSync, gzipSync } = await import('node:zlib');
    const plain = gunzipSync(good);
    const damaged = join(dir, 'damaged.gz');
    const state = (): string => readFileSync(join(dir, 'work/journal/journal.json'), 'utf8');
    const before = [state(), await revision()];
    const failures: string[] = [];
    for (let seed = SEED; seed < SEED + CASES / 20; seed++) {
      const random = randomOf(seed ^ 0xbac0);
      const bytes = random.chance(0.5) ? random.mutateBytes(good) : gzipSync(random.mutateBytes(plain));
      if (bytes.equals(good) || gunzips(bytes, plain)) continue;
      writeFileSync(damaged, bytes);
      const done = await run(['format', '--from', damaged]);
      const wrong = [...complaints(done, undefined), ...(done.status === 0 ? ['a damaged backup was taken'] : [])];
      if (state() !== before[0] || (await revision()) !== before[1]) wrong.push('the journal was changed');
      if (wrong.length > 0) failures.push(`seed ${seed}: ${wrong.join(', ')}: ${done.stderr.slice(0, 200)}`);
      if (wrong.includes('the journal was changed')) break;
    }
    expect(failures).toEqual([]);
    expect((await run(['format', '--from', join(folder, name)])).status).toBe(0);

    function gunzips(some: Buffer, like: Buffer): boolean {
      try {
        return gunzipSync(some).equals(like);
      } catch {
        return false;
      }
    }
  });

  it('at the real binary, some of it', async () => {
    const home = { dir: join(dir, 'home'), confDir: join(dir, 'conf'), workDir: join(dir, 'work'), ufsDir: join(dir, 'ufs'), configure: () => Promise.resolve(), remove: () => Promise.resolve() };
    const failures: string[] = [];
    for (let seed = SEED; seed < SEED + Math.min(2000, CASES / 100); seed++) {
      const { words, spec } = lineOf(randomOf(seed ^ 0xb1a), specs);
      // No shell can put a zero byte into a word.
      const done = await runAlluxio(home, words.map((word) => word.replaceAll('\0', '')), { cwd: join(dir, 'cwd') });
      const wrong = complaints(done, spec, words.includes('--debug'));
      if (wrong.length > 0) failures.push(`seed ${seed}: ${JSON.stringify(words)}: ${wrong.join(', ')}: ${done.status} ${done.stderr.slice(0, 200)}`);
    }
    expect(failures).toEqual([]);
  });
});
