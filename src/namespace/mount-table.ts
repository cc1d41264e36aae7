/** Which mount a path belongs to, and its key there; the rules of mounting. */
import { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import { recordDamaged } from '../journal/remedy.ts';
import type { MountRecord } from '../journal/records.ts';
import type { AlluxioPath } from '../uri.ts';
import { UfsUri, isAtOrBelow, joinPath } from '../uri.ts';
import type { Resolution } from './resolve.ts';
import { pathAt, pathOfInode } from './resolve.ts';

export interface MountedPath {
  readonly mount: MountRecord;
  readonly mountPath: AlluxioPath;
  /** Relative to the mount root, '' for the root itself. */
  readonly key: string;
}

/** The mount that a directory says to be, in the same state. @throws CORRUPT */
function mountSaid(view: View, id: number): MountRecord {
  const mount = view.mount(id);
  if (mount === undefined) throw recordDamaged(`a directory says that it is mount ${id}, and there is no such mount`);
  return mount;
}

/** The mount of a resolved path (missing components belong to the deepest existing one's mount). */
export function mountOf(view: View, resolution: Resolution): MountedPath {
  const { chain, missing } = resolution;
  for (let i = chain.length - 1; i >= 0; i--) {
    const mountId = chain[i]?.inode.mountId ?? 0;
    if (mountId === 0) continue;
    const below = chain.slice(i + 1).map((child) => child.name);
    return { mount: mountSaid(view, mountId), mountPath: pathAt(resolution, i), key: [...below, ...missing].join('/') };
  }
  throw new AlluxioError('INTERNAL', 'The root directory is no mount point.');
}

/** The mount of an inode wherever it hangs now, and its key there. Undefined when it is detached. */
export function mountOfInode(view: View, id: number): { mount: MountRecord; key: string } | undefined {
  const names: string[] = [];
  let at = view.locate(id);
  while (at !== undefined) {
    if (at.inode.mountId !== 0) return { mount: mountSaid(view, at.inode.mountId), key: names.reverse().join('/') };
    names.push(at.name);
    at = at.parentId === 0 ? undefined : view.locate(at.parentId);
  }
  return undefined;
}

/** Mounts with their paths, sorted by path. */
export function mountPoints(view: View): { mount: MountRecord; path: AlluxioPath }[] {
  return view
    .mounts()
    .flatMap((mount) => {
      const path = pathOfInode(view, mount.inodeId);
      return path === undefined ? [] : [{ mount, path }];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Mount points strictly below a path. */
export function mountsBelow(view: View, path: AlluxioPath): AlluxioPath[] {
  return mountPoints(view)
    .map((point) => point.path)
    .filter((point) => point !== path && isAtOrBelow(point, path));
}

/** @throws FAILED_PRECONDITION when the storage overlaps that of another mount. */
export function refuseOverlap(view: View, uri: UfsUri): void {
  for (const { ufsUri } of view.mounts()) {
    const other = UfsUri.parse(ufsUri);
    if (!uri.overlaps(other)) continue;
    const [outer, inner] = other.contains(uri) ? [other, uri] : [uri, other];
    throw new AlluxioError('FAILED_PRECONDITION', `Mount point ${outer} is a prefix of ${inner}`);
  }
}

/** @throws READ_ONLY when the path lies under a read-only mount. */
export function refuseReadOnly(mounted: MountedPath, path: AlluxioPath): void {
  if (mounted.mount.readOnly) {
    throw new AlluxioError('READ_ONLY', `A write operation on ${path} under a readonly mount point ${mounted.mountPath} is not allowed`, { path });
  }
}

/** Direct children of a directory with their paths, for walks. */
export function childPath(parentPath: AlluxioPath, child: Child): AlluxioPath {
  return joinPath(parentPath, child.name);
}
