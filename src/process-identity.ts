/** Which process is which: pids are reused, so the start time and the boot belong to an identity. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './errors.ts';

export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  /** Clock ticks since boot (Linux); 0 where the system does not tell. */
  readonly startedAt: number;
  /** '' where the system does not tell. */
  readonly bootId: string;
}

export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, startedAt: startTicks(process.pid) ?? 0, bootId: bootId() };
}

/** The owner of what a backup holds: a process that is gone, wherever it is restored. */
export const GONE: ProcessIdentity = { host: '', pid: 0, startedAt: 0, bootId: '' };

/** Work of a process that may live: it could not be ended, and is anybody's. */
export function isGivenUp(owner: ProcessIdentity): boolean {
  return owner.host === GONE.host;
}

/**
 * False only when the process is certainly gone. One of another host counts as alive: nobody here can know.
 */
export function isAlive(identity: ProcessIdentity): boolean {
  if (isGivenUp(identity)) return false;
  if (identity.host !== hostname()) return true;
  if (identity.bootId !== '' && identity.bootId !== bootId()) return false;
  const ticks = startTicks(identity.pid);
  if (ticks !== undefined) return identity.startedAt === 0 || ticks === identity.startedAt;
  if (identity.startedAt !== 0) return false;
  try {
    process.kill(identity.pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat; a zombie counts as gone. Undefined when there is no such process or no /proc. */
function startTicks(pid: number): number | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19]);
}

function bootId(): string {
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return undefined;
    throw error;
  }
}

/** Runs that may begin in one millisecond without getting the same number. */
const RUNS_PER_MS = 1024;

let newestRun = 0;

/**
 * The number of one run of a command: the journal's log carries it, so that what a command does in several transactions is found together. A process that begins many in
 * one millisecond, as a script does, counts them up.
 */
export function newRun(nowMs: number): number {
  const run = Math.floor(nowMs) * RUNS_PER_MS + Math.floor(Math.random() * RUNS_PER_MS);
  newestRun = run <= newestRun && newestRun - run < 2 * RUNS_PER_MS ? newestRun + 1 : run;
  return newestRun;
}

/** When it began. */
export function runStart(run: number): number {
  return Math.floor(run / RUNS_PER_MS);
}
