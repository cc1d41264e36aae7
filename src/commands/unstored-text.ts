/** Why a file is not in the under storage, in words. */
import type { Unstored } from '../filesystem/file-system.ts';

export function whyText(file: Unstored): string {
  const tried = file.tries === 0 ? '' : `; ${file.tries} upload${file.tries === 1 ? '' : 's'} failed`;
  return `${reasonOf(file)}${tried}`;
}

function reasonOf({ why, by, status }: Unstored): string {
  switch (why) {
    case 'UPLOADING':
      return `is being persisted by ${by ?? 'another process'}`;
    case 'QUEUED':
      return 'waits for the master to persist it';
    case 'STRANDED':
      return `is not being persisted by anybody; run: alluxio fs persist ${status.path}`;
    case 'EXCLUDED':
      return `is never persisted by the master (alluxio.master.persistence.blacklist); run: alluxio fs persist ${status.path}`;
    case 'CACHE_ONLY':
      return `was written for the cache only; run: alluxio fs persist ${status.path}`;
    case 'LOST':
      return 'is lost: its content was only in a cache that is gone';
  }
}
