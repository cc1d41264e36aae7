/**
 * `master_audit.log`: who changed what, read from the journal's log, so that nothing that took effect is missing, also of commands that ran while there was no master. The
 * number of the record ends each line, and tells where to go on. Reads change nothing and are not in it.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import type { Deed } from '../filesystem/file-system.ts';
import type { Trail } from '../filesystem/history.ts';
import type { JobSpec } from '../resident/jobs.ts';
import type { Log } from '../resident/log.ts';
import { openLog, secretsOf } from '../resident/log.ts';
import type { Surroundings } from '../resident/run.ts';
import { onOneLine } from '../terminal/escape.ts';

const NAME = 'master_audit';
const LOOK_MS = 60_000;
const TAIL_BYTES = 64 * 1024;

export function auditLog({ upkeep, config }: Surroundings): JobSpec {
  const folder = config.get('alluxio.logs.dir');
  const wanted = (): boolean => config.boolean('alluxio.master.audit.logging.enabled');
  let open: { readonly trail: Trail; readonly log: Log } | undefined;
  const opened = (): { readonly trail: Trail; readonly log: Log } =>
    (open ??= { trail: upkeep.trail((lastSeq(join(folder, `${NAME}.log`)) ?? upkeep.revision()) + 1), log: openLog({ folder, name: NAME, secrets: secretsOf(config) }) });
  if (wanted()) opened();
  return {
    name: 'audit',
    everyMs: LOOK_MS,
    onChange: true,
    async run(signal) {
      // It may be switched on and off while the master runs; what happened meanwhile is told when it is on again.
      if (!wanted()) return 0;
      const { trail, log } = opened();
      let done = 0;
      for (let deeds = trail.next(); deeds.length > 0; deeds = signal.aborted ? [] : trail.next()) {
        for (const deed of deeds) log.info('AUDIT_LOG', lineOf(deed));
        done += deeds.length;
        await new Promise(setImmediate);
      }
      return done;
    },
    operated(command, text) {
      if (!wanted()) return;
      const fields = ['succeeded=true', 'allowed=true', `ugi=${userInfo().username} (AUTH=SIMPLE)`, 'ip=null', `cmd=${command}`, 'src=null', 'dst=null', `line=${text}`, `time=${new Date().toISOString()}`];
      opened().log.info('AUDIT_LOG', fields.map(onOneLine).join('\t'));
    },
    trouble: () => open?.log.failure(),
    close: async () => open?.log.close(),
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
