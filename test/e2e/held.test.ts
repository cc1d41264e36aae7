/**
 * What a living command works on is held: each command that would get in its way waits, and says so when it may not wait any longer; all others go on. The holder stands still
 * at a boundary meanwhile, so nothing here depends on how fast anybody is.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import { stoppedAt } from '../support/stopped.ts';

let home: Home;
let source: string;
let elsewhere: string;
let place: string;
let count = 0;

beforeAll(async () => {
  home = await makeHome({ properties: { 'alluxio.user.file.writetype.default': 'CACHE_THROUGH', 'alluxio.user.lease.wait.timeout': '0' } });
  [source, elsewhere] = [join(home.dir, 'source'), join(home.dir, 'elsewhere')];
  await writeFile(source, 'content');
  await mkdir(elsewhere);
  await runAlluxio(home, ['format']);
});
afterAll(() => home.remove());

/** Runs lines of a script; `@` is a mount of the test's own. Tells of each line that failed why. */
async function lines(...commands: string[]): Promise<Record<string, string>> {
  const done = await runAlluxio(home, ['fs', '-'], { input: commands.map((line) => `${line.replaceAll('@', place)}\n`).join('') });
  const said: Record<string, string> = {};
  for (const [, nth, text] of done.stderr.matchAll(/^line (\d+): (.*)$/gm)) said[commands[Number(nth) - 1] ?? ''] = text?.replaceAll(place, '@') ?? '';
  return said;
}

async function good(...commands: string[]): Promise<void> {
  expect(await lines(...commands)).toEqual({});
}

beforeEach(async () => {
  place = `/m${++count}`;
  const folder = join(home.dir, place.slice(1));
  await mkdir(folder);
  await good(`mount @ ${folder}`, 'mkdir @/d', 'touch @/d/old', 'touch @/other', '-Dalluxio.user.file.writetype.default=MUST_CACHE touch @/d/here');
});

const TRASH = '-Dalluxio.user.trash.interval=1d';
const WHILE_IT_WRITES = ['touch @/d/new', 'mkdir @/d/new', 'mkdir @/d/new/sub', 'mv @/other @/d/new', 'mv @/d @/e', 'rm -R @/d', `${TRASH} rm -R @/d`, 'mount @/d/new ELSEWHERE', 'unmount @'];
const WHILE_IT_MOVES = ['touch @/d/x', 'mkdir @/d/x', 'mkdir @/e', 'mv @/d/old @/old', 'mv @/other @/d/x', 'mv @/other @/e', 'mv @/d @/f', 'rm @/d/old', `${TRASH} rm @/d/old`, 'persist @/d/here', 'mount @/d/x ELSEWHERE', 'unmount @'];
const WHILE_IT_PERSISTS = ['persist @/d/here', 'mv @/d/here @/e', 'rm @/d/here', 'rm -R @/d'];

describe.each([
  ['copyFromLocal', 'local.publish.before:1', () => ['copyFromLocal', source, `${place}/d/new`], WHILE_IT_WRITES],
  ['mv', 'local.rename.before:1', () => ['mv', `${place}/d`, `${place}/e`], WHILE_IT_MOVES],
  ['persist', 'local.publish.before:1', () => ['persist', `${place}/d/here`], WHILE_IT_PERSISTS],
] as const)('while %s is at work', (name, where, holding, refused) => {
  it('what would get in its way is refused, says who holds the path, and changes nothing', async () => {
    const before = (await runAlluxio(home, ['fs', 'ls', '-R', place])).stdout;
    const holder = await stoppedAt(home, where, ['fs', ...holding()]);
    try {
      const said = await lines(...refused.map((line) => line.replace('ELSEWHERE', elsewhere)));
      const holds = Object.fromEntries(refused.map((line) => [line.replace('ELSEWHERE', elsewhere), expect.stringMatching(new RegExp(`The path is held by "fs ${name} `)) as string]));
      expect(said).toEqual(holds);
      expect((await runAlluxio(home, ['fs', 'ls', '-R', place])).stdout).toBe(before);
      await good('touch @/free', 'mkdir @/free2/sub', 'mv @/free @/free3', 'chmod 700 @/other', 'rm @/free3');
    } finally {
      expect(await holder.goOn()).toBe(0);
    }
    await good('rm -R @/free2', 'unmount @');
  });
});
