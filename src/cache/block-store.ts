/**
 * Blocks on local disks: one file each, in the folder `<cache directory>/alluxioworker`. This room knows files; which blocks exist,
 * how much is promised and what may be evicted is decided in the journal (namespace/blocks.ts), inside transactions.
 *
 * A block is written under a temporary name that tells its writer, synced when asked, renamed, and only then recorded by the caller. So after
 * any crash there are at most temporary files of dead writers and block files without a record: `sweep` removes both.
 */
import type { ByteStream } from '../byte-stream.ts';

export interface CacheDirectory {
  /** Position over all tiers, the number that block records hold. */
  readonly index: number;
  /** Tier alias: MEM, SSD, HDD. */
  readonly tier: string;
  readonly path: string;
  /** Bytes. */
  readonly quota: number;
}

export interface BlockAddress {
  readonly fileId: number;
  readonly index: number;
  /** CacheDirectory.index */
  readonly directory: number;
}

export interface StoredBlock extends BlockAddress {
  readonly length: number;
  /** One for each MiB of it, in order (checksum.ts). */
  readonly checksums: readonly number[];
}

export interface BlockWriter {
  /** Bytes written so far. */
  readonly length: number;
  write(chunk: Uint8Array): Promise<void>;
  /** Makes the block visible at its address. `durable`: synced to disk first, for data that is nowhere else. @throws NO_SPACE */
  commit(options: { durable: boolean }): Promise<{ length: number; checksums: readonly number[] }>;
  /** Removes the temporary file; fine after a failed commit, and twice. */
  abort(): Promise<void>;
}

/** A file that a crash left, or a folder where a block may have to be. */
export interface StrayFile {
  readonly path: string;
  readonly bytes: number;
  readonly temporary: boolean;
  /** Of a folder: whether anything is in it. */
  readonly folder?: 'empty' | 'full';
}

export interface BlockStore {
  readonly directories: readonly CacheDirectory[];
  /** @param bytes of the whole block, where they are known: a small one is gathered in memory and written at its end */
  create(address: BlockAddress, bytes?: number): Promise<BlockWriter>;
  /**
   * Bytes of a block, at most 2 MiB at a time, checked before they are handed out: a wrong length or checksum ends the stream with CORRUPT, a missing
   * file too. What came before is right.
   */
  read(block: StoredBlock, range?: { offset: number; length: number }): ByteStream;
  /** Makes committed blocks safe on disk, for those that were not committed durably. @throws NO_SPACE; CORRUPT when one is gone */
  sync(blocks: readonly BlockAddress[]): Promise<void>;
  /** Unlinks; absent files are fine. */
  remove(blocks: readonly BlockAddress[]): Promise<void>;
  /** Marks a block as used now, on the file itself (its mtime): no journal write for a read. */
  touch(block: BlockAddress): Promise<void>;
  /** When it was last used, ms; undefined when its file is gone. */
  lastUsed(block: BlockAddress): Promise<number | undefined>;
  /** The length of its file; undefined when that is gone. */
  length(block: BlockAddress): Promise<number | undefined>;
  /** Where something else than a file is in the place of its file. */
  inTheWay(block: BlockAddress): Promise<string | undefined>;
  /** What sweep() would remove, and folders that it leaves because they are not empty. */
  strays(known: (block: BlockAddress) => boolean): AsyncIterable<StrayFile>;
  /** Removes temporary files whose writing process is gone, and block files and empty folders in their places that `known` denies. Returns what was removed. */
  sweep(known: (block: BlockAddress) => boolean): Promise<{ files: number; bytes: number }>;
  /** Empties every directory (`formatWorker`), or takes only what was last touched before a time; returns the folders done. */
  format(beforeMs?: number): Promise<string[]>;
}
