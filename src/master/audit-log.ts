/**
 * `master_audit.log`: who changed what, read from the journal's log, so that nothing that took effect is missing, also of commands that ran while there was no master. The
 * number of the record ends each line, and tells where to go on. Reads change nothing and are not in it.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Deed } from '../filesystem/file-system.ts';
import type { JobSpec } from '../resident/jobs.ts';
import { openLog, secretsOf } from '../resident/log.ts';
import type { Surroundings } from '../resident/run.ts';
import { onOneLine } from '../terminal/escape.ts';

const NAME = 'master_audit';
const LOOK_MS = 60_000;
const TAIL_BYTES = 64 * 1024;

export function auditLog({ upkeep, config }: Surroundings): JobSpec {
  const folder = config.get('alluxio.logs.dir');
  const trail = upkeep.trail((lastSeq(join(folder, `${NAME}.log`)) ?? upkeep.revision()) + 1);
  const log = openLog({ folder, name: NAME, secrets: secretsOf(config) });
  return {
    name: 'audit',
    everyMs: LOOK_MS,
    onChange: true,
    async run(signal) {
      let done = 0;
      for (let deeds = trail.next(); deeds.length > 0; deeds = signal.aborted ? [] : trail.next()) {
        for (const deed of deeds) log.info('AUDIT_LOG', lineOf(deed));
        done += deeds.length;
        await new Promise(setImmediate);
      }
      return done;
    },
    trouble: () => log.failure(),
    close: () => log.close(),
  };
}

function lineOf({ user, what, path, to, command, timeMs, seq }: Deed): string {
  const fields = ['succeeded=true', 'allowed=true', `ugi=${user} (AUTH=SIMPLE)`, 'ip=null', `cmd=${what}`, `src=${path ?? 'null'}`, `dst=${to ?? 'null'}`, `line=${command}`, `time=${new Date(timeMs).toISOString()}`, `seq=${seq}`];
  return fields.map(onOneLine).join('\t');
}

/** Of the last line that was written whole. */
function lastSeq(path: string): number | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
      readSync(file, tail, 0, tail.length, size - tail.length);
      const numbers = [...tail.toString('utf8').matchAll(/\tseq=(\d+)\n/g)];
      return numbers.length === 0 ? undefined : Number(numbers[numbers.length - 1]?.[1]);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
