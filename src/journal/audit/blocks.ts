/** Block records against inodes, the use order and the space of cache directories. */
import { decodeBlock, decodeSpace } from '../codec.ts';
import { NAME_OFFSET, TABLE, blockKey, get48, parseUseKey, useKey } from '../keys.ts';
import type { KvReader, RawEntry } from '../kv.ts';
import type { BlockRecord, InodeRecord, IntentRecord } from '../records.ts';
import type { TableFinding } from './findings.ts';
import { inodeOf } from './records-at.ts';
import { idOf, pagesOf, readable, valueOf } from './scan.ts';

interface Row {
  readonly fileId: number;
  readonly index: number;
  readonly block: BlockRecord | undefined;
}

/** Bytes by cache directory. */
export type Space = Map<number, { used: number; reserved: number }>;

interface FileSum {
  readonly id: number;
  readonly inode: InodeRecord | undefined;
  bytes: number;
}

export function* auditBlocks(kv: KvReader, space: Space): Generator<TableFinding[]> {
  let file: FileSum | undefined;
  for (const page of pagesOf(kv, TABLE.block, rowOf)) {
    const found: TableFinding[] = [];
    for (const { fileId, index, block } of page) {
      if (file?.id !== fileId) {
        found.push(...cachedBytes(file));
        file = { id: fileId, inode: inodeOf(kv, fileId), bytes: 0 };
      }
      if (block === undefined) {
        found.push({ kind: 'unreadable', id: fileId, text: `the record of its block ${index} cannot be read`, repairs: [{ what: 'block', fileId, index }] });
        continue;
      }
      file.bytes += block.length;
      spaceIn(space, block.directory).used += block.length;
      found.push(...auditBlock(kv, block, file.inode));
    }
    yield found;
  }
  yield [...cachedBytes(file)];
  yield* auditUses(kv);
}

function rowOf(entry: RawEntry): Row {
  const [fileId, index] = [idOf(entry), entry.key.readUInt32BE(entry.keyStart + NAME_OFFSET)];
  return { fileId, index, block: readable(() => decodeBlock(valueOf(entry), fileId, index)) };
}

function* auditBlock(kv: KvReader, block: BlockRecord, inode: InodeRecord | undefined): Generator<TableFinding> {
  const { fileId, index, directory } = block;
  const repair = { what: 'block', fileId, index } as const;
  if (inode?.directory !== false) {
    yield { kind: 'block', id: fileId, text: `block ${index} of it is recorded, and there is no such file`, repairs: [repair, { what: 'space', directory }] };
  } else if (kv.get(useKey(block)) === undefined) {
    yield { kind: 'use', id: fileId, text: `block ${index} of it is not in the order of use`, repairs: [repair] };
  }
}

function* cachedBytes(file: FileSum | undefined): Generator<TableFinding> {
  if (file?.inode === undefined || file.inode.directory || file.inode.cachedBytes === file.bytes) return;
  const { id, bytes, inode } = file;
  yield { kind: 'inode-cached', id, text: `it says that ${inode.cachedBytes} bytes are cached, and its blocks hold ${bytes}`, repairs: [{ what: 'cached', id }] };
}

function* auditUses(kv: KvReader): Generator<TableFinding[]> {
  const useOf = (entry: RawEntry) => ({
    ...parseUseKey(entry.key.subarray(entry.keyStart, entry.keyEnd)),
    directory: entry.key.readUInt16BE(entry.keyStart + 1),
    usedMs: get48(entry.key, entry.keyStart + 3),
  });
  for (const page of pagesOf(kv, TABLE.use, useOf)) {
    yield page.flatMap((use) => {
      const value = kv.get(blockKey(use.fileId, use.index));
      const block = value === undefined ? undefined : readable(() => decodeBlock(value, use.fileId, use.index));
      if (block?.directory === use.directory && block.usedMs === use.usedMs) return [];
      return [{ kind: 'use', id: use.fileId, text: `the order of use has block ${use.index} of it where it is not`, repairs: [{ what: 'use', ...use }] } as const];
    });
  }
}

/** @param space what blocks and open intents add up to */
export function* auditSpace(kv: KvReader, space: Space, intents: readonly IntentRecord[]): Generator<TableFinding[]> {
  for (const { reserved } of intents) for (const { directory, bytes } of reserved) spaceIn(space, directory).reserved += bytes;
  const stored: Space = new Map();
  for (const page of pagesOf(kv, TABLE.space, (entry) => ({ directory: entry.key.readUInt16BE(entry.keyStart + 1), space: readable(() => decodeSpace(valueOf(entry))) }))) {
    for (const { directory, space: held } of page) stored.set(directory, held ?? { used: NaN, reserved: NaN });
  }
  for (const directory of new Set([...space.keys(), ...stored.keys()])) {
    const [is, should] = [spaceIn(stored, directory), spaceIn(space, directory)];
    if (is.used === should.used && is.reserved === should.reserved) continue;
    const text = `cache directory ${directory} is recorded with ${is.used} bytes used and ${is.reserved} promised; blocks and open work add up to ${should.used} and ${should.reserved}`;
    yield [{ kind: 'space', id: 0, text, repairs: [{ what: 'space', directory }] }];
  }
}

function spaceIn(space: Space, directory: number): { used: number; reserved: number } {
  const known = space.get(directory);
  if (known !== undefined) return known;
  const fresh = { used: 0, reserved: 0 };
  space.set(directory, fresh);
  return fresh;
}
