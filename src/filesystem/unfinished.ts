/** Writes to the storages that somebody began, and nobody finishes any more: multipart uploads that OSS keeps and bills, temporary files. */
import { hasCode, messageOf } from '../errors.ts';
import type { View } from '../journal/journal.ts';
import type { MountRecord } from '../journal/records.ts';
import { mountPoints } from '../namespace/mount-table.ts';
import type { UnfinishedWrite } from '../ufs/ufs.ts';
import type { AlluxioPath } from '../uri.ts';
import { isAtOrBelow, joinPath, relativeTo } from '../uri.ts';
import type { FileSystemContext } from './context.ts';

/** Between a storage's clock and ours. */
const CLOCK_SKEW_MS = 15 * 60_000;

export interface LeftWrite {
  /** Where its file would be; undefined where only the storage could know. */
  readonly path: AlluxioPath | undefined;
  readonly write: UnfinishedWrite;
}

/**
 * At and below the path, in mounts that may be written. What is younger than `alluxio.underfs.oss.intermediate.upload.clean.age` may be another program's that lives; what
 * was begun under open work is that work's. @throws what a storage says that does not answer
 */
export async function* leftWrites(context: FileSystemContext, path: AlluxioPath, signal: AbortSignal): AsyncGenerator<LeftWrite> {
  const youngestMs = context.config.duration('alluxio.underfs.oss.intermediate.upload.clean.age');
  for (const { mount, at, key } of context.journal.read((view) => writableMounts(view, path))) {
    try {
      const ufs = await context.ufs(mount);
      for await (const page of ufs.unfinishedWrites(key, 'tree', signal)) {
        for (const write of page) {
          if (write.living || write.ageMs < youngestMs || isOwned(context, mount, write)) continue;
          yield { path: write.key === undefined ? undefined : joinPath(at, write.key), write };
        }
      }
    } catch (error) {
      // A key that may write objects need not be allowed to list uploads.
      if (!hasCode(error, 'UNAUTHENTICATED') && !hasCode(error, 'PERMISSION_DENIED')) throw error;
      context.warn(`Unfinished writes below ${at} were not looked for: ${messageOf(error)}`);
    }
  }
}

/** Removes them all. Returns how many that were. */
export async function removeLeftWrites(context: FileSystemContext, path: AlluxioPath, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for await (const { write } of leftWrites(context, path, signal)) {
    await write.abandon();
    removed += 1;
  }
  return removed;
}

function writableMounts(view: View, path: AlluxioPath): { mount: MountRecord; at: AlluxioPath; key: string }[] {
  const points = mountPoints(view).filter(({ mount }) => !mount.readOnly);
  const above = mountPoints(view).filter((point) => isAtOrBelow(path, point.path)).at(-1);
  return points.flatMap((point) => {
    const { mount, path: at } = point;
    if (isAtOrBelow(at, path)) return [{ mount, at, key: '' }];
    return mount.id === above?.mount.id ? [{ mount, at, key: relativeTo(path, at) }] : [];
  });
}

/** Its process lives, or died and is cleaned up after. */
function isOwned({ journal }: FileSystemContext, mount: MountRecord, { begunMs }: UnfinishedWrite): boolean {
  return journal.read((view) => view.intents()).some(({ work, startedMs }) => 'mountId' in work && work.mountId === mount.id && startedMs <= begunMs + CLOCK_SKEW_MS);
}
