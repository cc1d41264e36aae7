/**
 * Cutting a stream of bytes into cached blocks, under an open intent. Each block's space is promised before its first byte; nothing is visible until
 * the caller records the finished blocks in its own transaction.
 */
import type { BlockWriter } from '../cache/block-store.ts';
import type { Transaction } from '../journal/journal.ts';
import { obtainSpace } from './cache-space.ts';
import type { FileSystemContext } from './context.ts';

export interface BlockSinkInput {
  readonly fileId: number;
  readonly intentId: number;
  readonly blockSize: number;
  /** Index of the first block. */
  readonly firstIndex?: number;
  /** Total bytes if known: small files promise just what they need. */
  readonly size?: number | undefined;
  /** Space of the first block, promised already in the transaction that opened the intent. */
  readonly promised?: { readonly directory: number; readonly bytes: number } | undefined;
  /** Synced to disk before it counts: for bytes that are nowhere else. */
  readonly durable: boolean;
}

interface FinishedBlock {
  readonly index: number;
  readonly directory: number;
  readonly length: number;
  readonly checksums: readonly number[];
}

export class BlockSink {
  #open: { writer: BlockWriter; directory: number; promised: number } | undefined;
  #next: number;
  #received = 0;
  #promised: { directory: number; bytes: number } | undefined;
  /** Space of the block after the open one: a transaction takes as long as writing some MiB. */
  #ahead: Promise<number> | undefined;
  readonly #finished: FinishedBlock[] = [];

  constructor(
    private readonly context: FileSystemContext,
    private readonly input: BlockSinkInput,
  ) {
    this.#next = input.firstIndex ?? 0;
    this.#promised = input.promised;
  }

  get received(): number {
    return this.#received;
  }

  /** @throws NO_SPACE */
  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength; ) {
      const open = this.#open ?? (await this.#begin());
      const room = Math.min(this.input.blockSize, open.promised) - open.writer.length;
      const part = at === 0 && chunk.byteLength <= room ? chunk : chunk.subarray(at, at + room);
      await open.writer.write(part);
      at += part.byteLength;
      this.#received += part.byteLength;
      if (open.writer.length >= Math.min(this.input.blockSize, open.promised)) await this.#finish();
    }
  }

  /** Closes the last block. */
  async end(): Promise<void> {
    if (this.#open !== undefined) await this.#finish();
    await this.#settle();
  }

  /** Records the finished blocks, inside the transaction in which the caller, whose intent is still his, closes it and so gives the promises back. */
  record(tx: Transaction, nowMs: number): void {
    const { fileId } = this.input;
    for (const { index, directory, length, checksums } of this.#finished) {
      tx.append({ type: 'block-added', block: { fileId, index, directory, length, checksums, usedMs: nowMs } });
    }
  }

  /** For blocks that were meant as copies and are now the only ones. After `end`. */
  async makeDurable(): Promise<void> {
    await this.context.blocks.sync(this.#finished.map(({ index, directory }) => ({ fileId: this.input.fileId, index, directory })));
  }

  /** No further block: those that are finished stay to be recorded, what was written of another goes. False when there is none. */
  async stop(): Promise<boolean> {
    await this.#settle();
    await this.#open?.writer.abort();
    this.#open = undefined;
    return this.#finished.length > 0;
  }

  /** Removes everything that was written; the intent's promises are given back by whoever closes it. */
  async abort(): Promise<void> {
    await this.stop();
    await this.context.blocks.remove(this.#finished.map(({ index, directory }) => ({ fileId: this.input.fileId, index, directory })));
    this.#finished.length = 0;
  }

  async #begin() {
    const { fileId, size } = this.input;
    const bytes = this.#bytesAt(this.#received);
    const [held, ahead] = [this.#promised, this.#ahead];
    this.#promised = undefined;
    this.#ahead = undefined;
    // Where there was no room then, there may be now.
    const directory = held?.bytes === bytes ? held.directory : ((await ahead?.catch(() => undefined)) ?? (await obtainSpace(this.context, this.input.intentId, bytes)));
    const writer = await this.context.blocks.create({ fileId, index: this.#next, directory }, size === undefined ? undefined : bytes);
    this.#open = { writer, directory, promised: bytes };
    const after = this.#received + bytes;
    if (size !== undefined && after < size) {
      this.#ahead = obtainSpace(this.context, this.input.intentId, this.#bytesAt(after));
      this.#ahead.catch(() => undefined);
    }
    return this.#open;
  }

  /** Of the block that begins after so many bytes. */
  #bytesAt(received: number): number {
    const { blockSize, size } = this.input;
    return size === undefined ? blockSize : Math.max(1, Math.min(blockSize, size - received));
  }

  /** Whoever closes the intent gives the promise back. */
  async #settle(): Promise<void> {
    await this.#ahead?.catch(() => undefined);
    this.#ahead = undefined;
  }

  async #finish(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    const { length, checksums } = await open.writer.commit({ durable: this.input.durable });
    this.#finished.push({ index: this.#next, directory: open.directory, length, checksums });
    this.#open = undefined;
    this.#next++;
  }
}

/** Bytes that the first block of a file of this size needs. */
export function firstBlockBytes(size: number | undefined, blockSize: number): number {
  return size === undefined ? blockSize : Math.min(blockSize, size);
}
