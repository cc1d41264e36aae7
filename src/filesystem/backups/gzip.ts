/** Backups are gzip files, the same bytes for the same content: no time, no name, one level. */
import { Readable, pipeline } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { altered, truncated } from '../../journal/backup-chunks.ts';
import { isAlluxioError, systemCode } from '../../errors.ts';

/** One for ever: another level would make other bytes of the same state. */
const LEVEL = 3;
/** Compression, flags, time, extra flags; the last one, the system, is "unknown". What zlib writes there depends on machine and version. */
const HEADER = Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** What a chunk of the compressed file weighs: a larger one travels faster. */
const PIECE_BYTES = 1024 * 1024;

export async function* gzipped(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: LEVEL });
  // What goes wrong with the content destroys the stream with it, and is thrown below.
  pipeline(Readable.from(content, { objectMode: true, highWaterMark: 1 }), gzip, () => undefined);
  let pieces: Buffer[] = [];
  let size = 0;
  let first = true;
  for await (const piece of gzip as AsyncIterable<Buffer>) {
    pieces.push(piece);
    size += piece.length;
    if (size < PIECE_BYTES) continue;
    yield headed(pieces, first);
    [pieces, size, first] = [[], 0, false];
  }
  if (size > 0) yield headed(pieces, first);
}

function headed(pieces: readonly Buffer[], first: boolean): Buffer {
  const bytes = Buffer.concat(pieces);
  if (first) bytes.set(HEADER);
  return bytes;
}

/** @throws CORRUPT for what gzipped() did not write */
export async function* gunzipped(source: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  let given = 0;
  let head = Buffer.alloc(0);
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      given += piece.length;
      if (head.length < HEADER.length) head = Buffer.concat([head, piece.subarray(0, HEADER.length - head.length)]);
      // Its memory is used again for the next one, which is asked for before this one has been inflated.
      yield Buffer.from(piece);
    }
  };
  pipeline(Readable.from(watched(), { objectMode: true, highWaterMark: 1 }), gunzip, () => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    if (systemCode(error) === 'Z_BUF_ERROR') throw truncated(what);
    if (isAlluxioError(error) || !(systemCode(error) ?? '').startsWith('Z_')) throw error;
    throw altered(what, error);
  }
  // Neither bytes after the end nor those of the header that decide nothing are looked at by zlib.
  if (gunzip.bytesWritten !== given || !head.equals(HEADER)) throw altered(what);
}
