/** A few bytes of a file, for a look at it. The cache is left as it is. */
import type { FileStatus } from '../../filesystem/file-system.ts';
import { windowStart } from './logs.ts';
import type { WatchedFileSystem } from '../served.ts';

export interface ContentWindow {
  readonly offset: number;
  readonly bytes: Buffer;
}

export async function readWindow(fs: WatchedFileSystem, file: FileStatus, wanted: { offset: number; fromEnd: boolean; bytes: number }): Promise<ContentWindow> {
  const offset = windowStart(file.length, wanted);
  const length = Math.min(wanted.bytes, file.length - offset);
  if (length <= 0) return { offset, bytes: Buffer.alloc(0) };
  const chunks: Uint8Array[] = [];
  // A copy: the pieces of a stream may be used again for what follows.
  for await (const chunk of await fs.content.open(file.path, { offset, length, readType: 'NO_CACHE' })) chunks.push(Uint8Array.from(chunk));
  return { offset, bytes: Buffer.concat(chunks) };
}
