/**
 * Filling the cache while a file is read. It is a courtesy: whatever goes wrong with the cache, the reader gets its bytes. Where the room ends, the blocks until
 * there are kept.
 */
import { AlluxioError, hasCode } from '../errors.ts';
import type { IntentRecord } from '../journal/records.ts';
import { findRoom } from '../namespace/block-space.ts';
import { BlockSink, firstBlockBytes } from './block-sink.ts';
import type { FileSystemContext } from './context.ts';
import type { OpenedFile } from './read.ts';
import { closeIntent, openIntentWithSpace, transact } from './transact.ts';

export class CacheFill {
  readonly #blockSize: number;
  /** Bytes to pass over until a block begins, then bytes of whole blocks. */
  #skip: number;
  #wanted: number;
  readonly #firstIndex: number;
  #sink: BlockSink | undefined;
  #intent: IntentRecord | undefined;
  #given = false;
  /** No room for another block. */
  #full = false;

  /** Only blocks that the span covers whole can be kept. */
  constructor(
    private readonly context: FileSystemContext,
    private readonly file: OpenedFile,
    span: { readonly from: number; readonly to: number },
  ) {
    this.#blockSize = file.inode.blockSize;
    this.#firstIndex = Math.ceil(span.from / this.#blockSize);
    const begin = this.#firstIndex * this.#blockSize;
    const end = span.to === file.inode.length ? span.to : Math.floor(span.to / this.#blockSize) * this.#blockSize;
    this.#skip = begin - span.from;
    this.#wanted = Math.max(0, end - begin);
  }

  async write(chunk: Uint8Array): Promise<void> {
    const skipped = Math.min(this.#skip, chunk.byteLength);
    this.#skip -= skipped;
    const part = chunk.subarray(skipped, Math.min(chunk.byteLength, skipped + this.#wanted));
    this.#wanted -= part.byteLength;
    if (part.byteLength === 0 || this.#given || this.#full) return;
    await this.#quietly(() => this.#untilFull(async () => (await this.#opened(this.#wanted + part.byteLength)).write(part)));
  }

  /** All bytes came and were right: the blocks count from now on. False when the cache does not have all of them after all. */
  async end(): Promise<boolean> {
    const [sink, intent] = [this.#sink, this.#intent];
    if (sink === undefined || intent === undefined || this.#given) return false;
    let kept = false;
    await this.#quietly(async () => {
      if (!this.#full) await this.#untilFull(() => sink.end());
      kept = await transact(this.context, (tx) => {
        if (tx.intent(intent.id) === undefined) throw new AlluxioError('CANCELLED', 'Another process took this work over.');
        // Changed or gone meanwhile: what was read is of no use to the next reader.
        const same = tx.locate(this.file.inode.id)?.inode.contentHash === this.file.inode.contentHash;
        if (same) sink.record(tx, this.context.now());
        closeIntent(tx, intent.id);
        return same;
      });
      if (!kept) await sink.abort();
      this.#given = true;
    });
    return kept && !this.#full;
  }

  /** Gives everything back unless `end` succeeded. */
  async close(): Promise<void> {
    const intent = this.#intent;
    if (this.#given || intent === undefined) return;
    this.#given = true;
    await this.#sink?.abort();
    await transact(this.context, (tx) => closeIntent(tx, intent.id));
  }

  async #opened(size: number): Promise<BlockSink> {
    if (this.#sink !== undefined) return this.#sink;
    const fileId = this.file.inode.id;
    const bytes = firstBlockBytes(size, this.#blockSize);
    const { intent, promised } = await transact(this.context, (tx) => {
      const room = findRoom(tx, this.context.blocks.directories, bytes);
      return { intent: openIntentWithSpace(this.context, tx, [], { work: { kind: 'cache', fileId }, reserved: room === undefined ? [] : [room] }), promised: room };
    });
    this.#intent = intent;
    this.#sink = new BlockSink(this.context, { fileId, intentId: intent.id, blockSize: this.#blockSize, firstIndex: this.#firstIndex, size, promised, durable: false });
    return this.#sink;
  }

  /** Where not one block is finished, there is nothing to keep, and the failure is told. */
  async #untilFull(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!hasCode(error, 'NO_SPACE') || (await this.#sink?.stop()) !== true) throw error;
      this.#full = true;
    }
  }

  async #quietly(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.context.warn(`Not cached: ${this.file.path}: ${error instanceof Error ? error.message : String(error)}`);
      await this.close();
    }
  }
}
