/** Filling an empty store from a backup and the log segments that follow it. */
import { AlluxioError } from '../errors.ts';
import { Applier } from './apply.ts';
import { altered, readChunks } from './backup-chunks.ts';
import { survivingEntry } from './backup-image.ts';
import { BACKUP_FORMAT, BACKUP_VERSION, SEGMENT_FORMAT } from './backup.ts';
import { decodeText, encodePlace } from './codec.ts';
import { decodeInode } from './inode-codec.ts';
import type { Actor, LogRecord, RestoreReport } from './journal.ts';
import { NAME_OFFSET, TABLE, expiryKey, factKey, get48, intentKey, logKey, placeKey, toPersistKey } from './keys.ts';
import type { KvEngine, KvWriter } from './kv.ts';
import { decodeLog, encodeLog } from './log-codec.ts';
import { FORMAT_VERSION } from './store-files.ts';
import { Tables } from './tables.ts';

export interface RestoreSource {
  /** For messages. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface RestoreSettings {
  readonly backup: RestoreSource;
  /** In the order of their records; they must go on where the backup, or the one before, ends. */
  readonly segments: AsyncIterable<RestoreSource> | Iterable<RestoreSource>;
  /** The root mount that the configuration names. */
  readonly root: string;
  /** Who restores, for the log. */
  readonly actor: Actor;
  readonly nowMs: number;
}

const EMPTY = Buffer.alloc(0);
const KEPT = new Set<number>([TABLE.sequence, TABLE.fact, TABLE.pathDefaults, TABLE.mount, TABLE.intent, TABLE.sync, TABLE.totals, TABLE.inode]);

/** @param engine must be empty, and is of no use when this throws. @throws CORRUPT, UNSUPPORTED, INVALID_CONFIGURATION */
export async function restoreInto(engine: KvEngine, settings: RestoreSettings): Promise<RestoreReport> {
  let lastSeq = await restoreImage(engine, settings);
  const entries = lastSeq.entries;
  let replayed = 0;
  for await (const segment of settings.segments) {
    const done = await replaySegment(engine, segment, lastSeq.seq);
    replayed += done.replayed;
    lastSeq = { ...lastSeq, seq: done.seq };
  }
  const { seq } = lastSeq;
  await engine.write((kv) => {
    // The log goes on with the next number. What is repeated here is so already.
    const clusterId = kv.get(factKey('clusterId'));
    if (clusterId === undefined) throw altered(settings.backup.name);
    kv.put(logKey(Math.max(1, seq)), encodeLog(settings.actor, settings.nowMs, { type: 'fact-set', name: 'clusterId', value: decodeText(clusterId) }));
  });
  return { entries, replayed, lastSeq: seq };
}

async function restoreImage(engine: KvEngine, { backup, root }: RestoreSettings): Promise<{ seq: number; entries: number }> {
  let seq = 0;
  let entries = 0;
  let inodes = 0;
  for await (const chunk of readChunks(backup.bytes, backup.name)) {
    if (chunk.kind === 'header') {
      seq = numberOf(requireFormat(chunk.value, BACKUP_FORMAT, backup.name).lastSeq, backup.name);
      requireRoot(chunk.value.root, root, backup.name);
    } else if (chunk.kind === 'rows') {
      const { rows } = chunk;
      entries += rows.length;
      inodes += await engine.write((kv) => rows.reduce((sum, row) => sum + putRow(kv, row, backup.name), 0));
    } else if (chunk.value.inodes !== inodes) {
      throw altered(backup.name);
    }
  }
  return { seq, entries };
}

/** Returns how many inodes that was. */
function putRow(kv: KvWriter, row: Buffer, what: string): number {
  const end = 2 + (row.length < 2 ? Infinity : row.readUInt16BE(0));
  const table = row[2];
  if (end > row.length || table === undefined || !KEPT.has(table)) throw altered(what);
  const [key, value] = [row.subarray(2, end), row.subarray(end)];
  kv.put(key, value);
  if (table !== TABLE.inode) return 0;
  const inode = decodeInode(value);
  kv.put(placeKey(inode.id), encodePlace({ parentId: get48(key, 1), name: key.toString('utf8', NAME_OFFSET) }));
  if (inode.ttlMs >= 0) kv.put(expiryKey(inode.createdMs + inode.ttlMs, inode.id), EMPTY);
  if (!inode.directory && inode.persistence === 'TO_BE_PERSISTED') kv.put(toPersistKey(inode.id), EMPTY);
  return 1;
}

/** Applies what the segment adds after `after`. */
async function replaySegment(engine: KvEngine, segment: RestoreSource, after: number): Promise<{ seq: number; replayed: number }> {
  let [last, replayed] = [after, 0];
  for await (const chunk of readChunks(segment.bytes, segment.name)) {
    if (chunk.kind === 'header') {
      const header = requireFormat(chunk.value, SEGMENT_FORMAT, segment.name);
      if (numberOf(header.first, segment.name) > after + 1) throw missingSegment(segment.name, after + 1);
      last = Math.max(after, numberOf(header.last, segment.name));
    } else if (chunk.kind === 'rows') {
      const records = chunk.rows.map((row) => decodeLog(get48(row, 0), row.subarray(6))).filter(({ seq }) => seq > after);
      await engine.write((kv) => applyAll(kv, records, segment.name));
      replayed += records.length;
    }
  }
  return { seq: last, replayed };
}

function applyAll(kv: KvWriter, records: readonly LogRecord[], what: string): void {
  const applier = new Applier(kv);
  const view = new Tables(kv);
  const state = { inode: (id: number) => view.locate(id)?.inode, hasIntent: (id: number) => kv.get(intentKey(id)) !== undefined };
  try {
    for (const { entry } of records) {
      const survives = survivingEntry(entry, state);
      if (survives !== undefined) applier.apply(survives);
    }
    applier.flush();
  } catch (error) {
    if (error instanceof AlluxioError && error.code === 'INTERNAL') throw altered(what, error);
    throw error;
  }
}

function requireFormat(header: Readonly<Record<string, unknown>>, format: string, what: string): Readonly<Record<string, unknown>> {
  if (header.format !== format) throw new AlluxioError('INVALID_ARGUMENT', `${what} is not ${format === BACKUP_FORMAT ? 'a metadata backup' : 'a segment of the journal'}.`);
  if (header.version === BACKUP_VERSION && header.journalFormat === FORMAT_VERSION) return header;
  throw new AlluxioError('UNSUPPORTED', `Backup ${what} was written by another version (format ${String(header.version)}.${String(header.journalFormat)}; this one reads ${BACKUP_VERSION}.${FORMAT_VERSION}).`, {
    hint: 'Restore it with the version of alluxio that wrote it.',
  });
}

/** The tree describes one root storage; another one under it would show files that are not there. */
function requireRoot(recorded: unknown, configured: string, what: string): void {
  if (recorded === configured) return;
  throw new AlluxioError('INVALID_CONFIGURATION', `Backup ${what} is of a namespace over ${String(recorded)}, but alluxio.master.mount.table.root.ufs is ${configured}.`, {
    hint: `Set alluxio.master.mount.table.root.ufs=${String(recorded)} and restore again.`,
  });
}

function missingSegment(what: string, seq: number): AlluxioError {
  return new AlluxioError('CORRUPT', `The journal's segments have a gap before ${what}: record ${seq} is missing.`, {
    hint: 'Nothing was changed. To restore only the backup itself: alluxio format --backup-only --from <uri>',
  });
}

function numberOf(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw altered(what);
  return value;
}
