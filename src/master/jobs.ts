/** What a master does besides answering. */
import { hasCode, messageOf } from '../errors.ts';
import { isGivenUp } from '../process-identity.ts';
import type { JobSpec } from '../resident/jobs.ts';
import type { Surroundings } from '../resident/run.ts';
import { AsyncPersist } from './async-persist.ts';
import { auditLog } from './audit-log.ts';
import { dailyBackup } from './daily-backup.ts';

/** Looking is one look-up in an index. */
const TTL_MS = 1000;
const RECOVERY_MS = 2000;
const PRUNE_MS = 10 * 60_000;
/** Within the time that a stop has. */
const LAST_SHIPPING_MS = 4000;
const SHIPPING = 'alluxio.master.journal.backup.interval';

export interface MasterWork {
  /** Writes a metadata backup and returns its URI. Absent: no daily backup. */
  readonly backup?: (() => Promise<string>) | undefined;
}

export function masterJobs(around: Surroundings, work: MasterWork): JobSpec[] {
  const { backup } = work;
  return [
    new AsyncPersist(around),
    timesToLive(around),
    activeSync(around),
    recovery(around),
    prune(around),
    auditLog(around),
    ...(around.config.boolean('alluxio.underfs.cleanup.enabled') ? [cleanUp(around)] : []),
    ...(around.config.duration(SHIPPING) > 0 ? [shipping(around)] : []),
    ...(backup !== undefined && around.config.boolean('alluxio.master.daily.backup.enabled') ? [dailyBackup(around, backup)] : []),
  ];
}

/** Sooner than `alluxio.master.ttl.checker.interval` asks, because it costs nothing to look. */
function timesToLive({ upkeep, config }: Surroundings): JobSpec {
  return { name: 'ttl', everyMs: Math.min(TTL_MS, Math.max(1, config.duration('alluxio.master.ttl.checker.interval'))), run: () => upkeep.expire() };
}

/** Compares what startSync named with the under storage, so that nobody waits for it. Returns the number of paths compared. */
function activeSync({ fs, config }: Surroundings): JobSpec {
  return {
    name: 'sync',
    everyMs: Math.max(1, config.duration('alluxio.master.ufs.active.sync.interval')),
    async run(signal) {
      let done = 0;
      let failure: unknown;
      for (const { path, initial } of await fs.syncing.points()) {
        if (signal.aborted || initial === 'RUNNING') continue;
        try {
          await fs.entries.loadMetadata(path, { recursive: true, force: true });
          done += 1;
        } catch (error) {
          // Removed since; any other failure must not keep the other paths waiting.
          if (!hasCode(error, 'NOT_FOUND')) failure ??= new Error(`${path} cannot be compared now: ${messageOf(error)}`, { cause: error });
        }
      }
      if (failure !== undefined) throw failure;
      return done;
    },
  };
}

/** Dead processes' work is ended even when no command comes by. */
function recovery({ upkeep, log }: Surroundings): JobSpec {
  return {
    name: 'recovery',
    everyMs: RECOVERY_MS,
    async run(signal) {
      let done = 0;
      let failure: unknown;
      for (const intent of upkeep.deadIntents()) {
        if (signal.aborted) break;
        try {
          await upkeep.recover(intent);
          log.info('recovery', `What "${intent.owner.command}"${isGivenUp(intent.owner) ? '' : ` (process ${intent.owner.pid})`} left unfinished is cleaned up.`);
          done += 1;
        } catch (error) {
          if (hasCode(error, 'UNFORMATTED')) throw error;
          failure ??= new Error(`What "${intent.owner.command}" left unfinished cannot be cleaned up now: ${messageOf(error)}`, { cause: error });
        }
      }
      if (failure !== undefined) throw failure;
      return done;
    },
    backlog: () => upkeep.deadIntents().length,
  };
}

/** Commands prune as they write; this is for the log of a home in which nobody writes any more, or whose limit was lowered. */
function prune({ upkeep, config }: Surroundings): JobSpec {
  const keep = Math.max(1, config.integer('alluxio.master.journal.checkpoint.period.entries'));
  return { name: 'prune', everyMs: PRUNE_MS, run: () => upkeep.pruneLog(keep) };
}

/** OSS keeps, and bills, what an upload that is never finished has brought. */
function cleanUp({ upkeep, config }: Surroundings): JobSpec {
  return { name: 'cleanup', everyMs: Math.max(1, config.duration('alluxio.underfs.cleanup.interval')), run: (signal) => upkeep.removeLeftWrites(signal) };
}

/** Writes the journal to the backup folder, so that a lost disk costs no more than the interval. */
function shipping({ fs, config, log }: Surroundings): JobSpec {
  return {
    name: 'ship',
    everyMs: config.duration(SHIPPING),
    run: async () => (await (await fs.admin()).shipJournal()).records,
    // The signal that ends this process has been given already: what changed since the last run goes out before it does.
    async close() {
      try {
        await (await fs.admin()).shipJournal(AbortSignal.timeout(LAST_SHIPPING_MS));
      } catch (error) {
        log.warn('ship', `What changed since the journal was last shipped is only in the journal: ${messageOf(error)}`);
      }
    },
  };
}
