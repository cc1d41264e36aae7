/** A file's bytes, whole or a range of them. */
import { AlluxioError } from '../../errors.ts';
import type { FileStatus } from '../../filesystem/file-system.ts';
import type { SiteContext } from '../site.ts';
import type { WatchedFileSystem } from '../served.ts';

/** Sent as bytes and saved by a browser, never shown: a file may hold a page with scripts. */
export async function download(c: SiteContext, fs: WatchedFileSystem, status: FileStatus): Promise<Response> {
  if (status.directory) throw new AlluxioError('IS_A_DIRECTORY', `Path "${status.path}" must be a file.`, { path: status.path });
  const etag = `"${status.id.toString(36)}-${status.modifiedMs.toString(36)}-${status.length.toString(36)}"`;
  const headers = new Headers({
    'content-type': 'application/octet-stream',
    'content-disposition': disposition(status.name),
    'accept-ranges': 'bytes',
    'last-modified': new Date(status.modifiedMs).toUTCString(),
    'cache-control': 'private, no-cache',
    etag,
  });
  if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers });
  const asked = c.req.header('if-range') === undefined || c.req.header('if-range') === etag ? c.req.header('range') : undefined;
  const range = rangeOf(asked, status.length);
  if (range === 'none') {
    headers.set('content-range', `bytes */${status.length}`);
    throw new RangeFailure(headers);
  }
  const { from, to } = range ?? { from: 0, to: status.length };
  headers.set('content-length', String(to - from));
  if (range !== undefined) headers.set('content-range', `bytes ${from}-${to - 1}/${status.length}`);
  const body = c.req.method === 'HEAD' || to === from ? null : await bodyOf(fs, status, { from, to, signal: c.req.raw.signal });
  return new Response(body, { status: range === undefined ? 200 : 206, headers });
}

/** 416: no such bytes. */
export class RangeFailure extends Error {
  constructor(readonly headers: Headers) {
    super('The file has no such bytes.');
  }
}

/** `bytes=0-9`, `bytes=10-`, `bytes=-5`. Several ranges, or what is no range, mean the whole file, as HTTP allows. */
export function rangeOf(header: string | undefined, length: number): { from: number; to: number } | 'none' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  if (first === '') return Number(last) === 0 || length === 0 ? 'none' : { from: Math.max(0, length - Number(last)), to: length };
  if (last !== '' && Number(last) < Number(first)) return undefined;
  if (Number(first) >= length) return 'none';
  return { from: Number(first), to: last === '' ? length : Math.min(Number(last) + 1, length) };
}

/** RFC 6266: the real name percent-encoded, and a plain one for whoever does not know that. */
function disposition(name: string): string {
  const encoded = encodeURIComponent(name).replace(/['()*!]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${name.replace(/[^A-Za-z0-9._ -]/g, '_')}"; filename*=UTF-8''${encoded}`;
}

/** The first bytes are read before the answer begins, so that a file that cannot be read is an error and no cut download. */
async function bodyOf(fs: WatchedFileSystem, status: FileStatus, { from, to, signal }: { from: number; to: number; signal: AbortSignal }): Promise<ReadableStream<Uint8Array>> {
  const stream = await fs.content.open(status.path, { offset: from, length: to - from, signal });
  const chunks = stream[Symbol.asyncIterator]();
  let next = await chunks.next();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (next.done === true) return controller.close();
        // A chunk's memory is used again for the next one, while this one may still be waiting in the socket.
        controller.enqueue(Uint8Array.from(next.value));
        next = await chunks.next();
      },
      cancel: () => stream.close(),
    },
    { highWaterMark: 0 },
  );
}
