/** Names that others gave, with control characters in them: a terminal shows them and does not obey them; a pipe gets the bytes. The terminal is that of script(1). */
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { ALLUXIO, runAlluxio } from '../support/run-alluxio.ts';

const HAS_TERMINALS = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;
const RED = 'esc\u001b[31mred';
const LINES = 'two\nlines';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
  for (const name of [RED, LINES, 'plain']) await writeFile(join(home.ufsDir, name), 'x');
  await runAlluxio(home, ['format']);
});
afterAll(() => home.remove());

function onTerminal(command: string): Promise<string> {
  const env = { PATH: process.env.PATH, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir, ALLUXIO: ALLUXIO, RED: `/${RED}`, LINES: `/${LINES}`, TERM: 'xterm' };
  return new Promise((done) => execFile('script', ['-qec', command, '/dev/null'], { cwd: home.dir, env, timeout: 30_000 }, (_, stdout) => done(stdout.replaceAll('\r\n', '\n'))));
}

it('ls, stat, copyToLocal and rm', async () => {
  if (!HAS_TERMINALS) return;
  const listed = await onTerminal('"$ALLUXIO" fs ls /');
  expect(listed).not.toContain('\u001b');
  expect(listed.trimEnd().split('\n').map((line) => line.replace(/^.*% /, ''))).toEqual([String.raw`/esc\u001b[31mred`, '/plain', String.raw`/two\nlines`]);
  expect(await onTerminal('"$ALLUXIO" fs stat "$RED"')).not.toContain('\u001b');
  expect(await onTerminal('"$ALLUXIO" fs copyToLocal "$RED" here')).toContain(String.raw`Copied /esc\u001b[31mred to`);
  expect(await onTerminal('"$ALLUXIO" fs rm "$LINES"')).toBe(String.raw`/two\nlines has been removed` + '\n');
  expect(await onTerminal('"$ALLUXIO" fs rm "$RED"')).toBe(String.raw`/esc\u001b[31mred has been removed` + '\n');
});

it('colours of our own stay', async () => {
  if (!HAS_TERMINALS) return;
  expect(await onTerminal('"$ALLUXIO" runUfsTests --path "$PWD/tried" --test createEmptyTest')).toContain('\u001b[32mPassed the test!\u001b[39m\n');
});

it('to a pipe they are as they are', async () => {
  await writeFile(join(home.ufsDir, RED), 'x');
  expect((await runAlluxio(home, ['fs', 'ls', '-f', '/'])).stdout).toContain(`/${RED}\n`);
  expect((await runAlluxio(home, ['fs', 'rm', `/${RED}`])).stdout).toBe(`/${RED} has been removed\n`);
});
