/**
 * Log records: who, when, the entry, and the command's run. New inodes, which come in bulk (one by one, or many that a listing found), are laid out by hand; every other entry is JSON. The run stands last,
 * where earlier versions do not look: they read these records, and theirs without one are read here.
 */
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entries.ts';
import { decodeEntry } from './codec.ts';
import { decodeInode, encodeInode } from './inode-codec.ts';
import { recordDamaged } from './remedy.ts';
import type { Actor, LogRecord } from './journal.ts';
import type { InodeRecord } from './records.ts';

const AS_JSON = 0;
const INODE_CREATED = 1;
const INODES_FOUND = 2;

const writer = new ByteWriter();
const reader = new ByteReader();

export function encodeLog(actor: Actor, timeMs: number, entry: Entry): Buffer {
  // They come in the order that they are written in.
  const inodes = inodesOf(entry).map(encodeInode);
  writer.start();
  writer.time(Math.floor(timeMs));
  writer.text(actor.user);
  writer.text(actor.command);
  if (entry.type === 'inode-created') {
    writer.byte(INODE_CREATED);
    writer.count(entry.parentId);
    writer.text(entry.name);
    for (const inode of inodes) writer.bytes(inode);
  } else if (entry.type === 'inodes-found') {
    writer.byte(INODES_FOUND);
    writer.count(entry.parentId);
    writer.count(entry.found.length);
    for (const { name } of entry.found) writer.text(name);
    for (const inode of inodes) writer.bytes(inode);
  } else {
    writer.byte(AS_JSON);
    writer.text(JSON.stringify(entry));
  }
  if (actor.run !== undefined) {
    writer.count(actor.run);
    writer.count(actor.undoes ?? 0);
  }
  return writer.done();
}

export function decodeLog(seq: number, bytes: Buffer): LogRecord {
  reader.start(bytes);
  const timeMs = reader.time();
  const user = reader.text();
  const command = reader.text();
  const entry = readEntry(reader.byte(), seq);
  if (reader.at === bytes.length) return { seq, timeMs, user, command, entry };
  const run = reader.count();
  const undoes = reader.count();
  if (reader.at > bytes.length) throw recordDamaged(`record ${seq} of the log ends early`);
  return { seq, timeMs, user, command, entry, run, ...(undoes === 0 ? {} : { undoes }) };
}

function inodesOf(entry: Entry): readonly InodeRecord[] {
  if (entry.type === 'inode-created') return [entry.inode];
  return entry.type === 'inodes-found' ? entry.found.map(({ inode }) => inode) : [];
}

function readEntry(kind: number, seq: number): Entry {
  if (kind === AS_JSON) return decodeEntry(reader.text(), seq);
  if (kind === INODE_CREATED) return readCreated();
  if (kind === INODES_FOUND) return readFound();
  throw recordDamaged(`record ${seq} of the log is of no kind that there is`);
}

function readFound(): Entry {
  const parentId = reader.count();
  const names: string[] = [];
  for (let left = reader.count(); left > 0; left--) names.push(reader.text());
  return { type: 'inodes-found', parentId, found: names.map((name) => ({ name, inode: decodeInode(reader.bytes()) })) };
}

function readCreated(): Entry {
  return { type: 'inode-created', parentId: reader.count(), name: reader.text(), inode: decodeInode(reader.bytes()) };
}
