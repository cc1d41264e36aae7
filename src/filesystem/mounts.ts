/** Mounting, unmounting, changing a mount's options; listing mounts with credentials masked. */
import { maskProperties, withoutSecrets } from '../config/redact.ts';
import { AlluxioError, hasCode } from '../errors.ts';
import type { View } from '../journal/journal.ts';
import type { MountRecord } from '../journal/records.ts';
import { missingComponent } from '../namespace/create.ts';
import { newDirectory } from '../namespace/inodes.ts';
import { requireFree } from '../namespace/leases.ts';
import { mountOf, mountPoints, mountsBelow, refuseOverlap, refuseReadOnly } from '../namespace/mount-table.ts';
import { requireParentAccess } from '../namespace/permissions.ts';
import { detach } from '../namespace/remove.ts';
import type { Resolution } from '../namespace/resolve.ts';
import { deepest, resolve } from '../namespace/resolve.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT, UfsUri, nameOf, parentOf } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import type { MountOptions, MountPoint, Mounts } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { purgeDetached } from './purge.ts';
import { openIntent, transact, transactWhenFree } from './transact.ts';

export function createMounts(context: FileSystemContext): Mounts {
  return {
    list: (options) => listMounts(context, options?.space === true),
    mount: (path, uri, options) => mount(context, path, uri, options),
    unmount: (path) => unmount(context, path),
    update: (path, options) => update(context, path, options),
  };
}

async function listMounts(context: FileSystemContext, space: boolean): Promise<MountPoint[]> {
  const points = context.journal.read((view) => mountPoints(view));
  return Promise.all(
    points.map(async ({ mount: record, path }): Promise<MountPoint> => {
      const uri = UfsUri.parse(record.ufsUri);
      return {
        id: record.id,
        path,
        ufsUri: uri,
        type: uri.scheme === 'file' ? 'local' : uri.scheme,
        readOnly: record.readOnly,
        shared: record.shared,
        properties: maskProperties(record.properties),
        space: space ? await spaceOf(context, record) : undefined,
      };
    }),
  );
}

/** Unknown for object stores, and for a storage that does not answer: a listing of mounts must not fail for one of them. */
async function spaceOf(context: FileSystemContext, record: MountRecord) {
  if (record.ufsUri.startsWith('oss:')) return undefined;
  try {
    return await (await context.ufs(record)).space();
  } catch (error) {
    context.warn(`The space of ${record.ufsUri} is unknown: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

async function mount(context: FileSystemContext, path: AlluxioPath, uri: UfsUri, options: MountOptions): Promise<void> {
  await lookUp(context, parentOf(path));
  const parent = context.journal.read((view) => checkMountPlace(context, view, path, uri));
  await refuseShadow(context, path, parent);
  await requireUfsDirectory(context, { id: 0, inodeId: 0, ufsUri: uri.toString(), ...options });
  await transactWhenFree(context, (tx) => {
    const { resolution } = checkMountPlace(context, tx, path, uri);
    const above = deepest(resolution);
    requireFree(tx, { parentId: above.inode.id, name: nameOf(path), scope: 'entry' }, resolution.chain);
    const [mountId, inodeId] = [tx.allocate(), tx.allocate()];
    const nowMs = context.now();
    const made = newDirectory({ id: inodeId, nowMs, owner: context.subject.user, group: context.primaryGroup(), umask: 0, mode: 0o755, parent: above.inode });
    const inode = { ...made, persistence: 'PERSISTED', childrenLoaded: false, mountId, mode: options.shared ? 0o777 : made.mode } as const;
    tx.append({ type: 'inode-created', parentId: above.inode.id, name: nameOf(path), inode });
    tx.append({ type: 'mount-added', mount: { id: mountId, inodeId, ufsUri: uri.toString(), ...options } });
  });
}

/** The sheet's checks that need no storage, in its order. */
function checkMountPlace(context: FileSystemContext, view: View, path: AlluxioPath, uri: UfsUri): { resolution: Resolution; mount: MountRecord; key: string } {
  const resolution = resolve(view, path);
  const parents = resolution.missing.length === 0 ? resolution.chain.slice(0, -1) : resolution.chain;
  requireParentAccess(view, context.subject, resolution);
  const mounted = mountOf(view, { ...resolution, chain: parents.length === 0 ? resolution.chain : parents });
  if (path !== ROOT) refuseReadOnly(mounted, path);
  if (resolution.missing.length === 0) {
    throw new AlluxioError('ALREADY_EXISTS', `Mount point target path ${path} already exists in Alluxio namespace. Try mounting to another path.`, { path });
  }
  refuseOverlap(view, uri);
  const above = deepest(resolution);
  if (!above.inode.directory) {
    throw new AlluxioError('NOT_A_DIRECTORY', `Could not traverse to parent directory of path ${path}. Component ${above.name} is not a directory.`, { path });
  }
  if (resolution.missing.length > 1) throw missingComponent(resolution, path);
  return { resolution, mount: mounted.mount, key: mounted.key };
}

async function refuseShadow(context: FileSystemContext, path: AlluxioPath, parent: { mount: MountRecord; key: string }): Promise<void> {
  const ufs = await context.ufs(parent.mount);
  if ((await ufs.status(parent.key, context.signal)) === undefined) return;
  throw new AlluxioError('FAILED_PRECONDITION', `Mount path ${path} shadows an existing path ${ufs.uri.child(parent.key)} in the parent underlying filesystem`, { path });
}

/** The storage must answer, and the directory must be there: wrong keys and buckets show now, not at the first use. */
async function requireUfsDirectory(context: FileSystemContext, record: MountRecord): Promise<void> {
  const ufs = await context.ufs(record);
  const withSlash = record.ufsUri.endsWith('/') ? record.ufsUri : `${record.ufsUri}/`;
  const missing = new AlluxioError('NOT_FOUND', `Ufs path ${withSlash} does not exist`, { path: record.ufsUri });
  try {
    const uri = UfsUri.parse(record.ufsUri);
    // The root of a mount always counts as there, so a folder is asked for from the bucket's root.
    if (uri.path !== '/') {
      const above = await context.ufs({ ...record, ufsUri: uri.scheme === 'file' ? '/' : `${uri.scheme}://${uri.authority}/` });
      if ((await above.status(uri.path.slice(1), context.signal))?.kind !== 'directory') throw missing;
      return;
    }
    for await (const page of ufs.list('', { signal: context.signal })) {
      void page;
      break;
    }
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) throw missing;
    throw error;
  }
}

async function unmount(context: FileSystemContext, path: AlluxioPath): Promise<void> {
  const { inodeId, intent } = await transactWhenFree(context, (tx) => {
    const resolution = resolve(tx, path);
    requireParentAccess(tx, context.subject, resolution);
    if (resolution.missing.length > 0) throw new AlluxioError('NOT_FOUND', `Failed to unmount: Path ${path} does not exist`, { path });
    const { inode, parentId, name } = deepest(resolution);
    if (path === ROOT || mountsBelow(tx, path).length > 0) {
      if (inode.mountId !== 0) throw refused(`Failed to unmount ${path}. Please ensure the path is an existing mount point and not root.`, path);
    }
    if (inode.mountId === 0) throw refused(`Failed to unmount ${path}. Please ensure the path is an existing mount point.`, path);
    const lease = { parentId, name, scope: 'tree' } as const;
    requireFree(tx, lease, resolution.chain.slice(0, -1));
    const opened = openIntent(context, tx, [lease], { kind: 'purge', inodeId: inode.id });
    const before = recordBefore(tx, inode.mountId);
    tx.append({ type: 'mount-removed', id: inode.mountId, ...(before === undefined ? {} : { before }) });
    detach(tx, inode.id, { parentId, name });
    return { inodeId: inode.id, intent: opened };
  });
  await purgeDetached(context, inodeId, intent.id);
}

async function update(context: FileSystemContext, path: AlluxioPath, options: MountOptions): Promise<void> {
  const record = context.journal.read((view) => mountToUpdate(context, view, path));
  await requireUfsDirectory(context, { ...record, ...options });
  await transact(context, (tx) => {
    const current = mountToUpdate(context, tx, path);
    const before = recordBefore(tx, current.id);
    tx.append({ type: 'mount-changed', mount: { ...current, ...options }, ...(before === undefined ? {} : { before }) });
  });
}

/** For the log, which keeps no secrets that it need not keep. */
function recordBefore(view: View, id: number): MountRecord | undefined {
  const record = view.mounts().find((mount) => mount.id === id);
  return record === undefined ? undefined : { ...record, properties: withoutSecrets(record.properties) };
}

function mountToUpdate(context: FileSystemContext, view: View, path: AlluxioPath): MountRecord {
  if (path === ROOT) throw refused(`Failed to update mount point at ${path}. Please ensure the path is an existing mount point and not root.`, path);
  const resolution = resolve(view, path);
  requireParentAccess(view, context.subject, resolution);
  const { inode } = deepest(resolution);
  const record = view.mounts().find((candidate) => candidate.id === inode.mountId);
  if (resolution.missing.length > 0 || record === undefined) {
    throw refused(`Failed to update mount properties for ${path}. Please ensure the path is an existing mount point.`, path);
  }
  return record;
}

function refused(message: string, path: AlluxioPath): AlluxioError {
  return new AlluxioError('FAILED_PRECONDITION', message, { path });
}
