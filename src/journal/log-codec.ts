/**
 * Log records: who, when, the entry, and the command's run. New inodes, which come in bulk, are laid out by hand; every other entry is JSON. The run stands last,
 * where earlier versions do not look: they read these records, and theirs without one are read here.
 */
import { ByteReader, ByteWriter } from './bytes.ts';
import type { Entry } from './entries.ts';
import { decodeInode, encodeInode } from './inode-codec.ts';
import type { Actor, LogRecord } from './journal.ts';

const AS_JSON = 0;
const INODE_CREATED = 1;

const writer = new ByteWriter();
const reader = new ByteReader();

export function encodeLog(actor: Actor, timeMs: number, entry: Entry): Buffer {
  const inode = entry.type === 'inode-created' ? encodeInode(entry.inode) : undefined;
  writer.start();
  writer.time(Math.floor(timeMs));
  writer.text(actor.user);
  writer.text(actor.command);
  if (entry.type === 'inode-created' && inode !== undefined) {
    writer.byte(INODE_CREATED);
    writer.count(entry.parentId);
    writer.text(entry.name);
    writer.bytes(inode);
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
  const entry = reader.byte() === INODE_CREATED ? readCreated() : (JSON.parse(reader.text()) as Entry);
  if (reader.at >= bytes.length) return { seq, timeMs, user, command, entry };
  const run = reader.count();
  const undoes = reader.count();
  return { seq, timeMs, user, command, entry, run, ...(undoes === 0 ? {} : { undoes }) };
}

function readCreated(): Entry {
  return { type: 'inode-created', parentId: reader.count(), name: reader.text(), inode: decodeInode(reader.bytes()) };
}
