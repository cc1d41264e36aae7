/** What an operator asks of the processes that run: levels of their logs, metrics, properties that may change, and who may. */
import { readFile, rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { FREE_PORTS, killResidents, masterOf, startScript, until, workerOf } from '../support/residents.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

let home: Home;
const host = hostname();

beforeAll(async () => {
  home = await makeHome({ properties: { ...FREE_PORTS, 'alluxio.conf.dynamic.update.enabled': 'true', 'alluxio.user.file.writetype.default': 'ASYNC_THROUGH' } });
  expect((await startScript(home, ['local'])).status).toBe(0);
});
afterAll(async () => {
  await killResidents(home);
  await home.remove();
});

const run = async (...words: string[]): Promise<string> => {
  const { status, stdout, stderr } = await runAlluxio(home, words);
  expect([words.join(' '), status, stderr]).toEqual([words.join(' '), 0, '']);
  return stdout;
};
const log = (name: string): Promise<string> => readFile(join(home.workDir, 'logs', `${name}.log`), 'utf8');
const persisted = async (path: string): Promise<boolean> => (await run('fs', 'ls', path)).includes(' PERSISTED');
const write = async (path: string): Promise<void> => {
  await run('fs', 'touch', path);
  await until(() => persisted(path));
};

it('the level of a logger is told and set, in each process or in one, and says what is written', async () => {
  const ports = [masterOf(home).web?.port, workerOf(home).web?.port];
  expect(await run('logLevel', '--logName', 'persist')).toBe(
    `${host}:${ports[0]}[master]LogInfo{level=INFO, logName=persist, message=}\n${host}:${ports[1]}[worker]LogInfo{level=INFO, logName=persist, message=}\n`,
  );
  await write('/quiet');
  expect(await log('master')).not.toContain('DEBUG');
  expect(await run('logLevel', '--logName', 'persist', '--target', 'master', '--level', 'debug')).toBe(`${host}:${ports[0]}[master]LogInfo{level=DEBUG, logName=persist, message=Setting Log Level of persist to DEBUG}\n`);
  await write('/loud');
  await until(async () => / DEBUG persist - 1 done in \d+ ms\n/.test(await log('master')));
  expect(await log('master')).toContain(' INFO  Operator - Log level of persist set to DEBUG\n');
  expect(await run('logLevel', '--logName', 'persist', '--target', `localhost:${ports[1]}`)).toContain('[worker]LogInfo{level=INFO,');
  expect(await run('logLevel', '--logName', 'root', '--target', 'masters', '--level', 'ERROR')).toContain('level=ERROR');
  expect(await run('logLevel', '--logName', 'persist', '--target', 'master')).toContain('level=ERROR');
  const before = (await log('master')).length;
  await write('/silent');
  expect((await log('master')).length).toBe(before);
  await run('logLevel', '--logName', 'root', '--level', 'INFO');
  expect(await runAlluxio(home, ['logLevel', '--logName', 'x', '--target', 'job_master'])).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no job_master here') });
  expect(await runAlluxio(home, ['logLevel', '--logName', 'x', '--target', 'somewhere:1'])).toMatchObject({ status: 1, stderr: 'No somewhere:1 is running here.\n' });
});

it('report metrics tells what the processes count, and metrics clear lets them begin anew', async () => {
  const count = async (name: string): Promise<number> => Number(new RegExp(`^${name.replace('.', '\\.')} {2}\\(Type: COUNTER, Value: (\\d+)\\)$`, 'm').exec(await run('fsadmin', 'report', 'metrics'))?.[1]);
  await write('/counted');
  expect(await count('Master.FilesCreated')).toBeGreaterThan(0);
  const report = await run('fsadmin', 'report', 'metrics');
  expect(report).toMatch(/^Cluster\.Workers {2}\(Type: GAUGE, Value: 1\)$/m);
  expect(report).toMatch(/^Worker\.CapacityTotal {2}\(Type: GAUGE, Value: \d+\.\d\d[GM]B\)$/m);
  const names = report.trimEnd().split('\n').map((line) => line.split(' ')[0]);
  expect(names).toEqual([...names].sort());
  expect(await run('fsadmin', 'metrics', 'clear')).toBe(`Successfully cleared metrics of worker ${host}.\nSuccessfully cleared metrics of Alluxio leading master.\n`);
  expect(await count('Master.FilesCreated')).toBe(0);
  await write('/more');
  expect(await count('Master.FilesCreated')).toBe(1);
  expect(await run('fsadmin', 'metrics', 'clear', '--master')).toBe('Successfully cleared metrics of Alluxio leading master.\n');
  expect(await runAlluxio(home, ['fsadmin', 'metrics', 'clear', '--workers', 'other'])).toMatchObject({ status: 255, stderr: `Cannot find worker other. Valid workers are: ${host}\n` });
});

it('updateConf changes what may change: the audit log begins, and holds what operators do', async () => {
  const audit = 'alluxio.master.audit.logging.enabled';
  const master = (key: string): Promise<string> => fetch(`http://127.0.0.1:${masterOf(home).web?.port}/api/v1/master/webui_config`).then(async (answer) => JSON.stringify(((await answer.json()) as { configuration: { left: string }[] }).configuration.find(({ left }) => left === key)));
  await expect(log('master_audit')).rejects.toThrow('ENOENT');
  const mixed = await runAlluxio(home, ['fsadmin', 'updateConf', `${audit}=true`, 'alluxio.master.web.port=1', 'alluxio.master.worker.timeout=soon']);
  expect([mixed.status, mixed.stdout]).toEqual([254, 'Updated 1 configs\nFailed to Update alluxio.master.web.port\nFailed to Update alluxio.master.worker.timeout\n']);
  expect(mixed.stderr).toMatch(/cannot be changed while the master runs[\s\S]*soon/);
  expect(await master(audit)).toBe(JSON.stringify({ left: audit, middle: 'true', right: 'RUNTIME' }));
  await run('fs', 'mkdir', '/audited');
  await until(async () => (await log('master_audit')).includes('\tsrc=/audited\t'));
  expect(await log('master_audit')).toContain(`\tcmd=updateConf\tsrc=null\tdst=null\tline=Configuration changed: ${audit}=true\t`);
  expect(await run('fsadmin', 'updateConf', `${audit}=false`)).toBe('Updated 1 configs\n');
});

it('is for whoever can read the token of the home', async () => {
  const token = join(home.workDir, 'web-token');
  await rename(token, `${token}.away`);
  for (const words of [['fsadmin', 'metrics', 'clear'], ['fsadmin', 'updateConf', 'alluxio.master.worker.timeout=1min'], ['logLevel', '--logName', 'x', '--level', 'WARN']]) {
    const refused = await runAlluxio(home, words);
    expect(refused.status).toBeGreaterThan(0);
    expect(refused.stderr).toContain('Changes need the token of this server.');
  }
  await rename(`${token}.away`, token);
});
