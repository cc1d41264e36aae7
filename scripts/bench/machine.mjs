/** What the figures were measured on. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { root } from './lab.mjs';

export function describeMachine() {
  const [{ model }] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    revision: firstLine('git', ['rev-parse', '--short', 'HEAD'], 'unknown'),
    facts: {
      processor: `${cpus().length} × ${model.trim()}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      system: `${type()} ${release()}`,
      node: process.version,
      curl: firstLine('curl', ['--version'], 'not installed').split(' (')[0],
      'load when it began': `${loadavg().map((load) => load.toFixed(1)).join(' ')}${isRealTime() ? ', measured with real-time priority over it' : ''}`,
      version: JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version,
    },
  };
}

export const machineLine = ({ facts }) => Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(', ');

/** Started by `chrt -r 1`, which keeps other work from showing in the figures. */
function isRealTime() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return ['1', '2'].includes(fields[38]);
  } catch {
    return false;
  }
}

function firstLine(program, args, otherwise) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? otherwise) : otherwise;
}
