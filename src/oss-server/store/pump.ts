/** Moves a request's body piece by piece, holding the sender back while a piece is being dealt with. */
import type { Readable } from 'node:stream';
import { OssError } from '../errors.ts';

/** Deals with a piece; a promise holds the next piece back. The buffer is the callee's to keep. */
export type Take = (piece: Buffer) => Promise<void> | undefined;

/**
 * Events, not iteration: an iterator would join the pieces of a fast sender into copies. Leaves the stream open on
 * failure, and rejects only when the piece in hand has been dealt with: then nobody works on the body any more.
 */
export function pump(source: Readable, take: Take): Promise<void> {
  return new Promise((resolve, reject) => {
    let inHand: Promise<void> | undefined;
    const finish = (error?: unknown): void => {
      source.off('data', onData).off('end', onEnd).off('error', onLost).off('close', onLost);
      if (error === undefined) {
        resolve();
        return;
      }
      // A stream nobody listens to would throw its later errors at the process.
      source.on('error', () => undefined);
      const fail = (): void => {
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      if (inHand === undefined) fail();
      else inHand.then(fail, fail);
    };
    const onData = (piece: Buffer): void => {
      try {
        const busy = take(piece);
        if (busy === undefined) return;
        source.pause();
        inHand = busy;
        busy.then(() => {
          inHand = undefined;
          source.resume();
        }, finish);
      } catch (error) {
        finish(error);
      }
    };
    const onEnd = (): void => {
      finish();
    };
    const onLost = (): void => {
      finish(new OssError('IncompleteBody'));
    };
    source.on('data', onData).on('end', onEnd).on('error', onLost).on('close', onLost);
    if (source.destroyed && !source.readableEnded) onLost();
  });
}

/** A body that must fit in memory: XML documents, forms. @throws EntityTooLarge */
export async function collect(source: Readable, maximum: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  await pump(source, (piece) => {
    size += piece.length;
    if (size > maximum) throw new OssError('EntityTooLarge');
    pieces.push(piece);
    return undefined;
  });
  return Buffer.concat(pieces, size);
}
