/** What operators type: reports, backups, path defaults, modes of storages; with no master running, as in most homes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { RunResult } from '../support/run-alluxio.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const SECRET = 'marked-secret-4711';
const NO_MASTER = 'No master is running: this is what the journal says.\n';
let home: Home;

const alluxio = (...words: string[]): Promise<RunResult> => runAlluxio(home, words);
const admin = (...words: string[]): Promise<RunResult> => alluxio('fsadmin', ...words);
async function good(...words: string[]): Promise<string> {
  const { status, stdout, stderr } = await alluxio(...words);
  expect({ words, status, stderr: stderr.replace(NO_MASTER, '') }).toEqual({ words, status: 0, stderr: '' });
  return stdout;
}
async function bad(words: string[], status: number, message: string | RegExp): Promise<void> {
  const result = await alluxio(...words);
  expect([words, result.status, result.stdout]).toEqual([words, status, '']);
  expect(result.stderr).toMatch(message);
}

beforeAll(async () => {
  home = await makeHome();
  await home.configure({
    'alluxio.worker.tieredstore.level0.dirs.quota': '1GB',
    'alluxio.master.backup.directory': join(home.dir, 'backups'),
    'fs.oss.accessKeySecret': SECRET,
  });
  await good('format');
  writeFileSync(join(home.dir, 'f'), 'hello');
  await good('fs', 'copyFromLocal', join(home.dir, 'f'), '/f');
});
afterAll(() => home.remove());

describe('fsadmin', () => {
  it('lists its commands, and refuses what it does not know', async () => {
    const nothing = await admin();
    expect(nothing.status).toBe(255);
    expect(nothing.stdout).toMatch(/^Usage: alluxio fsadmin \[generic options\]\n\t \[backup /);
    expect(await admin('repot')).toMatchObject({ status: 255, stderr: 'repot is an unknown command.\nDid you mean "alluxio fsadmin report"?\n' });
    await bad(['fsadmin', 'decommissionWorker', '-a', 'x'], 255, /^decommissionWorker takes one of many workers/);
    await bad(['fsadmin', 'journal'], 255, /^No sub-command is specified\nUsage: journal/);
    await bad(['fsadmin', 'journal', 'x'], 255, /^Unknown sub-command: x\nUsage: journal/);
    await bad(['fsadmin', 'journal', 'quorum', 'info'], 255, /^journal quorum looks after a group of masters/);
    await bad(['fsadmin', 'metrics'], 255, /^No sub-command is specified\n/);
    await bad(['job', 'stat', '12'], 255, /^Failed to get status of the job 12/);
    await bad(['job', 'cancel', 'x'], 255, /^Arg x is not type long\nUsage: /);
    expect(await good('job', 'ls')).toBe('');
  });

  it('reports from the journal, and says that no master runs', async () => {
    const summary = await admin('report');
    expect(summary).toMatchObject({ status: 0, stderr: NO_MASTER });
    expect(summary.stdout).toMatch(
      /^Alluxio cluster summary: \n {4}Master Address: \S+:19998\n {4}Web Port: 19999\n {4}Rpc Port: 19998\n {4}Version: \S+\n {4}Safe Mode: false\n {4}Zookeeper Enabled: false\n {4}Raft-based Journal: false\n {4}Live Workers: 0\n {4}Lost Workers: 0\n {4}Total Capacity: 1024.00MB\n {8}Tier: SSD {2}Size: 1024.00MB\n {4}Used Capacity: 5B\n {8}Tier: SSD {2}Size: 5B\n {4}Free Capacity: 1024.00MB\n$/,
    );
    expect(await good('fsadmin', 'report', 'capacity')).toMatch(/^Capacity information for all workers: \n {4}Total Capacity: 1024.00MB\n[\s\S]* {4}Used Percentage: 0%\n {4}Free Percentage: 100%\n\nWorker Name {6}Last Heartbeat {3}Storage {7}SSD\n\S+ +0 {16}capacity {6}1024.00MB\n {34}used {10}5B \(0%\)\n$/);
    expect(await good('fsadmin', 'report', 'capacity', '-live')).toBe('No workers found.\n');
    expect(await good('fsadmin', 'report', 'metrics')).toMatch(/^Cluster.CapacityFree {2}\(Type: GAUGE, Value: 1024.00MB\)\n[\s\S]*Master.TotalPaths {2}\(Type: GAUGE, Value: 2\)\n$/);
    expect(await good('fsadmin', 'report', 'ufs')).toMatch(/^Alluxio under storage system information:\n\/\S+ {2}on {2}\/ {2}\(local, capacity=.*not read-only.*\n$/);
    expect(await good('fsadmin', 'report', 'jobservice')).toContain('Status: CREATED   Count: 0\n');
    await bad(['fsadmin', 'report', 'x'], 255, /^report category is invalid\.\nUsage: report/);
    await bad(['fsadmin', 'report', 'summary', '-live'], 255, /^report summary does not support arguments: -live\n/);
    await bad(['fsadmin', 'report', 'capacity', '-live', '-lost'], 255, /^Too many arguments passed in\.\n/);
  });

  it('doctor, getBlockInfo, statelock, updateConf, metrics, checkpoint', async () => {
    expect(await good('fsadmin', 'doctor')).toBe('No server-side configuration errors or warnings.\nAll worker storage paths are in working state.\n');
    await bad(['fsadmin', 'doctor', 'x'], 255, /^doctor category is invalid\.\n/);
    const [, id = ''] = /BlockInfo\{id=(\d+)|id=(\d+)/.exec((await good('fs', 'stat', '/f')).replace(/[\s\S]*Containing the following blocks:/, '')) ?? [];
    const block = id === '' ? String(Number(/"id":(\d+)/.exec(await good('fs', 'stat', '--json', '/f'))?.[1] ?? 0) * 2 ** 24) : id;
    expect(await good('fsadmin', 'getBlockInfo', block)).toMatch(new RegExp(`^BlockInfo\\{id=${block}, length=5, .*tierAlias=SSD.*\nThis block belongs to file \\{id=\\d+, path=/f\\}\n$`));
    expect(await good('fsadmin', 'getBlockInfo', '1')).toBe('BlockMeta is not available for blockId: 1\nThis block belongs to file {id=0}\n');
    await bad(['fsadmin', 'getBlockInfo', 'x'], 255, 'x is not a valid block id.\n');
    expect(await good('fsadmin', 'statelock')).toBe('');
    expect(await good('fsadmin', 'metrics', 'clear')).toBe('No worker metrics to clear.\nNo master metrics to clear.\n');
    await bad(['fsadmin', 'updateConf', 'x'], 255, 'No config to update\n');
    await bad(['fsadmin', 'updateConf', 'a=b=c'], 253, 'takes one value');
    await bad(['fsadmin', 'updateConf', 'alluxio.master.worker.timeout=1min'], 255, /^No master is running\. Edit \S+alluxio-site\.properties/);
    expect(await good('readJournal', '-outputDir', 'dump')).toMatch(/^Dumping journal of type EMBEDDED to .*\/dump\n\d+ entries\n$/);
    const edits = readFileSync(join(home.dir, 'dump/edits.txt'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(edits[0] ?? '')).toMatchObject({ seq: 1, command: 'format', entry: { type: 'inode-created' } });
    expect(await good('fsadmin', 'journal', 'checkpoint')).toMatch(/^Successfully took a checkpoint on master \S+\n$/);
    await bad(['fsadmin', 'journal', 'checkpoint', 'x'], 255, /takes 0 arguments/);
    expect(await good('fs', 'cat', '/f')).toBe('hello');
    expect(await good('readJournal', '-outputDir', 'dump')).toContain('\n1 entries\n');
  });

  it('pathConf: what is added is shown and works, and goes again', async () => {
    expect(await good('fsadmin', 'pathConf', 'list')).toBe('');
    await good('fsadmin', 'pathConf', 'add', '--property', 'alluxio.user.file.writetype.default=THROUGH', '--property', 'alluxio.user.file.readtype.default=NO_CACHE', '/t');
    await good('fsadmin', 'pathConf', 'add', '--property', 'alluxio.user.file.readtype.default=CACHE', '/t/u');
    expect(await good('fsadmin', 'pathConf', 'list')).toBe('/t\n/t/u\n');
    expect(await good('fsadmin', 'pathConf', 'show', '/t/u')).toBe('alluxio.user.file.readtype.default=CACHE\n');
    expect(await good('fsadmin', 'pathConf', 'show', '--all', '/t/u/v')).toBe('alluxio.user.file.readtype.default=CACHE\nalluxio.user.file.writetype.default=THROUGH\n');
    await good('fs', 'mkdir', '/t');
    await good('fs', 'copyFromLocal', join(home.dir, 'f'), '/t/f');
    expect(JSON.parse(await good('fs', 'ls', '--json', '/t'))).toMatchObject({ cachedPercent: 0 });
    await bad(['fsadmin', 'pathConf', 'add', '--property', 'alluxio.master.web.port=1', '/t'], 255, /alluxio\.master\.web\.port has scope MASTER, not CLIENT/);
    await bad(['fsadmin', 'pathConf', 'add', '--property', 'no.such=1', '/t'], 255, 'Invalid property key no.such\n');
    await bad(['fsadmin', 'pathConf', 'show'], 255, /^Command show takes 1 arguments, not 0\n/);
    await good('fsadmin', 'pathConf', 'remove', '--keys', 'alluxio.user.file.writetype.default', '/t');
    expect(await good('fsadmin', 'pathConf', 'show', '/t')).toBe('alluxio.user.file.readtype.default=NO_CACHE\n');
    await good('fsadmin', 'pathConf', 'remove', '-R', '/t');
    expect(await good('fsadmin', 'pathConf', 'list')).toBe('');
  });

  it('ufs: a storage that is read-only is not written to, one without access not asked', async () => {
    await bad(['fsadmin', 'ufs', home.ufsDir], 255, 'The ufs path should have only scheme and authority but no path.\n');
    expect(await good('fsadmin', 'ufs', 'file:///')).toBe('No attribute to update\n');
    await bad(['fsadmin', 'ufs', '--mode', 'x', 'file:///'], 255, /^Unrecognized mode/);
    await bad(['fsadmin', 'ufs', '--mode', 'readOnly', 'oss://none'], 255, /^Nothing of oss:\/\/none is mounted\./);
    expect(await good('fsadmin', 'ufs', '--mode', 'readOnly', 'file:///')).toBe('Ufs mode updated\n');
    expect(await alluxio('fs', '-Dalluxio.user.file.writetype.default=THROUGH', 'copyFromLocal', join(home.dir, 'f'), '/no')).toMatchObject({ status: 255 });
    expect(await good('fs', 'ls', '/t')).toContain('/t/f');
    expect(await good('fs', 'cat', '/t/f')).toBe('hello');
    await good('fsadmin', 'ufs', '--mode', 'noAccess', 'file:///');
    await bad(['fs', 'loadMetadata', '-F', '/'], 255, /mode noAccess\. Take it back: alluxio fsadmin ufs --mode readWrite/);
    await good('fsadmin', 'ufs', '--mode', 'readWrite', 'file:///');
    await good('fs', '-Dalluxio.user.file.writetype.default=THROUGH', 'copyFromLocal', join(home.dir, 'f'), '/yes');
    expect(readdirSync(home.ufsDir)).toContain('yes');
    expect(readdirSync(home.ufsDir)).not.toContain('no');
  });

  it('backup and format --from: the namespace as it was; what is damaged changes nothing', async () => {
    await good('fs', '-Dalluxio.user.file.writetype.default=MUST_CACHE', 'copyFromLocal', join(home.dir, 'f'), '/cached-only');
    const { status, stdout, stderr } = await admin('backup');
    expect([status, stderr]).toEqual([0, '1 file(s) are only in the cache: their content is not in the backup. Persist them: alluxio fs persist /\n']);
    const [, uri = ''] = /^Backup Host {8}: \S+\nBackup URI {9}: (\S+\/backups\/alluxio-backup-\d{4}-\d\d-\d\d-\d+\.gz)\nBackup Entry Count : \d+\n$/.exec(stdout) ?? [];
    const listed = await good('fs', 'ls', '/');
    const cut = join(home.dir, 'cut.gz');
    const bytes = readFileSync(uri);
    writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
    expect(await alluxio('format', '--from', cut)).toMatchObject({ status: 255, stderr: expect.stringMatching(/^Backup .*cut\.gz is damaged: it ends early\. Nothing was changed\./) });
    expect(await good('fs', 'cat', '/cached-only'), 'the cache is as it was too').toBe('hello');
    await bad(['fsadmin', 'backup', 'relative'], 255, /neither an absolute path nor a URI/);
    await good('fs', 'rm', '-U', '/f');
    const restored = await alluxio('format', '--from', 'backups');
    expect(restored).toMatchObject({ status: 0, stderr: 'Lost, because it was only in the cache: /cached-only\n' });
    expect(restored.stdout).toMatch(/\nRestored \d+ entries from backup \/.*\.gz\.\nFormatting Alluxio Worker/);
    const facts = (text: string): string[] => text.split('\n').map((line) => line.replace(/(NOT_PERSISTED|LOST)/, '').replace(/\s+(\d+%)?\s*/g, ' '));
    expect(facts(await good('fs', 'ls', '/'))).toEqual(facts(listed));
    expect(await good('fs', 'cat', '/yes')).toBe('hello');
    await bad(['fs', 'cat', '/cached-only'], 255, /lost/);
    await good('fsadmin', 'backup', join(home.dir, 'again'), '--local');
    const [again = ''] = readdirSync(join(home.dir, 'again'));
    expect(again).toMatch(/^alluxio-backup-/);
    expect(gunzipSync(bytes).toString('latin1')).not.toContain(SECRET);
  });

  it('collectInfo: everything that helps and no secret; validateEnv, logLevel', async () => {
    mkdirSync(join(home.workDir, 'logs'), { recursive: true });
    writeFileSync(join(home.workDir, 'logs/master.log'), `something with ${SECRET}\n`);
    writeFileSync(join(home.workDir, 'logs/worker.log'), 'worker\n');
    const said = await good('collectInfo', '--exclude-logs', 'worker', 'all', 'info');
    const [, tarball = ''] = /^Collected information in (\S+\.tar\.gz)\n$/.exec(said) ?? [];
    const content = gunzipSync(readFileSync(tarball)).toString('latin1');
    expect(content).toContain('something with ******');
    expect(content).toContain('fs.oss.accessKeySecret=******');
    expect(content).not.toContain(SECRET);
    const names = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
    expect(names.split('\n').sort()).toEqual(['', './', './alluxio.json', './configuration.txt', './environment.txt', './master.log']);
    await bad(['collectInfo', 'nothing', 'info'], 1, /^Unknown command nothing/);
    expect(await good('validateEnv', 'local', 'ufs')).toBe('Validating local environment...\nValidating ufs.path.accessible...\nOK\nValidation succeeded.\n');
    expect(await good('validateEnv', 'list')).toContain('Target: worker\n');
    await bad(['validateEnv'], 254, /^Target not specified\./);
    expect(await alluxio('validateEnv', 'local', 'x')).toMatchObject({ status: 255 });
    await bad(['logLevel', '--logName', 'x'], 1, /nothing that logs is running/);
    await bad(['logLevel'], 1, /^Missing required option: logName\n/);
  });
});
