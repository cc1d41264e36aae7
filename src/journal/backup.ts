/**
 * Backups of a store: its image as a stream of bytes, read from one snapshot while commands go on; and segments of the log, which a restore replays after it.
 *
 *   backup    header { format, version, journalFormat, lastSeq, root }, rows: key length(2) key value, trailer { rows, inodes, lost }
 *   segment   header { format, version, journalFormat, first, last }, rows: seq(6) log record
 *
 * Tables that follow from others (places, expiry, files to be persisted) are not in it.
 */
import { setImmediate } from 'node:timers/promises';
import { AlluxioError } from '../errors.ts';
import { ChunkWriter } from './backup-chunks.ts';
import { shippedEntry, survivingInode, survivingIntent, survivingMount, survivingSync } from './backup-image.ts';
import { withoutSecrets } from '../config/redact.ts';
import { decodeIntent, decodeMount, decodePathDefaults, decodeSync, decodeTotals, encodeJson, encodeTotals } from './codec.ts';
import { decodeInode, encodeInode } from './inode-codec.ts';
import { ROOT_ID } from './journal.ts';
import type { BackupCounts, BackupStream, LogRecord, LogSegment } from './journal.ts';
import { TABLE, get48, tableRange } from './keys.ts';
import { valueIn } from './kv.ts';
import type { KvReader, KvSnapshot, RawEntry } from './kv.ts';
import { encodeLog } from './log-codec.ts';
import { FORMAT_VERSION } from './store-files.ts';
import { Tables } from './tables.ts';

export const BACKUP_FORMAT = 'alluxio-backup';
export const SEGMENT_FORMAT = 'alluxio-journal-segment';
export const BACKUP_VERSION = 1;
/** Rows between two looks at the event loop. */
const STEP = 2000;

/** In this order; the namespace last. */
const TABLES = [TABLE.sequence, TABLE.fact, TABLE.pathDefaults, TABLE.mount, TABLE.intent, TABLE.sync, TABLE.totals, TABLE.inode];

type Counts = { -readonly [field in keyof BackupCounts]: BackupCounts[field] };

/** @param snapshot is closed when the stream ends, one way or the other */
export function backupOf(snapshot: KvSnapshot): BackupStream {
  const counts = { entries: 0, inodes: 0, lost: 0, unsaved: 0 };
  return { lastSeq: new Tables(snapshot).lastSeq(), counts, bytes: contentOf(snapshot, counts) };
}

async function* contentOf(snapshot: KvSnapshot, counts: Counts): AsyncGenerator<Buffer> {
  const writer = new ChunkWriter();
  try {
    yield writer.header({ format: BACKUP_FORMAT, version: BACKUP_VERSION, journalFormat: FORMAT_VERSION, ...originOf(snapshot) });
    for (const table of TABLES) {
      for (const chunks of stepsOf(snapshot, table, writer, counts)) {
        counts.entries = writer.rows;
        yield* chunks;
        // A fast target would otherwise keep signals and other work of this process waiting.
        await setImmediate();
      }
    }
    counts.entries = writer.rows;
    yield* writer.end({ inodes: counts.inodes, lost: counts.lost });
  } finally {
    snapshot.close();
  }
}

function originOf(snapshot: KvReader): { lastSeq: number; root: string } {
  const view = new Tables(snapshot);
  return { lastSeq: view.lastSeq(), root: view.mounts().find((mount) => mount.inodeId === ROOT_ID)?.ufsUri ?? '' };
}

function* stepsOf(snapshot: KvReader, table: number, writer: ChunkWriter, counts: Counts): Generator<Buffer[]> {
  let { from } = tableRange(table);
  const { to } = tableRange(table);
  for (;;) {
    const chunks: Buffer[] = [];
    let seen = 0;
    snapshot.scan({ from, to, limit: STEP }, (entry) => {
      seen++;
      const key = Buffer.from(entry.key.subarray(entry.keyStart, entry.keyEnd));
      from = key;
      const value = survivingValue(table, entry, counts);
      const chunk = value === undefined ? undefined : writer.row(lengthOf(key), key, value);
      if (chunk !== undefined) chunks.push(chunk);
    });
    yield chunks;
    if (seen < STEP) return;
    from = Buffer.concat([from, Buffer.of(0)]);
  }
}

function lengthOf(key: Buffer): Buffer {
  return Buffer.of(key.length >> 8, key.length & 255);
}

function survivingValue(table: number, entry: RawEntry, counts: Counts): Buffer | undefined {
  const value = valueIn(entry);
  switch (table) {
    case TABLE.inode: {
      const inode = decodeInode(value);
      const survives = survivingInode(inode);
      counts.inodes++;
      if (survives.persistence === 'LOST') counts.lost++;
      if (survives.persistence !== inode.persistence) counts.unsaved++;
      return survives === inode ? value : encodeInode(survives);
    }
    case TABLE.totals: {
      const totals = decodeTotals(value);
      const survives = { ...totals, cachedBytes: 0 };
      return Object.values(survives).every((each) => each === 0) ? undefined : encodeTotals(survives);
    }
    case TABLE.mount:
      return encodeJson(survivingMount(decodeMount(value, get48(entry.key, entry.keyStart + 1))));
    case TABLE.sync:
      return encodeJson(survivingSync(decodeSync(value, get48(entry.key, entry.keyStart + 1))));
    case TABLE.intent: {
      const survives = survivingIntent(decodeIntent(value, get48(entry.key, entry.keyStart + 1)));
      return survives === undefined ? undefined : encodeJson(survives);
    }
    case TABLE.pathDefaults:
      return encodeJson(decodePathDefaults(value).map(([path, properties]) => [path, withoutSecrets(properties)]));
    default:
      return value;
  }
}

/** @param records without a gap, at least one */
export function segmentOf(records: readonly LogRecord[]): LogSegment {
  const [first, last] = [records[0]?.seq, records[records.length - 1]?.seq];
  if (first === undefined || last === undefined) throw new AlluxioError('INTERNAL', 'A log segment of no records.');
  const writer = new ChunkWriter();
  const chunks = [writer.header({ format: SEGMENT_FORMAT, version: BACKUP_VERSION, journalFormat: FORMAT_VERSION, first, last })];
  for (const { seq, timeMs, entry, ...actor } of records) {
    const shipped = shippedEntry(entry);
    if (shipped === undefined) continue;
    const number = Buffer.alloc(6);
    number.writeUIntBE(seq, 0, 6);
    const chunk = writer.row(number, encodeLog(actor, timeMs, shipped));
    if (chunk !== undefined) chunks.push(chunk);
  }
  return { first, last, bytes: Buffer.concat([...chunks, ...writer.end({})]) };
}
