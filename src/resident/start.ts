/** Starting residents as processes of their own, and waiting until they are well. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import { makeOwnFile } from '../hand-over.ts';
import type { Role } from '../http/resident.ts';
import { ownIdentity } from '../process-identity.ts';
import type { Claim, Claimed } from './claims.ts';
import { ClaimHeld, takeClaim } from './claims.ts';
import { makeLogFolder } from './log-folder.ts';
import { healthProblem } from './health.ts';
import { liveResident, residentsFolder } from './records.ts';

export interface Launching {
  readonly installDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** `-D` of the command line; through the environment, where others do not see them. */
  readonly defines: readonly (readonly [key: string, value: string])[];
}

export interface Launched {
  readonly role: Role;
  readonly config: Config;
  /** Its process id; undefined when it could not even be started. */
  readonly pid: number | undefined;
  /** True when it ended well. Whoever asks does not end before it. */
  ended(): Promise<boolean>;
  hasEnded(): boolean;
}

const PATIENCE_MS = 120_000;
const POLL_MS = 20;

/** Starts at the same time would stop each other's processes. @throws FAILED_PRECONDITION */
export function claimStart(config: Config): Claim<Claimed> {
  try {
    return takeClaim(residentsFolder(config), 'start', { identity: ownIdentity() });
  } catch (error) {
    if (!(error instanceof ClaimHeld)) throw error;
    throw new AlluxioError('FAILED_PRECONDITION', `Another start is under way here: process ${error.holder.identity.pid}.`, { hint: 'Wait for it to end.', cause: error });
  }
}

/** The process lives on when this one ends. What it says before it has a log is in `<logs>/<role>.out`. @throws PERMISSION_DENIED */
export function launchResident(role: Role, config: Config, launching: Launching): Launched {
  const output = openOutput(outFile(config, role));
  try {
    const command = [join(launching.installDir, 'bin', 'alluxio.cjs'), 'launch-process', role];
    const child = spawn(process.execPath, command, { cwd: launching.installDir, env: environmentFor(role, launching), detached: true, stdio: ['ignore', output, output] });
    child.unref();
    return launchedOf(role, config, child);
  } finally {
    closeSync(output);
  }
}

function launchedOf(role: Role, config: Config, child: ChildProcess): Launched {
  let over = false;
  const ended = new Promise<boolean>((resolve) => {
    const end = (well: boolean): void => {
      over = true;
      resolve(well);
    };
    child.once('exit', (code) => end(code === 0));
    child.once('error', () => end(false));
  });
  return {
    role,
    config,
    pid: child.pid,
    hasEnded: () => over,
    ended() {
      if (!over) child.ref();
      return ended;
    },
  };
}

/** Undefined when it is up and answers, else what is wrong. */
export async function waitUntilHealthy({ role, config, pid, hasEnded }: Launched, signal: AbortSignal): Promise<string | undefined> {
  const folder = residentsFolder(config);
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await sleep(POLL_MS, undefined, { signal })) {
    const record = liveResident(folder, role);
    if (record?.identity.pid === pid && record?.ready === true) return healthProblem(record);
    if (hasEnded()) return lastWords(outFile(config, role)) ?? `The ${role} ended as soon as it was started.`;
  }
  return `The ${role} has not started after ${PATIENCE_MS / 1000} seconds.`;
}

/** Of a resident that somebody else started. */
export async function currentProblem(role: Role, config: Config): Promise<string | undefined> {
  const record = liveResident(residentsFolder(config), role);
  return record === undefined ? `The ${role} is not running.` : healthProblem(record);
}

/** True when the folder had to be made. @throws PERMISSION_DENIED */
export function prepareLogs(folder: string): boolean {
  const missing = !existsSync(folder);
  makeLogFolder(folder);
  return missing;
}

export function outFile(config: Config, role: Role): string {
  return join(config.get('alluxio.logs.dir'), `${role}.out`);
}

function openOutput(path: string): number {
  try {
    makeOwnFile(path, 0o644);
    return openSync(path, 'w', 0o644);
  } catch (error) {
    throw new AlluxioError('PERMISSION_DENIED', `Cannot write ${path}: ${messageOf(error)}.`, { hint: 'Set ALLUXIO_LOGS_DIR.', cause: error });
  }
}

function environmentFor(role: Role, { env, defines }: Launching): NodeJS.ProcessEnv {
  const variable = `ALLUXIO_${role.toUpperCase()}_JAVA_OPTS`;
  const options = defines.map(([key, value]) => quoted(`-D${key}=${value}`)).join(' ');
  return options === '' ? env : { ...env, [variable]: `${env[variable] ?? ''} ${options}`.trim() };
}

function quoted(word: string): string {
  return word.includes("'") ? `"${word}"` : `'${word}'`;
}

function lastWords(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) || undefined;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
