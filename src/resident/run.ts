/** The life of a resident process: log, record, journal, web server, background work; and the same backwards. */
import { once } from 'node:events';
import type { Config } from '../config/config.ts';
import type { RuntimeConfig } from '../config/runtime-config.ts';
import { AlluxioError, messageOf } from '../errors.ts';
import type { FileSystem } from '../filesystem/file-system.ts';
import type { Upkeep } from '../filesystem/upkeep.ts';
import type { Resident, ResidentProcess, Role } from '../http/resident.ts';
import { startWebServer } from '../http/server.ts';
import { ownIdentity } from '../process-identity.ts';
import type { Claim } from './claims.ts';
import { ClaimHeld, takeClaim } from './claims.ts';
import type { JobSpec } from './jobs.ts';
import { Jobs } from './jobs.ts';
import { LEVELS } from './levels.ts';
import type { Log } from './log.ts';
import { openLog, secretsOf } from './log.ts';
import type { ResidentRecord } from './records.ts';
import { liveResidents, residentsFolder } from './records.ts';

/** What its background work may use. */
export interface Surroundings {
  readonly fs: FileSystem;
  readonly upkeep: Upkeep;
  readonly config: Config;
  readonly log: Log;
}

export interface ResidentSettings {
  readonly role: Role;
  readonly config: RuntimeConfig;
  readonly version: string;
  /** Aborted when it shall end. */
  readonly signal: AbortSignal;
  /** Gets each line of the log too. */
  readonly console?: ((line: string) => void) | undefined;
  open(settings: { readonly signal: AbortSignal; warn(text: string): void }): Promise<{ readonly fs: FileSystem; readonly upkeep: Upkeep }>;
  jobs(around: Surroundings): readonly JobSpec[];
}

/** What cannot be ended in this time is left as it is: whatever it is, its intent is in the journal. */
const STOP_MS = 5000;

/** Resolves after a clean stop. @throws what kept it from starting, or from going on */
export async function runResident(settings: ResidentSettings): Promise<void> {
  const { role, config } = settings;
  const log = openLog({ folder: config.get('alluxio.logs.dir'), name: role, secrets: secretsOf(config), console: settings.console });
  const name = role === 'master' ? 'AlluxioMaster' : 'AlluxioWorker';
  try {
    log.info(name, `Starting Alluxio ${role} ${settings.version}, process ${process.pid}`);
    await live(settings, log, name);
    log.info(name, `Alluxio ${role} stopped`);
  } catch (error) {
    log.error(name, messageOf(error));
    throw error;
  } finally {
    await log.close();
  }
}

async function live(settings: ResidentSettings, log: Log, name: string): Promise<void> {
  const { role, config } = settings;
  const stop = new AbortController();
  const signal = AbortSignal.any([settings.signal, stop.signal]);
  const record: ResidentRecord = { role, identity: ownIdentity(), startedMs: Date.now(), web: undefined, journal: config.get('alluxio.master.journal.folder'), ready: false };
  const claim = claimRole(config, record);
  let fs: FileSystem | undefined;
  try {
    const opened = await settings.open({ signal, warn: (text) => log.warn(name, text) });
    fs = opened.fs;
    const { upkeep } = opened;
    let failure: unknown;
    const jobs = new Jobs(settings.jobs({ fs, upkeep, config, log }), {
      signal,
      revision: () => upkeep.revision(),
      tell: (level, job, text) => log[level](job, text),
      fatal: (error) => {
        failure = error;
        stop.abort();
      },
    });
    await serve(settings, { log, name, signal, fs, jobs, claim, record });
    if (failure !== undefined) throw failure;
  } finally {
    stop.abort();
    await within(STOP_MS, fs?.close());
    claim.release();
  }
}

interface Serving {
  readonly log: Log;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly fs: FileSystem;
  readonly jobs: Jobs;
  readonly claim: Claim<ResidentRecord>;
  readonly record: ResidentRecord;
}

async function serve(settings: ResidentSettings, { log, name, signal, fs, jobs, claim, record }: Serving): Promise<void> {
  const { role, config } = settings;
  const host = config.get(`alluxio.${role}.web.bind.host`);
  let current: ResidentProcess = record;
  const resident: Resident = {
    get process() {
      return current;
    },
    version: settings.version,
    fs,
    config,
    logs: config.get('alluxio.logs.dir'),
    residents: () => Promise.resolve(liveResidents(residentsFolder(config))),
    jobs: () => jobs.states(),
    logLevel: (logger, typed) => levelOf(log, logger, typed),
    ...(role === 'master' ? { updateConf: (key: string, value: string) => config.update(key, value) } : {}),
    operated(command, text) {
      log.info('Operator', text);
      jobs.operated(command, text);
    },
    problems: () => Promise.resolve(problemsOf(jobs, log, claim)),
  };
  const server = await startWebServer(resident, { host, port: config.integer(`alluxio.${role}.web.port`), log: (line) => log.warn('WebServer', line) });
  try {
    const started: ResidentRecord = { ...record, web: { host, port: server.port }, ready: true };
    current = started;
    jobs.start();
    claim.update(started);
    log.info(name, `Alluxio ${role} started; its web server listens on ${host}:${server.port}`);
    if (!signal.aborted) await once(signal, 'abort');
    log.info(name, `Stopping Alluxio ${role}`);
  } finally {
    await within(STOP_MS, Promise.all([server.close(), jobs.end()]));
  }
}

function levelOf({ levels }: Log, name: string, typed: string | undefined): string {
  const level = LEVELS.find((each) => each === typed?.toUpperCase());
  if (level !== undefined) levels.set(name, level);
  return levels.of(name);
}

function problemsOf(jobs: Jobs, log: Log, claim: Claim<ResidentRecord>): string[] {
  const lost = log.failure();
  return [
    ...jobs.states().flatMap(({ name, lastFailure }) => (lastFailure === undefined ? [] : [`${name}: ${lastFailure}`])),
    ...(lost === undefined ? [] : [lost]),
    ...(claim.holds() ? [] : ['The record of this process is gone: start and stop do not find it.']),
  ];
}

function claimRole(config: Config, record: ResidentRecord): Claim<ResidentRecord> {
  try {
    return takeClaim(residentsFolder(config), record.role, record);
  } catch (error) {
    if (!(error instanceof ClaimHeld)) throw error;
    throw new AlluxioError('FAILED_PRECONDITION', `A ${record.role} is running here already: process ${error.holder.identity.pid}.`, { hint: `Stop it first: alluxio-stop.sh ${record.role}`, cause: error });
  }
}

async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
