/** Writing bytes to an open file, all of them. */
import type { FileHandle } from 'node:fs/promises';

/**
 * Handed to the kernel at a time. For one call it takes the page cache's memory in pieces as large as the bytes, and a piece of 2 MiB, a huge page, comes from the
 * memory that a virtual machine has given back to its host: reading a GiB into the cache took 5 s instead of 1.6 (Linux 6.18 on Firecracker).
 */
const AT_ONCE = 2 ** 20;

/** @param position in the file; where it stands when there is none */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const length = Math.min(AT_ONCE, bytes.byteLength - done);
    done += (await file.write(bytes, done, length, position === undefined ? null : position + done)).bytesWritten;
  }
}
