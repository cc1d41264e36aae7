/** Eight real shells at once in one home. What they were told and what is there at the end must be explained by some order of their commands. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../journal/support.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { OSS_KEYS, startTestOss } from '../support/oss.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import { firstSeed } from '../support/seed.ts';
import type { Call, State } from './histories.ts';
import { contentOf, textOf, unexplained } from './histories.ts';
import { Session } from './session.ts';

const SHELLS = 8;
const EACH = 3;
const LONG = process.env.MODEL === 'long';
const HISTORIES = LONG ? Number(process.env.MODEL_HISTORIES ?? 300) : 4;
const FIRST = firstSeed('MODEL_SEED', LONG, 'model over eight shells');

const DIRECTORIES = ['/d', '/e'];
const FILES = ['/f', '/d/f', '/e/f'];
const SOURCES = ['one', 'two'];

/** Directories and files have names of their own, so that a copy never lands inside of its target. */
function commandOf(random: () => number): string[] {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] ?? '';
  const typed = (...words: string[]) => [`-Dalluxio.user.file.writetype.default=${pick(['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH'])}`, ...words];
  const kind = random();
  if (kind < 0.25) return typed('mkdir', pick(DIRECTORIES));
  if (kind < 0.5) return typed('copyFromLocal', pick(SOURCES), pick(FILES));
  if (kind < 0.6) return ['cat', pick(FILES)];
  if (kind < 0.75) return random() < 0.5 ? ['mv', pick(FILES), pick(FILES)] : ['mv', pick(DIRECTORIES), pick(DIRECTORIES)];
  return random() < 0.5 ? ['rm', pick(FILES)] : ['rm', '-R', pick(DIRECTORIES)];
}

async function run(session: Session, process: number, words: readonly string[], home: Home): Promise<Call> {
  const said = await session.say(words.map((word) => (SOURCES.includes(word) ? join(home.dir, word) : word)));
  return { process, words, fromMs: said.fromMs, toMs: said.toMs, ok: said.errors.length === 0, text: said.text, errors: said.errors };
}

async function stateNow(session: Session): Promise<State> {
  const listed = await session.say(['--json', 'ls', '-R', '/']);
  const state = new Map<string, string | undefined>([['/', undefined]]);
  for (const line of listed.text.split('\n')) {
    if (line === '') continue;
    const { path, type } = JSON.parse(line) as { path: string; type: string };
    state.set(path, type === 'directory' ? undefined : (await session.say(['cat', path])).text);
  }
  return state;
}

function told(calls: readonly Call[]): string {
  const start = Math.min(...calls.map(({ fromMs }) => fromMs));
  return calls.map(({ process, words, fromMs, toMs, ok, errors, text }) => `  ${process}: ${(fromMs - start).toFixed(1)}-${(toMs - start).toFixed(1)} ${words.join(' ')} => ${ok ? `done${words[0] === 'cat' ? ` ${text.slice(0, 6)}` : ''}` : errors.join(' ')}`).join('\n');
}

/** Something to meet, so that commands seldom find nothing. */
async function prepared(session: Session, home: Home, random: () => number): Promise<State> {
  for (const path of ['/d', '/e', '/f']) await session.say(['rm', '-R', path]);
  expect(textOf(await stateNow(session))).toBe('//');
  for (const words of [['mkdir', '/d'], ['mkdir', '/e'], ['copyFromLocal', 'one', '/f'], ['copyFromLocal', 'two', '/d/f']]) {
    if (random() < 0.8) await run(session, 0, [`-Dalluxio.user.file.writetype.default=${random() < 0.6 ? 'CACHE_THROUGH' : 'MUST_CACHE'}`, ...words], home);
  }
  return stateNow(session);
}

describe.each(['local', 'oss'] as const)('eight shells over %s', (kind) => {
  it(`have an order that explains them, ${HISTORIES} times`, { timeout: LONG ? 3_600_000 : 240_000 }, async () => {
    const oss = kind === 'oss' ? await startTestOss() : undefined;
    const home = await makeHome(oss === undefined ? {} : { ufs: `oss://${oss.bucket}/root` });
    const properties = oss === undefined ? {} : { 'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret };
    await home.configure({ 'alluxio.user.block.size.bytes.default': '64B', 'alluxio.user.shell.error.stream': 'stdout', 'alluxio.user.lease.wait.timeout': '5s', ...properties });
    for (const name of SOURCES) await writeFile(join(home.dir, name), contentOf(name));
    await runAlluxio(home, ['format']);
    // What changes the bucket takes a while, as it does over a network: so that others come by meanwhile.
    for (const method of oss === undefined ? [] : ['PUT', 'POST', 'DELETE']) await fetch(`${oss?.endpoint}/-/faults`, { method: 'POST', body: JSON.stringify({ name: 'slow', match: { method }, delayMs: 30 }) });
    const sessions = Array.from({ length: SHELLS }, () => new Session(home));
    const [first] = sessions;
    const problems: string[] = [];
    const counts = { calls: 0, refused: 0, held: 0 };
    try {
      for (let seed = FIRST; seed < FIRST + HISTORIES && first !== undefined && problems.length < 3; seed++) {
        const random = seededRandom(seed);
        const begin = await prepared(first, home, random);
        const plans = sessions.map(() => Array.from({ length: EACH }, () => commandOf(random)));
        const calls: Call[] = [];
        await Promise.all(
          sessions.map(async (session, process) => {
            for (const words of plans[process] ?? []) calls.push(await run(session, process, words, home));
          }),
        );
        counts.calls += calls.length;
        counts.refused += calls.filter(({ ok }) => !ok).length;
        counts.held += calls.filter(({ errors }) => errors.some((error) => /held by|took this/.test(error))).length;
        const end = await stateNow(first);
        const order = unexplained(calls, end, begin);
        if (order !== undefined) problems.push(`seed ${seed}:\n${told(calls)}\nbefore:\n${textOf(begin)}\nat the end:\n${textOf(end)}\nexplained at most:\n${told(order)}`);
      }
      // A test in which nothing was done at once, or nothing succeeded, proves nothing.
      expect(counts.refused).toBeLessThan(counts.calls * 0.95);
    } finally {
      for (const session of sessions) await session.end().catch(() => session.kill());
      const { status, stdout } = await runAlluxio(home, ['fsck', '--deep']);
      if (status !== 0) problems.push(`fsck at the end:\n${stdout}`);
      await oss?.close();
      await home.remove();
    }
    if (LONG) process.stderr.write(`${kind}: ${HISTORIES} histories, ${counts.calls} calls, ${counts.refused} refused, ${counts.held} because of others; ${problems.length} unexplained\n`);
    expect(problems.join('\n\n'), `MODEL_SEED=${FIRST}`).toBe('');
  });
});

describe('the search for an order', () => {
  const call = (words: string, fromMs: number, toMs: number, ok = true, text = ''): Call => ({ process: 0, words: words.split(' '), fromMs, toMs, ok, text, errors: ok ? [] : ['no'] });
  const root: [string, undefined] = ['/', undefined];

  it('finds one where there is one', () => {
    expect(unexplained([call('mkdir /d', 0, 10), call('mv /d /e', 5, 15)], new Map([root, ['/e', undefined]]))).toBeUndefined();
    expect(unexplained([call('mkdir /d', 0, 10), call('mkdir /d', 5, 15, false)], new Map([root, ['/d', undefined]]))).toBeUndefined();
  });

  it('finds none for a lost update, a refusal without a reason, a stale read, or an order against time', () => {
    expect(unexplained([call('mkdir /d', 0, 10), call('mkdir /e', 0, 10)], new Map([root, ['/d', undefined]]))).toBeDefined();
    expect(unexplained([call('mkdir /d', 0, 10, false)], new Map([root]))).toBeDefined();
    expect(unexplained([call('copyFromLocal one /f', 0, 10), call('rm /f', 11, 12), call('cat /f', 13, 14, true, contentOf('one'))], new Map([root]))).toBeDefined();
    expect(unexplained([call('mv /d /e', 0, 4), call('mkdir /d', 5, 10)], new Map([root, ['/e', undefined]]))).toBeDefined();
  });
});
