/** Reads `multipart/form-data` as a browser sends it: small fields first, then one file, which is streamed. */
import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { once } from 'node:events';
import { OssError } from './errors.ts';
import { pump } from './store/pump.ts';

const MOST_FIELD_BYTES = 1024 * 1024;

export interface Form {
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileName: string;
  /** The file's bytes; it must be read. It fails when the form is cut off. */
  readonly file: Readable;
}

function malformed(message: string): OssError {
  return new OssError('BadRequest', { message: `The form is malformed: ${message}.` });
}

function boundaryOf(contentType: string): string {
  const match = /^multipart\/form-data;.*\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformed('Content-Type must be multipart/form-data with a boundary');
  return boundary;
}

interface PartHead {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly contentType: string | undefined;
}

function parseHead(text: string): PartHead {
  const disposition = /^content-disposition:.*$/im.exec(text)?.[0] ?? '';
  const name = /[;\s]name="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1] ?? /[;\s]name=([^;\s]+)/i.exec(disposition)?.[1];
  if (name === undefined) throw malformed('a part has no name');
  return { name: name.toLowerCase(), fileName: /[;\s]filename="((?:[^"\\]|\\.)*)"/i.exec(disposition)?.[1], contentType: /^content-type:\s*(.*)$/im.exec(text)?.[1]?.trim() };
}

/** The state between two pieces: what is buffered, and whether the file is running. */
class FormReader {
  readonly fields = new Map<string, string>();
  readonly file = new PassThrough({ highWaterMark: 1024 * 1024 });
  fileName = '';
  #buffer: Buffer = Buffer.alloc(0);
  #inFile = false;
  #done = false;
  /** Between parts: `\r\n--boundary`; the first has no line break before it, so one is put there. */
  readonly #mark: Buffer;

  constructor(boundary: string) {
    this.#mark = Buffer.from(`\r\n--${boundary}`);
    this.#buffer = Buffer.from('\r\n');
  }

  /** @returns true once the file's head is read: the fields are complete then. */
  take(piece: Buffer): boolean {
    if (this.#done) return true;
    this.#buffer = this.#buffer.length === 0 ? piece : Buffer.concat([this.#buffer, piece]);
    while (!this.#inFile && this.#nextPart());
    if (this.#inFile) this.#passFile();
    else if (this.#buffer.length > MOST_FIELD_BYTES) throw malformed('a field is too long');
    return this.#inFile || this.#done;
  }

  /** Reads one whole part that is not the file, or the head of the file. @returns false when more bytes are needed. */
  #nextPart(): boolean {
    const start = this.#buffer.indexOf(this.#mark);
    if (start < 0) return false;
    const headStart = start + this.#mark.length;
    if (this.#buffer.subarray(headStart, headStart + 2).toString('latin1') === '--') throw malformed('there is no file');
    const headEnd = this.#buffer.indexOf('\r\n\r\n', headStart);
    if (headEnd < 0) return false;
    const head = parseHead(this.#buffer.subarray(headStart, headEnd).toString('utf8'));
    const rest = this.#buffer.subarray(headEnd + 4);
    if (head.name === 'file') {
      this.fileName = head.fileName ?? '';
      if (head.contentType !== undefined && !this.fields.has('content-type')) this.fields.set('content-type', head.contentType);
      this.#inFile = true;
      this.#buffer = rest;
      return false;
    }
    const end = rest.indexOf(this.#mark);
    if (end < 0) return false;
    this.fields.set(head.name, rest.subarray(0, end).toString('utf8'));
    this.#buffer = rest.subarray(end);
    return true;
  }

  #passFile(): void {
    const end = this.#buffer.indexOf(this.#mark);
    // The mark may have begun in the last bytes: they stay until the next piece.
    const sure = end >= 0 ? end : Math.max(0, this.#buffer.length - this.#mark.length);
    if (sure > 0) this.file.write(this.#buffer.subarray(0, sure));
    this.#buffer = this.#buffer.subarray(sure);
    if (end < 0) return;
    this.#done = true;
    this.file.end();
  }

  finish(): void {
    if (!this.#done) throw malformed('it ends before its last boundary');
  }
}

/** Resolves as soon as the file begins; what comes after it is ignored, as OSS does. */
export function readForm(source: Readable, contentType: string): Promise<Form> {
  const reader = new FormReader(boundaryOf(contentType));
  const gone = new AbortController();
  source.once('close', () => {
    gone.abort();
  });
  // Nobody may be reading the file any more when its sender leaves.
  const drained = (): Promise<void> =>
    once(reader.file, 'drain', { signal: gone.signal }).then(
      () => undefined,
      (error: unknown) => {
        if (!gone.signal.aborted) throw error;
      },
    );
  return new Promise((resolve, reject) => {
    pump(source, (piece) => {
      if (reader.take(piece)) resolve({ fields: reader.fields, fileName: reader.fileName, file: reader.file });
      return reader.file.writableNeedDrain ? drained() : undefined;
    })
      .then(() => {
        reader.finish();
      })
      .catch((error: unknown) => {
        reject(error instanceof Error ? error : malformed(String(error)));
        // Whoever reads the file learns it; nobody may, when the fields were refused.
        reader.file.on('error', () => undefined).destroy(new OssError('IncompleteBody'));
      });
  });
}
