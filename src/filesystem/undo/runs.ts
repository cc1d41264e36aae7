/** Runs of commands in the journal's log: what belongs to one, and which was the last. */
import { AlluxioError } from '../../errors.ts';
import type { LogRecord } from '../../journal/journal.ts';
import { runStart } from '../../process-identity.ts';
import type { FileSystemContext } from '../context.ts';
import { Undos } from './undos.ts';

const PAGE = 4000;
/** A clock that is set back a little does not cut a run off. */
const SLACK_MS = 60_000;

export interface Run {
  readonly run: number;
  readonly user: string;
  readonly command: string;
  readonly timeMs: number;
  /** All that it did, oldest first; at least one record. */
  readonly records: readonly LogRecord[];
}

/** Pages from a record on to the newest one. */
export async function* logFrom({ journal, signal }: FileSystemContext, seq: number): AsyncGenerator<readonly LogRecord[]> {
  for (let from = seq; ; ) {
    signal.throwIfAborted();
    const page = journal.log({ from, limit: PAGE });
    const last = page[page.length - 1];
    if (last === undefined) return;
    yield page;
    from = last.seq + 1;
    await new Promise(setImmediate);
  }
}

/** The run that a record belongs to. @throws NOT_FOUND, FAILED_PRECONDITION */
export async function runOf(context: FileSystemContext, id: number): Promise<Run> {
  const { journal } = context;
  const [record] = journal.log({ from: id, limit: 1 });
  const [oldest] = journal.log({ limit: 1 });
  if (record?.seq !== id) {
    const last = journal.read((view) => view.lastSeq());
    throw new AlluxioError('NOT_FOUND', `The log has no id ${id}: it reaches from ${oldest?.seq ?? 0} to ${last}.`, { hint: 'Ids are shown by: alluxio fs log' });
  }
  if (record.run === undefined) throw refused(id, record.command, 'it was done by a master or worker, or by an earlier version, and the log does not hold what belongs together');
  const from = beginOf(context, record.run, id);
  if (oldest !== undefined && from <= oldest.seq && oldest.seq > 1 && oldest.timeMs > runStart(record.run)) throw refused(id, record.command, 'the log does not reach back to its beginning any more');
  const records: LogRecord[] = [];
  for await (const page of logFrom(context, from)) records.push(...page.filter(({ run }) => run === record.run));
  const { user, command, timeMs } = records[0] ?? record;
  return { run: record.run, user, command, timeMs, records };
}

/** A record before all of the run's. */
function beginOf({ journal }: FileSystemContext, run: number, seq: number): number {
  for (let from = seq; from > 0; ) {
    from = Math.max(0, from - PAGE);
    const [first] = journal.log({ from, limit: 1 });
    if (first === undefined || first.timeMs < runStart(run) - SLACK_MS || first.seq > from) return first?.seq ?? from;
  }
  return 0;
}

export interface OwnRun {
  /** Of its newest record. */
  readonly id: number;
  /** An undo of it was begun, and is not known to have come to its end. */
  readonly begun: boolean;
}

/** This user's runs, newest first, without undos and what was undone. */
export async function* ownRuns(context: FileSystemContext, isDeed: (record: LogRecord) => boolean): AsyncGenerator<OwnRun> {
  const { journal, subject } = context;
  const undos = new Undos();
  const seen = new Set<number>();
  for (let end = journal.read((view) => view.lastSeq()); end > 0; ) {
    context.signal.throwIfAborted();
    const from = Math.max(0, end - PAGE + 1);
    const page = journal.log({ from, limit: end - from + 1 });
    if (page.length === 0) return;
    for (const record of page.reverse()) {
      const { run, undoes } = record;
      if (undoes !== undefined) undos.add(record);
      if (run === undefined || undoes !== undefined || seen.has(run) || record.user !== subject.user || !isDeed(record)) continue;
      seen.add(run);
      // Newest first: all its undos have been met.
      const { state } = undos.stateOf(run);
      if (state !== 'undone') yield { id: record.seq, begun: state === 'part' };
    }
    end = from - 1;
    await new Promise(setImmediate);
  }
}

export function refused(id: number, command: string, why: string, hint?: string): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', `"${command}" (id ${id}) cannot be undone: ${why}.`, hint === undefined ? {} : { hint });
}
