import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { ByteStream } from '../../byte-stream.ts';
import { byteStream, transferBuffer } from '../../byte-stream.ts';
import { AlluxioError } from '../../errors.ts';
import type { ReadOptions } from '../ufs.ts';
import { throwIfAborted } from '../wrappers/retry.ts';
import { translateLocalError } from './local-errors.ts';
import { contentHashOf } from './local-status.ts';

const CHUNK_BYTES = 1 << 20;

/** Opens the file before it returns, so that a later rename or delete does not matter to the reader. */
export async function readLocal(path: string, options: ReadOptions): Promise<ByteStream> {
  throwIfAborted(options.signal);
  const file = await open(path, 'r');
  try {
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new AlluxioError('NOT_FOUND', `${path} is not a file`, { path });
    if (options.ifContentHash !== undefined && contentHashOf(stats) !== options.ifContentHash) {
      throw new AlluxioError('FAILED_PRECONDITION', `${path} has changed`, { path });
    }
    const from = options.offset ?? 0;
    const to = Math.min(Number(stats.size), from + (options.length ?? Number.POSITIVE_INFINITY));
    return byteStream(deliver({ file, path, from, to, signal: options.signal }), () => file.close());
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Delivery {
  readonly file: FileHandle;
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal | undefined;
}

async function* deliver({ file, path, from, to, signal }: Delivery): AsyncGenerator<Uint8Array> {
  try {
    const memory = transferBuffer(Math.min(CHUNK_BYTES, Math.max(0, to - from)));
    for (let at = from; at < to; ) {
      throwIfAborted(signal);
      const { bytesRead } = await file.read(memory, 0, Math.min(memory.length, to - at), at).catch((error: unknown) => {
        throw translateLocalError(error, path);
      });
      if (bytesRead === 0) throw new AlluxioError('UNAVAILABLE', `${path} was cut short while it was read, at byte ${String(at)} of ${String(to)}`, { path });
      yield memory.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}
