/** What a conformance case works with: a storage, a folder of its own in it, and ways to say what must hold. */
import { Readable } from 'node:stream';
import { hasCode } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { joinKey } from '../keys.ts';
import type { ListOptions, ReadOptions, Ufs, UfsEntry, UfsStatus, UfsWritten } from '../ufs.ts';

export interface ConformanceCase {
  /** Alluxio's own, as `--test` takes it. */
  readonly name: string;
  /** What must hold; shown when it does not. */
  readonly description: string;
  /** Absent: every storage is asked. */
  readonly appliesTo?: (ufs: Ufs) => boolean;
  run(bench: Bench): Promise<void>;
}

/** What a storage did is not what it must do. */
export class ConformanceFailure extends Error {
  override readonly name = 'ConformanceFailure';
}

/** Larger than a read's piece and a listing's page of the run's settings (512 bytes, 50 entries). */
export const LARGE_BYTES = 5_000;
export const LARGE_COUNT = 100;

export class Bench {
  constructor(
    readonly ufs: Ufs,
    /** Key of the case's own folder, which exists and is empty at first. */
    readonly folder: string,
  ) {}

  /** The key of something in the case's folder. */
  key(name: string): string {
    return joinKey(this.folder, name);
  }

  write(name: string, content: Uint8Array | string = name): Promise<UfsWritten> {
    const bytes = Buffer.from(content);
    return this.ufs.write(this.key(name), Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }), { size: bytes.length });
  }

  async read(name: string, options: ReadOptions = {}): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await this.ufs.read(this.key(name), options)) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }

  makeDirectory(name: string): Promise<void> {
    return this.ufs.makeDirectory(this.key(name));
  }

  status(name: string): Promise<UfsStatus | undefined> {
    return this.ufs.status(this.key(name));
  }

  async kind(name: string): Promise<'file' | 'directory' | 'absent'> {
    return (await this.status(name))?.kind ?? 'absent';
  }

  /** Sorted by name; a name that came twice is there twice. */
  async list(name = '', options: ListOptions = {}): Promise<UfsEntry[]> {
    const entries: UfsEntry[] = [];
    for await (const page of this.ufs.list(name === '' ? this.folder : this.key(name), options)) entries.push(...page.entries);
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async names(name = '', options: ListOptions = {}): Promise<string[]> {
    return (await this.list(name, options)).map((entry) => entry.name);
  }
}

export function mustHold(condition: boolean, otherwise: string): asserts condition {
  if (!condition) throw new ConformanceFailure(otherwise);
}

export function mustEqual(found: unknown, expected: unknown, what: string): void {
  const [foundText, expectedText] = [JSON.stringify(found) ?? 'undefined', JSON.stringify(expected) ?? 'undefined'];
  mustHold(foundText === expectedText, `${what}: expected ${shortened(expectedText)}, found ${shortened(foundText)}`);
}

export function mustBeBytes(found: Uint8Array, expected: Uint8Array, what: string): void {
  mustHold(Buffer.compare(found, expected) === 0, `${what}: ${String(found.length)} bytes came that are not the ${String(expected.length)} written`);
}

export async function mustFail(work: Promise<unknown>, code: ErrorCode, what: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (hasCode(error, code)) return;
    throw error;
  }
  throw new ConformanceFailure(`${what}: succeeded, must fail with ${code}`);
}

/** Bytes that repeat at no distance that a block or part size could have. */
export function patternBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 131 + (at >> 8) * 17) & 0xff;
  return bytes;
}

function shortened(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
