/** One server per folder: two would sweep away each other's uploads. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlluxioError, systemCode } from '../../errors.ts';

/** When the process started, in kernel ticks: tells a living owner from another process that got its number. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false;
  }
  return startOf(pid) === start;
}

const heldHere = new Set<string>();

/** @returns what gives the folder back. @throws FAILED_PRECONDITION naming the process that has it. */
export function lockFolder(dir: string): () => void {
  const path = join(dir, 'server.lock');
  const me = `${process.pid} ${startOf(process.pid)}`;
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(path, me, { flag: 'wx', mode: 0o600 });
      heldHere.add(path);
      return () => {
        heldHere.delete(path);
        rmSync(path, { force: true });
      };
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
    const [pid = '', start = ''] = readFileSync(path, 'utf8').split(' ');
    const owner = Number(pid);
    const taken = owner === process.pid ? heldHere.has(path) : Number.isInteger(owner) && owner > 0 && isAlive(owner, start);
    if (taken || attempt > 3) {
      throw new AlluxioError('FAILED_PRECONDITION', `${dir} is served by process ${pid} already`, { hint: 'stop it, or choose another folder with --dir' });
    }
    rmSync(path, { force: true });
  }
}
