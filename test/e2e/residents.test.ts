/** Master and worker by the real scripts: start, look, stop, and what may go wrong with that. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../src/process-identity.ts';
import { liveResidents } from '../../src/resident/records.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import { FREE_PORTS, folderOf, killResidents, masterOf, startScript, stopScript, until, workerOf } from '../support/residents.ts';
import { runAlluxio, startAlluxio } from '../support/run-alluxio.ts';

describe('alluxio-start.sh', () => {
  let home: Home;
  const host = hostname();

  beforeAll(async () => {
    home = await makeHome({ properties: FREE_PORTS });
  });
  afterEach(() => killResidents(home));
  afterAll(() => home.remove());

  const monitor = (args: readonly string[]) => runAlluxio(home, args, { script: 'alluxio-monitor.sh' });

  it('brings up a fresh home, starts a running one again, and stops it', async () => {
    const logs = join(home.workDir, 'logs');
    const first = await startScript(home, ['local']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout.split('\n')).toEqual([
      'Assuming NoMount by default.',
      `ALLUXIO_LOGS_DIR: ${logs}`,
      ...Array<string>(2).fill(`Successfully Killed 0 process(es) successfully on ${host}`),
      `Formatting Alluxio Master @ ${host}`,
      `Starting master @ ${host}. Logging to ${logs}`,
      `Starting worker @ ${host}. Logging to ${logs}`,
      '-----------------------------------------',
      'Starting to monitor all local services.',
      '-----------------------------------------',
      `--- [ OK ] The master service @ ${host} is in a healthy state.`,
      `--- [ OK ] The worker service @ ${host} is in a healthy state.`,
      '',
    ]);
    const [master, worker] = [masterOf(home), workerOf(home)];
    for (const { web, role } of [master, worker]) {
      const answer = await fetch(`http://127.0.0.1:${web?.port}/health`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ role });
    }
    await expect.poll(() => readFile(join(logs, 'master.log'), 'utf8')).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO {2}AlluxioMaster - Alluxio master started/m);

    // Nothing is to be done with a system that runs but to start it again.
    const again = await startScript(home, ['local', 'SudoMount']);
    expect(again.status).toBe(0);
    expect(again.stdout.split(`Successfully Killed 1 process(es) successfully on ${host}`).length).toBe(3);
    expect(again.stdout).not.toContain('Formatting');
    expect([isAlive(master.identity), isAlive(worker.identity)]).toEqual([false, false]);
    expect(await monitor(['all'])).toMatchObject({ status: 0, stderr: '' });

    const second = await startScript(home, ['-N', 'master']);
    expect(second.status).toBe(1);
    expect(second.stderr).toBe(`A master is running here already: process ${masterOf(home).identity.pid}. Stop it first: alluxio-stop.sh master\n`);

    const stopped = await stopScript(home);
    expect(stopped).toMatchObject({ status: 0, stderr: '', stdout: `Successfully Killed 1 process(es) successfully on ${host}\n`.repeat(2) });
    expect(liveResidents(folderOf(home))).toEqual([]);
    expect(await readFile(join(logs, 'master.log'), 'utf8')).toMatch(/Alluxio master stopped\n$/);
    expect((await stopScript(home)).stdout).toBe(`Successfully Killed 0 process(es) successfully on ${host}\n`.repeat(2));
    const down = await monitor(['master']);
    expect(down).toMatchObject({ status: 1, stderr: 'The master is not running.\n' });
    expect(down.stdout).toContain(`--- [ FAILED ] The master @ ${host} is not serving requests.\n--- Printing the log tail for ${logs}/master.log\n>>> BEGIN\n`);
  });

  it('takes a dead process for none, whoever has its number now', async () => {
    expect((await startScript(home, ['master'])).status).toBe(0);
    const { identity, ...rest } = masterOf(home);
    process.kill(identity.pid, 'SIGKILL');
    await until(() => !isAlive(identity));
    // The number belongs to this test now, and the record is of a process that started at another time.
    await writeFile(join(folderOf(home), 'master-900.json'), JSON.stringify({ ...rest, identity: { ...identity, pid: process.pid } }));
    expect((await stopScript(home, ['master'])).stdout).toContain('Killed 0 process');
    expect(await startScript(home, ['-N', 'master'])).toMatchObject({ status: 0, stderr: '' });
    expect((await runAlluxio(home, ['killAll', 'nothing'])).stdout).toContain('Killed 0 process');
    expect((await runAlluxio(home, ['killAll', 'AlluxioMaster'])).stdout).toContain('Killed 1 process');
  });

  it('has one master however many start at once', async () => {
    const starts = await Promise.all([startScript(home, ['local']), startScript(home, ['local']), startScript(home, ['local'])]);
    const failed = starts.filter(({ status }) => status !== 0);
    expect(failed.length).toBeLessThan(3);
    for (const { status, stderr } of failed) {
      expect(status).toBe(1);
      expect(stderr).toMatch(/^Another start is under way here: process \d+\. Wait for it to end\.\n$/);
    }
    const master = masterOf(home);
    const direct = await Promise.all([1, 2].map(() => runAlluxio(home, ['launch-process', 'master'])));
    for (const { status, stderr } of direct) expect({ status, stderr }).toEqual({ status: 1, stderr: `A master is running here already: process ${master.identity.pid}. Stop it first: alluxio-stop.sh master\n` });
  });

  it('says in one line what keeps a component from starting, and of the others that they run', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const started = await startScript(home, [`-Dalluxio.master.web.port=${port}`, 'local']);
      expect(started.status).toBe(1);
      expect(started.stderr).toBe(`Port ${port} of 127.0.0.1 is taken by another process. Stop it, or set alluxio.master.web.port.\n`);
      expect(started.stdout).toContain(`--- [ FAILED ] The master @ ${host} is not serving requests.`);
      expect(started.stdout).toContain(`--- [ OK ] The worker service @ ${host} is in a healthy state.`);
    } finally {
      taken.close();
    }
    const before = workerOf(home).identity;
    const file = join(home.dir, 'file');
    await writeFile(file, '');
    const noLogs = await startScript(home, ['local'], { env: { ALLUXIO_LOGS_DIR: file } });
    expect(noLogs.status).toBe(1);
    expect(noLogs.stderr).toMatch(/^Cannot write in the log folder \S+\/file: .* Set ALLUXIO_LOGS_DIR\.\n$/);
    for (const [args, line] of [
      [[], 'Error: no ACTION specified'],
      [['proxy'], 'Error: Invalid ACTION: proxy (there are only a master and a worker here)'],
      [['local', 'Sideways'], 'Invalid mount mode: Sideways'],
      [['-z', 'local'], 'Failed to parse args for alluxio-start.sh: Unrecognized option: -z'],
    ] as const) {
      const refused = await startScript(home, args);
      expect(refused).toMatchObject({ status: 1, stdout: '' });
      expect(refused.stderr.split('\n').slice(0, 2)).toEqual([line, expect.stringMatching(/^Usage: alluxio-start\.sh /)]);
    }
    // Whatever was refused has stopped nothing.
    expect(isAlive(before)).toBe(true);

    const empty = join(home.dir, 'no-journal');
    await mkdir(empty);
    const unformatted = await startScript(home, [`-Dalluxio.master.journal.folder=${empty}`, 'master']);
    expect(unformatted).toMatchObject({ status: 1, stderr: expect.stringMatching(/^Journal \S+\/no-journal has not been formatted.*alluxio format.*\n$/) as string });
    await rm(empty, { recursive: true });
  });

  it('ends with its processes when it waits for them, and they end when their journal is replaced', async () => {
    const both = () => liveResidents(folderOf(home)).filter(({ ready }) => ready).length === 2;
    const wait = async (while_: (waiting: ChildProcess) => unknown) => {
      const waiting = startAlluxio(home, ['-w', 'local'], { script: 'alluxio-start.sh' });
      waiting.stdin.end();
      waiting.stdout.resume();
      const over = once(waiting, 'exit');
      await until(both);
      await while_(waiting);
      return (await over)[0] as unknown;
    };
    expect(await wait((waiting) => waiting.kill('SIGTERM'))).toBe(0);
    expect(liveResidents(folderOf(home))).toEqual([]);
    expect(await wait(() => runAlluxio(home, ['format']))).toBe(1);
    expect(await readFile(join(home.workDir, 'logs/master.log'), 'utf8')).toMatch(/ERROR AlluxioMaster - Journal \S+ was formatted again while it was in use\.\n$/);
  });
});
