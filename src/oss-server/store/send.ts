/** Sends an object's bytes, or a run of them, straight from its files. */
import type { ServerResponse } from 'node:http';
import type { BodySource } from '../reply.ts';
import type { Store } from './index.ts';
import type { Segment } from './records.ts';

const PIECE_BYTES = 512 * 1024;
/** One piece is on its way to the socket while the next is read. */
const PIECES = 3;

/** The run `[start, start + length)` of an object, as segments. */
export function sliceSegments(segments: readonly Segment[], start: number, length: number): Segment[] {
  const slice: Segment[] = [];
  let position = 0;
  for (const segment of segments) {
    const from = Math.max(start, position);
    const to = Math.min(start + length, position + segment.length);
    if (from < to) slice.push({ ...segment, offset: segment.offset + from - position, length: to - from });
    position += segment.length;
    if (position >= start + length) break;
  }
  return slice;
}

/** Of answers that are done. Fresh memory costs the system a page fault for each 4 KiB of it. */
const spare: Buffer[] = [];
const SPARE_PIECES = 64;

function takePiece(bytes: number): Buffer {
  return (bytes === PIECE_BYTES ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(bytes);
}

function givePiece(piece: Buffer): void {
  if (piece.length === PIECE_BYTES && spare.length < SPARE_PIECES) spare.push(piece);
}

/** Hands buffers to a response and gives them back when the socket has taken them. */
class Outlet {
  readonly #free: Buffer[] = [];
  #made = 0;
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(
    readonly response: ServerResponse,
    readonly pieceBytes: number,
  ) {
    response.once('close', () => {
      this.#closed = true;
      this.#wake?.();
      // Those that the socket has are not given back before it has let go of them.
      for (const piece of this.#free.splice(0)) givePiece(piece);
    });
  }

  /** An empty buffer, or undefined when the client is gone. */
  async take(): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#closed || this.response.destroyed) return undefined;
      const free = this.#free.pop();
      if (free !== undefined) return free;
      if (this.#made < PIECES) {
        this.#made += 1;
        return takePiece(this.pieceBytes);
      }
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  give(piece: Buffer, length: number): void {
    this.response.write(piece.subarray(0, length), () => {
      if (this.#closed) return givePiece(piece);
      this.#free.push(piece);
      this.#wake?.();
    });
  }
}

export interface ObjectBody extends BodySource {
  /** Reads all of it in order; a piece is only valid until the callback returns. */
  visit(use: (piece: Buffer) => void): Promise<void>;
}

async function visitFile(store: Store, segment: Extract<Segment, { file: string }>, use: (piece: Buffer) => void): Promise<void> {
  const handle = await store.blobs.open(segment.file);
  const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, segment.length));
  try {
    for (let done = 0; done < segment.length; ) {
      const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, segment.length - done), segment.offset + done);
      if (bytesRead === 0) throw new Error(`blob ${segment.file} is shorter than recorded`);
      use(piece.subarray(0, bytesRead));
      done += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

export function bodyOf(store: Store, segments: readonly Segment[]): ObjectBody {
  const length = segments.reduce((sum, segment) => sum + segment.length, 0);
  const release = store.blobs.hold(segments.flatMap((segment) => ('file' in segment ? [segment.file] : [])));
  // Small bytes are removed together with their record, so they are taken now, while the record is valid.
  const small = new Map(segments.flatMap((segment) => ('small' in segment ? [[segment.small, store.readSmall(segment)] as const] : [])));
  const sendTo = async (response: ServerResponse, most = length): Promise<void> => {
    const outlet = new Outlet(response, Math.max(1, Math.min(PIECE_BYTES, length)));
    for (const segment of most < length ? sliceSegments(segments, 0, most) : segments) {
      if ('small' in segment) response.write(small.get(segment.small)?.subarray(0, segment.length));
      else if (!(await sendFile(store, segment, outlet))) return;
    }
  };
  const visit = async (use: (piece: Buffer) => void): Promise<void> => {
    for (const segment of segments) {
      if ('small' in segment) use(small.get(segment.small) ?? Buffer.alloc(0));
      else await visitFile(store, segment, use);
    }
  };
  return { length, sendTo, visit, release };
}

/** @returns false when the client went away. */
async function sendFile(store: Store, segment: Extract<Segment, { file: string }>, outlet: Outlet): Promise<boolean> {
  const handle = await store.blobs.open(segment.file);
  try {
    let sent = 0;
    while (sent < segment.length) {
      const piece = await outlet.take();
      if (piece === undefined) return false;
      const { bytesRead } = await handle.read(piece, 0, Math.min(piece.length, segment.length - sent), segment.offset + sent);
      if (bytesRead === 0) throw new Error(`blob ${segment.file} is shorter than recorded`);
      outlet.give(piece, bytesRead);
      sent += bytesRead;
    }
    return true;
  } finally {
    await handle.close();
  }
}
