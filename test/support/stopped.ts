/** A command that stands still at a boundary of `src/fault-points.ts`, alive and holding what it holds, until it is told to go on. */
import { readFileSync } from 'node:fs';
import type { Boundary } from '../../src/fault-points.ts';
import type { Home } from './home.ts';
import { until } from './residents.ts';
import { startAlluxio, statusOf } from './run-alluxio.ts';

export interface Stopped {
  /** Resolves to its exit status. */
  goOn(): Promise<number>;
  kill(): Promise<number>;
}

/** Resolves when it stands. */
export async function stoppedAt(home: Home, where: `${Boundary}.${'before' | 'after'}:${number}`, args: readonly string[]): Promise<Stopped> {
  const child = startAlluxio(home, args, { env: { ALLUXIO_FAULT_POINT: where, ALLUXIO_FAULT_SIGNAL: 'SIGSTOP' } });
  child.stdin.end();
  child.stdout.resume();
  child.stderr.resume();
  const ended = statusOf(child, 60_000, args);
  ended.catch(() => undefined);
  await until(() => isStopped(child.pid) || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode} before ${where}`);
  const withSignal = (signal: 'SIGCONT' | 'SIGKILL') => () => {
    child.kill(signal);
    return ended;
  };
  return { goOn: withSignal('SIGCONT'), kill: withSignal('SIGKILL') };
}

export function isStopped(pid: number | undefined): boolean {
  try {
    return / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
