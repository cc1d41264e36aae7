/** Stopping residents: a signal, patience, and force at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import type { Role } from '../http/resident.ts';
import { isAlive } from '../process-identity.ts';
import { liveResident } from './records.ts';

export interface Stopping {
  /** Never kill by force. */
  readonly soft: boolean;
  readonly signal: AbortSignal;
  /** A line for whoever waits. */
  say(text: string): void;
}

const PATIENCE_MS = 120_000;
const KILL_MS = 10_000;
const POLL_MS = 20;

/** How many processes ended: 0 or 1. @throws PERMISSION_DENIED for somebody else's process; FAILED_PRECONDITION when it goes on living */
export async function stopResident(folder: string, role: Role, stopping: Stopping): Promise<number> {
  const record = liveResident(folder, role);
  if (record === undefined) return 0;
  const { pid } = record.identity;
  const gone = (ms: number): Promise<boolean> => endsWithin(() => !isAlive(record.identity), ms, stopping.signal);
  send(pid, 'SIGTERM', role);
  if (await gone(PATIENCE_MS)) return 1;
  if (!stopping.soft) {
    stopping.say(`Process did not complete after ${PATIENCE_MS / 1000} seconds, killing.`);
    send(pid, 'SIGKILL', role);
    if (await gone(KILL_MS)) return 1;
  }
  throw new AlluxioError('FAILED_PRECONDITION', `The ${role} (process ${pid}) is still running.`, { hint: 'Its log says what it does.' });
}

function send(pid: number, signal: NodeJS.Signals, role: Role): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return;
    throw new AlluxioError('PERMISSION_DENIED', `Cannot stop the ${role} (process ${pid}): ${messageOf(error)}.`, { hint: 'Stop it as the user who started it.' });
  }
}

async function endsWithin(ended: () => boolean, ms: number, signal: AbortSignal): Promise<boolean> {
  for (const deadline = performance.now() + ms; performance.now() < deadline; await sleep(POLL_MS, undefined, { signal })) {
    if (ended()) return true;
  }
  return ended();
}
