/** The namespace survives the machine: a master ships the journal, and another home starts with what it shipped. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { FREE_PORTS, killResidents, startScript, stopScript, until } from '../support/residents.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const homes: Home[] = [];
afterAll(async () => {
  for (const home of homes) {
    await killResidents(home);
    await home.remove();
  }
});

async function home(ufs: string | undefined, backups: string): Promise<Home> {
  const made = await makeHome({
    ...(ufs === undefined ? {} : { ufs }),
    properties: { ...FREE_PORTS, 'alluxio.master.backup.directory': backups, 'alluxio.master.journal.backup.interval': '100ms', 'alluxio.master.ufs.active.sync.initial.sync.enabled': 'false' },
  });
  homes.push(made);
  return made;
}

it('a clean stop loses nothing, however long the interval is', async () => {
  const lost = await home(undefined, '/set-below');
  const backups = join(lost.dir, 'backups');
  await lost.configure({ ...FREE_PORTS, 'alluxio.master.backup.directory': backups, 'alluxio.master.journal.backup.interval': '1h' });
  expect(await startScript(lost, ['master'])).toMatchObject({ status: 0 });
  await until(() => existsSync(join(lost.workDir, 'journal/shipping.json')));
  expect(await runAlluxio(lost, ['fs', 'mkdir', '/last'])).toMatchObject({ status: 0 });
  expect(await stopScript(lost, ['master'])).toMatchObject({ status: 0 });
  const saved = await home(lost.ufsDir, backups);
  expect(await runAlluxio(saved, ['format', '--from', backups])).toMatchObject({ status: 0 });
  expect(await runAlluxio(saved, ['fs', 'test', '-d', '/last'])).toMatchObject({ status: 0 });
});

it('a lost disk costs no more than the interval', async () => {
  const lost = await home(undefined, '/set-below');
  const backups = join(lost.dir, 'backups');
  await lost.configure({ ...FREE_PORTS, 'alluxio.master.backup.directory': backups, 'alluxio.master.journal.backup.interval': '100ms' });
  expect(await startScript(lost, ['master'])).toMatchObject({ status: 0 });
  const chain = join(backups, 'journal');
  await until(() => existsSync(chain) && readdirSync(chain).some((name) => name.endsWith('.gz')));
  writeFileSync(join(lost.dir, 'f'), 'hello');
  expect(await runAlluxio(lost, ['fs', '-Dalluxio.user.file.writetype.default=THROUGH', 'copyFromLocal', join(lost.dir, 'f'), '/f'])).toMatchObject({ status: 0 });
  expect(await runAlluxio(lost, ['fs', 'chmod', '640', '/f'])).toMatchObject({ status: 0 });
  const report = await runAlluxio(lost, ['fsadmin', 'report', '--json']);
  expect(JSON.parse(report.stdout)).toMatchObject({ running: true, files: 1 });
  expect(report.stderr).toBe('');
  expect(await runAlluxio(lost, ['readJournal', '-outputDir', 'dump'])).toMatchObject({ status: 0 });
  const { seq } = JSON.parse(readFileSync(join(lost.dir, 'dump/edits.txt'), 'utf8').trimEnd().split('\n').at(-1) ?? '') as { seq: number };
  await until(() => (JSON.parse(readFileSync(join(lost.workDir, 'journal/shipping.json'), 'utf8')) as { nextSeq: number }).nextSeq > seq);
  await stopScript(lost, ['master']);

  const saved = await home(lost.ufsDir, backups);
  expect(await startScript(saved, ['-i', backups, 'master'])).toMatchObject({ status: 0 });
  await stopScript(saved, ['master']);
  expect(readFileSync(join(saved.workDir, 'logs/master.log'), 'utf8')).toMatch(/Restored \d+ entries from backup \S+\/journal\/alluxio-backup-\S+, and \d+ records of the journal after it\./);
  expect(JSON.parse((await runAlluxio(saved, ['fs', 'stat', '--json', '/f'])).stdout)).toMatchObject({ mode: 0o640, size: 5 });
  // A journal that holds something is not overwritten by a start.
  expect(await runAlluxio(saved, ['fs', 'mkdir', '/mine'])).toMatchObject({ status: 0 });
  expect(await startScript(saved, ['-i', backups, 'master'])).toMatchObject({ status: 0 });
  expect(await runAlluxio(saved, ['fs', 'test', '-d', '/mine'])).toMatchObject({ status: 0 });
  await stopScript(saved, ['master']);
});
