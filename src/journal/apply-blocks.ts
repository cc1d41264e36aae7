/** Blocks, their use order, and the space of cache directories, within one transaction. */
import { decodeBlock, decodeSpace, encodeBlock, encodeSpace } from './codec.ts';
import type { UsageRecord } from './journal.ts';
import { NAME_OFFSET, TABLE, blockKey, numberRange, spaceKey, useKey } from './keys.ts';
import { valueIn } from './kv.ts';
import type { KvWriter } from './kv.ts';
import { violated } from './precondition.ts';
import type { BlockRecord } from './records.ts';

const EMPTY = Buffer.alloc(0);

export class BlockTables {
  readonly #kv: KvWriter;
  readonly #cachedChanged: (fileId: number, change: number) => void;
  /** Space of the directories touched so far; written once by flush(). */
  readonly #space = new Map<number, { used: number; reserved: number }>();

  constructor(kv: KvWriter, cachedChanged: (fileId: number, change: number) => void) {
    this.#kv = kv;
    this.#cachedChanged = cachedChanged;
  }

  usage(directory: number): UsageRecord {
    return { ...this.#spaceOf(directory) };
  }

  reserve(directory: number, bytes: number): void {
    const space = this.#spaceOf(directory);
    space.reserved += bytes;
    if (space.reserved < 0) violated(`cache directory ${directory} has ${-space.reserved} bytes less reserved than are released`);
  }

  add(added: BlockRecord): void {
    // File systems tell times in fractions of a millisecond; keys and records hold whole ones.
    const block = { ...added, usedMs: Math.floor(added.usedMs) };
    const old = this.#find(block.fileId, block.index);
    this.#cachedChanged(block.fileId, block.length - (old?.length ?? 0));
    if (old !== undefined) this.#forget(old);
    this.#spaceOf(block.directory).used += block.length;
    this.#kv.put(blockKey(block.fileId, block.index), encodeBlock(block));
    this.#kv.put(useKey(block), EMPTY);
  }

  remove(fileId: number, index: number): void {
    const block = this.#require(fileId, index);
    this.#cachedChanged(fileId, -block.length);
    this.#forget(block);
    this.#kv.delete(blockKey(fileId, index));
  }

  use(fileId: number, index: number, usedMs: number): void {
    const block = this.#require(fileId, index);
    this.#kv.delete(useKey(block));
    const used = { ...block, usedMs: Math.floor(usedMs) };
    this.#kv.put(blockKey(fileId, index), encodeBlock(used));
    this.#kv.put(useKey(used), EMPTY);
  }

  /** All blocks of a file that is going away: nobody counts its cached bytes any more. */
  removeAll(fileId: number): void {
    const blocks: BlockRecord[] = [];
    this.#kv.scan(numberRange(TABLE.block, fileId), (entry) => {
      blocks.push(decodeBlock(valueIn(entry), fileId, entry.key.readUInt32BE(entry.keyStart + NAME_OFFSET)));
    });
    for (const block of blocks) {
      this.#forget(block);
      this.#kv.delete(blockKey(fileId, block.index));
    }
  }

  flush(): void {
    for (const [directory, space] of this.#space) {
      if (space.used === 0 && space.reserved === 0) this.#kv.delete(spaceKey(directory));
      else this.#kv.put(spaceKey(directory), encodeSpace(space));
    }
    this.#space.clear();
  }

  /** Takes a block out of the use order and off its directory's account. */
  #forget(block: BlockRecord): void {
    this.#kv.delete(useKey(block));
    const space = this.#spaceOf(block.directory);
    space.used -= block.length;
    if (space.used < 0) violated(`cache directory ${block.directory} would hold less than nothing`);
  }

  #find(fileId: number, index: number): BlockRecord | undefined {
    const value = this.#kv.get(blockKey(fileId, index));
    return value === undefined ? undefined : decodeBlock(value, fileId, index);
  }

  #require(fileId: number, index: number): BlockRecord {
    return this.#find(fileId, index) ?? violated(`block ${index} of file ${fileId} is not there`);
  }

  #spaceOf(directory: number): { used: number; reserved: number } {
    const known = this.#space.get(directory);
    if (known !== undefined) return known;
    const value = this.#kv.get(spaceKey(directory));
    const space = value === undefined ? { used: 0, reserved: 0 } : decodeSpace(value);
    this.#space.set(directory, space);
    return space;
  }
}
