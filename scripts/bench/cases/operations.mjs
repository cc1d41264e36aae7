/** Those who stay: start, an idle master, pages of the web UI, commands beside a busy master, backup. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repeat } from '../compare.mjs';
import { onBucket } from '../lab.mjs';
import { counted, milliseconds, timesFloor, whole } from '../report.mjs';
import { run } from '../run.mjs';

const TARGETS = { startMs: 3000, idleCpuMs: 600, idleMib: 120, browseMs: 50, busy: 1.2, backupMs: 30_000 };
const PORTS = { 'alluxio.master.web.port': '0', 'alluxio.worker.web.port': '0' };
const MINUTE_MS = 60_000;
const MILLION = 1_000_000;
const CLOCK_TICK_MS = 10;

const script = (lab, home, name, ...words) => run([join(lab.install, 'bin', name), ...words], { env: home.env });

/** The record of the master that runs. */
function masterOf(home) {
  const folder = join(home.dir, 'work', 'residents');
  const [file] = readdirSync(folder).filter((name) => name.startsWith('master-'));
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}

function residentMib(pid) {
  return Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

async function withMaster(lab, home, work) {
  await script(lab, home, 'alluxio-start.sh', 'master');
  try {
    return await work(masterOf(home));
  } finally {
    await script(lab, home, 'alluxio-stop.sh', 'master');
  }
}

async function start(lab) {
  const home = await lab.home(PORTS);
  const measured = await repeat({
    rounds: lab.rounds(5),
    async subject() {
      const { ms } = await script(lab, home, 'alluxio-start.sh', '-N', 'local');
      await script(lab, home, 'alluxio-stop.sh', 'local');
      return { ms };
    },
  });
  return [milliseconds('alluxio-start.sh local, until both are healthy', measured, { target: TARGETS.startMs })];
}

async function idle(lab) {
  const home = await lab.home(PORTS);
  return withMaster(lab, home, async ({ identity: { pid } }) => {
    await sleep(5000);
    const before = cpuMs(pid);
    await sleep(MINUTE_MS);
    return [
      counted('processor time of a master that is idle for a minute', cpuMs(pid) - before, { unit: 'ms', target: TARGETS.idleCpuMs }),
      counted('memory of a master after a minute', residentMib(pid), { unit: 'MiB', target: TARGETS.idleMib }),
    ];
  });
}

function page(agent, url) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    get(url, { agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ ms: performance.now() - started, answer: JSON.parse(text) }));
    }).on('error', reject);
  });
}

async function browse(lab) {
  const count = lab.size(MILLION);
  const home = await lab.home(PORTS);
  await lab.seed('inodes', home.journal, count, count);
  return withMaster(lab, home, async ({ identity: { pid }, web }) => {
    const agent = new Agent({ keepAlive: true });
    const rows = [];
    for (const [where, offset] of [['first', 0], ['middle', count / 2], ['last', count - 20]]) {
      const url = `http://127.0.0.1:${web.port}/api/v1/master/webui_browse?path=/d0000000&offset=${offset}&limit=20`;
      const measured = await repeat({
        rounds: lab.rounds(20),
        async subject() {
          const { ms, answer } = await page(agent, url);
          if (answer.fileInfos?.length !== 20 || answer.ntotalFile !== count) throw new Error(`webui_browse answered ${JSON.stringify(answer).slice(0, 200)}`);
          return { ms };
        },
      });
      rows.push(milliseconds(`webui_browse, ${where} page of a directory of ${whole(count)}`, measured, { target: TARGETS.browseMs }));
    }
    agent.destroy();
    rows.push(counted('memory of the master after these pages', residentMib(pid), { unit: 'MiB', target: TARGETS.idleMib }));
    return rows;
  });
}

/** While it works, each round is a command beside it; without it, the same before and after. */
async function busy(lab) {
  const files = lab.size(20_000);
  const source = lab.folder('small');
  for (let at = 0; at < files; at++) {
    if (at % 1000 === 0) mkdirSync(join(source, `d${at / 1000}`));
    writeFileSync(join(source, `d${Math.floor(at / 1000)}`, `f${at}`), `file ${at}`.padEnd(1024, '.'));
  }
  const server = await lab.server(lab.folder('oss'));
  const home = await lab.home({ ...PORTS, ...onBucket(server), 'alluxio.user.file.writetype.default': 'ASYNC_THROUGH', 'alluxio.master.persistence.initial.interval': '100ms' });
  await withMaster(lab, home, () => home.alluxio(['fs', 'copyFromLocal', source, '/small']));
  const waiting = async () => JSON.parse((await home.alluxio(['fsadmin', 'report', 'metrics', '--json'], { output: 'keep' })).out.split('\n').find((line) => line.includes('FilesToBePersisted'))).value;
  const rows = [];
  for (const [name, args] of [
    ['fs ls of 1,000 files', ['fs', 'ls', '/small/d0']],
    ['fs mkdir', (round) => ['fs', 'mkdir', `/made-${round}`]],
  ]) {
    const line = (round) => (typeof args === 'function' ? args(`${name.length}-${round}-${Math.random()}`) : args);
    const rounds = lab.rounds(9);
    const alone = await repeat({ rounds, subject: (round) => home.alluxio(line(round)) });
    const beside = await withMaster(lab, home, async () => {
      const result = await repeat({ rounds, subject: (round) => home.alluxio(line(round)) });
      if ((await waiting()) === 0) throw new Error('the master had nothing to do any more: nothing was measured');
      return result;
    });
    rows.push(timesFloor(`${name} beside a master that persists small files`, { ...beside, floorMs: alone.ms, ratio: beside.ms / alone.ms, lowest: Math.min(...beside.times) / alone.ms, highest: Math.max(...beside.times) / alone.ms }, { target: TARGETS.busy, floor: 'without one' }));
  }
  return rows;
}

async function backup(lab) {
  const home = await lab.known(lab.size(MILLION));
  const target = lab.folder('backup');
  const measured = await repeat({ rounds: lab.rounds(3), subject: () => home.alluxio(['fsadmin', 'backup', target, '--local'], { measured: true }) });
  return [milliseconds(`fsadmin backup of ${whole(home.made.entries)} inodes`, measured, { target: TARGETS.backupMs })];
}

export const cases = [
  { id: 'operations-start', group: 'Master, worker, backup', about: 'alluxio-start.sh until healthy', run: start },
  { id: 'operations-idle', group: 'Master, worker, backup', about: 'an idle master for a minute', run: idle },
  { id: 'operations-browse', group: 'Master, worker, backup', about: 'a page of a directory of a million', run: browse },
  { id: 'operations-busy', group: 'Master, worker, backup', about: 'commands beside a master that works', run: busy },
  { id: 'operations-backup', group: 'Master, worker, backup', about: 'backup of a million inodes', run: backup },
];
