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
import { closeIntent, openIntent, transact, transactWhenFree } from './transact.ts';
import { walkTree } from './tree-walk.ts';

type Still = (view: View) => void;

export function createMounts(context: FileSystemContext): Mounts {
  return {
    list: (options) => listMounts(context, options?.space === true),
    mount: (path, uri, options) => mountAt(context, { path, uri, options }),
    unmount: (path) => unmountAt(context, path),
    update: (path, options) => updateMount(context, path, options),
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

export interface MountPlace {
  readonly path: AlluxioPath;
  readonly uri: UfsUri;
  readonly options: MountOptions;
}

/** `still`, here and below: may refuse it in the transaction that does it. */
export async function mountAt(context: FileSystemContext, { path, uri, options }: MountPlace, still?: Still): Promise<void> {
  await lookUp(context, parentOf(path));
  const parent = context.journal.read((view) => checkMountPlace(context, view, path, uri));
  await refuseShadow(context, path, parent);
  await requireUfsDirectory(context, { id: 0, inodeId: 0, ufsUri: uri.toString(), ...options });
  await transactWhenFree(context, (tx) => {
    still?.(tx);
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

/** Waits for who writes below. @throws FAILED_PRECONDITION: with `still`, when something would be lost */
export async function unmountAt(context: FileSystemContext, path: AlluxioPath, still?: Still): Promise<void> {
  const { child, intent } = await transactWhenFree(context, (tx) => {
    still?.(tx);
    const resolution = resolve(tx, path);
    requireParentAccess(tx, context.subject, resolution);
    if (resolution.missing.length > 0) throw new AlluxioError('NOT_FOUND', `Failed to unmount: Path ${path} does not exist`, { path });
    const target = deepest(resolution);
    const { mountId } = target.inode;
    if (path === ROOT || mountsBelow(tx, path).length > 0) {
      if (mountId !== 0) throw refused(`Failed to unmount ${path}. Please ensure the path is an existing mount point and not root.`, path);
    }
    if (mountId === 0) throw refused(`Failed to unmount ${path}. Please ensure the path is an existing mount point.`, path);
    const lease = { parentId: target.parentId, name: target.name, scope: 'tree' } as const;
    requireFree(tx, lease, resolution.chain.slice(0, -1));
    return { child: target, intent: openIntent(context, tx, [lease], { kind: 'remove' }) };
  });
  const { inode, parentId, name } = child;
  try {
    // From here on nobody writes below it.
    const lost = await onlyHere(context, inode.id, path);
    if (lost !== undefined && still !== undefined) throw new AlluxioError('FAILED_PRECONDITION', `${lost} is not in the under storage and would be lost.`, { hint: `Persist it first: alluxio fs persist ${path}` });
    await transact(context, (tx) => {
      if (tx.intent(intent.id) === undefined) throw new AlluxioError('CANCELLED', 'Another process took this over.');
      const before = recordBefore(tx, inode.mountId);
      tx.append({ type: 'intent-changed', intent: { ...intent, work: { kind: 'purge', inodeId: inode.id } } });
      tx.append({ type: 'mount-removed', id: inode.mountId, ...(before === undefined ? {} : { before }), ...(lost === undefined ? {} : { lost }) });
      detach(tx, inode.id, { parentId, name });
    });
  } catch (error) {
    await transact(context, (tx) => closeIntent(tx, intent.id));
    throw error;
  }
  await purgeDetached(context, inode.id, intent.id);
}

/** A file below that the under storage does not have. */
async function onlyHere(context: FileSystemContext, id: number, path: AlluxioPath): Promise<string | undefined> {
  for await (const page of walkTree(context, id)) {
    const found = page.find(({ child: { inode } }) => !inode.directory && inode.persistence !== 'PERSISTED');
    if (found !== undefined) return `${path}/${found.relative}`;
  }
  return undefined;
}

export async function updateMount(context: FileSystemContext, path: AlluxioPath, options: MountOptions, still?: Still): Promise<void> {
  const record = context.journal.read((view) => mountToUpdate(context, view, path));
  await requireUfsDirectory(context, { ...record, ...options });
  await transact(context, (tx) => {
    still?.(tx);
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
