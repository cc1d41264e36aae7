/** A journal on a disk without room: the line that says so, never a death by SIGBUS. The disk is small and in memory, mounted where only the script sees it. */
import { execFile, execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeHome } from '../support/home.ts';
import type { Home } from '../support/home.ts';
import { ALLUXIO } from '../support/run-alluxio.ts';

/** Systems that give nobody a mount of his own have no such disk. */
const MOUNTS = canMount();
const NO_SPACE = 'No space for the journal in ~/work/journal. Free some space on that disk and run the command again.';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home.remove());

/** What the script says, in sh. `free <KiB>` leaves so much of the disk below alluxio.work.dir, `try <args>` runs a command and tells its last line and its status. */
function onSmallDisk(script: string): Promise<string[]> {
  const words = `
    mount -t tmpfs -o size=4m tmpfs work
    free() { rm -f work/fill; dd if=/dev/zero of=work/fill bs=4k 2>/dev/null; truncate -s -$(($1 * 1024)) work/fill; }
    try() { said=$("$0" "$@" 2>&1); status=$?; echo "$status $(echo "$said" | tail -n 1)"; }
    stores() { ls -d work/journal/store-* | wc -l; }
    ${script}`;
  const env = { PATH: process.env.PATH, HOME: home.dir, ALLUXIO_CONF_DIR: home.confDir };
  return new Promise((done) => {
    execFile('unshare', ['-rm', 'sh', '-c', words, ALLUXIO], { cwd: home.dir, env, timeout: 60_000 }, (_, stdout, stderr) => done((stdout + stderr).replaceAll(home.dir, '~').trimEnd().split('\n')));
  });
}

it('format, with nothing left up to nearly enough', async () => {
  if (!MOUNTS) return;
  const said = await onSmallDisk('for kib in 0 4 8 40 76 140 200 320; do free $kib; try format; ls work/journal 2>&1; done');
  expect(said.filter((line) => !line.startsWith('ls: '))).toEqual(Array.from({ length: 8 }, () => `255 ${NO_SPACE}`));
}, 60_000);

it('format, formatJournal and format --from over a journal: it stays, and can be used', async () => {
  if (!MOUNTS) return;
  const said = await onSmallDisk(`
    "$0" format >/dev/null; "$0" fs mkdir /kept >/dev/null; mkdir backups; "$0" fsadmin backup "$PWD/backups" --local >/dev/null
    for kib in 0 4 8 40 300; do
      free $kib
      try format; try formatJournal; try format --from "$PWD/backups"; try fs test -d /kept; stores
    done
    free 1200; try formatJournal; stores`);
  const each = [`255 ${NO_SPACE}`, `255 ${NO_SPACE}`, `255 ${NO_SPACE}`, '0 ', '1'];
  expect(said.slice(0, -2)).toEqual([...each, ...each, ...each, ...each, ...each]);
  expect(said.slice(-2)).toEqual([expect.stringMatching(/^0 /), '1']);
}, 60_000);

it('a journal whose lock is made anew', async () => {
  if (!MOUNTS) return;
  const said = await onSmallDisk(`
    "$0" format >/dev/null; "$0" fs mkdir /kept >/dev/null
    for kib in 0 4 8 40; do rm -f work/journal/store-*/lock.mdb; free $kib; try fs mkdir /more; try fs test -d /kept; done
    free 80; try fs mkdir /more; try fs test -d /more; stores`);
  const each = [`255 ${NO_SPACE}`, '0 '];
  expect(said).toEqual([...each, ...each, ...each, ...each, '0 Successfully created directory /more', '0 ', '1']);
}, 60_000);

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
