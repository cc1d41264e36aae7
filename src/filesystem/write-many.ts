/**
 * Creating small files together: one intent, one transaction that opens it and one that commits, whatever their number; all of them appear at the same moment.
 * What does not go smoothly goes the way of a single file, which waits for others, makes room, and tells what is wrong.
 */
import { isAlluxioError } from '../errors.ts';
import type { Transaction } from '../journal/journal.ts';
import type { InodeRecord, IntentRecord, LeaseTarget, MountRecord } from '../journal/records.ts';
import { findRoom } from '../namespace/block-space.ts';
import type { CreatePlace } from '../namespace/create.ts';
import { placeForFile } from '../namespace/create.ts';
import { LeaseConflict } from '../namespace/leases.ts';
import { parentOf } from '../uri.ts';
import { ensureAncestors } from './ancestors.ts';
import type { FileSystemContext } from './context.ts';
import type { CreateManyOptions, WholeFile } from './file-system.ts';
import { lookUp } from './metadata/lookup.ts';
import { handOnOwnership } from './ownership.ts';
import { forEachParallel } from './parallel.ts';
import { markPersistedUpwards } from './stored-parents.ts';
import { closeIntent, endAsDead, mayHaveLeft, openIntent, openIntentWithSpace, transact, transactWhenFree } from './transact.ts';
import { moveBytes } from './write-bytes.ts';
import { planWriting } from './write-plan.ts';
import type { OpenedWrite, Writing } from './write-plan.ts';
import { endUnsent, openUnsent, parentNow, recordFile, requireStillOurs, undoWrite, withdrawParents } from './write-record.ts';
import type { Written } from './write-record.ts';
import { createFile, sinkFor } from './write.ts';

const ENDED_AT_ONCE = 16;

/** A file on its way through the group. */
interface Member {
  readonly at: number;
  readonly file: WholeFile;
  readonly writing: Writing;
}

type OpenedMember = Member & Pick<Written, 'opened' | 'sink'>;
type DoneMember = OpenedMember & Written;

/** What became of each file: undefined, or why it failed. */
type Outcomes = unknown[];

export async function createFiles(context: FileSystemContext, files: readonly WholeFile[], options: CreateManyOptions): Promise<readonly unknown[]> {
  const outcomes: Outcomes = files.map(() => undefined);
  const lookedUp = await lookUpParents(context, files);
  const members = lookedUp ? files.map((file, at) => ({ at, file, writing: planWriting(context, file.path, { ...options, size: file.bytes.length }) })) : [];
  const opened = members.length > 1 ? await open(context, members) : [];
  const together = new Set(opened.map(({ at }) => at));
  await writeTogether(context, opened, { inTurn: options.inTurn, outcomes });
  // Not beside it: one that waits for what the group holds would keep its turn from the group.
  const alone = files.map(async (file, at) => {
    if (together.has(at)) return;
    const created = options.inTurn(() => createFile(context, file.path, only(file.bytes), { ...options, size: file.bytes.length }));
    await created.catch((error: unknown) => void (outcomes[at] = error));
  });
  await Promise.all(alone);
  return outcomes;
}

/** False when there is something to tell about one of them. */
async function lookUpParents(context: FileSystemContext, files: readonly WholeFile[]): Promise<boolean> {
  try {
    for (const parent of new Set(files.map(({ path }) => parentOf(path)))) await lookUp(context, parent);
    return true;
  } catch {
    return false;
  }
}

/** Those that can go together, with their intent; the others are not in the answer. */
function open(context: FileSystemContext, members: readonly Member[]): Promise<readonly OpenedMember[]> {
  return transactWhenFree(context, (tx) => {
    const placed = placesFor(context, tx, members);
    const [first] = placed;
    if (first === undefined) return [];
    const { writing, place } = first;
    const { mount } = place.mounted;
    const bytes = writing.cached ? placed.reduce((sum, { file }) => sum + file.bytes.length, 0) : 0;
    const room = bytes === 0 ? undefined : findRoom(tx, context.blocks.directories, bytes);
    // Room has to be made first, file by file.
    if (bytes > 0 && room === undefined) return [];
    const files = placed.map(({ place: { mounted } }) => ({ fileId: tx.allocate(), key: mounted.key }));
    const work = { kind: 'writes', mountId: mount.id, through: writing.through, files } as const;
    const leases: LeaseTarget[] = placed.map((member) => member.place.lease);
    const intent = openIntentWithSpace(context, tx, leases, { work, reserved: room === undefined ? [] : [room] });
    return placed.map((member, n): OpenedMember => {
      const promised = room === undefined ? undefined : { directory: room.directory, bytes: member.file.bytes.length };
      const { parent, name } = member.place;
      const opened: OpenedWrite = { intent, fileId: files[n]?.fileId ?? 0, mount, key: member.place.mounted.key, parentId: parent.inode.id, name, promised };
      return { ...member, opened, sink: member.writing.cached ? sinkFor(context, member.writing, opened) : undefined };
    });
  });
}

type Placed = Member & { readonly place: CreatePlace };

function placesFor(context: FileSystemContext, tx: Transaction, members: readonly Member[]): readonly Placed[] {
  const placed: Placed[] = [];
  const taken = new Set<string>();
  let alike: { readonly writing: Writing; readonly mount: MountRecord } | undefined;
  for (const member of members) {
    const { writing, file } = member;
    const place = placeIfFree(context, tx, writing);
    if (place === undefined || file.bytes.length > writing.blockSize) continue;
    const { mount } = place.mounted;
    alike ??= { writing, mount };
    const entry = `${String(place.parent.inode.id)}/${place.name}`;
    if (mount.id !== alike.mount.id || writing.writeType !== alike.writing.writeType || taken.has(entry)) continue;
    taken.add(entry);
    placed.push({ ...member, place });
  }
  return placed;
}

function placeIfFree(context: FileSystemContext, tx: Transaction, { path }: Writing): CreatePlace | undefined {
  try {
    return placeForFile(tx, context.subject, path);
  } catch (error) {
    // Alone it waits, or fails in the same way.
    if (error instanceof LeaseConflict || isAlluxioError(error)) return undefined;
    throw error;
  }
}

async function writeTogether(context: FileSystemContext, members: readonly OpenedMember[], { inTurn, outcomes }: { inTurn: CreateManyOptions['inTurn']; outcomes: Outcomes }): Promise<void> {
  const [first] = members;
  if (first === undefined) return;
  const { intent, mount } = first.opened;
  const there = await parentsThere(context, members);
  const moving = members.map(async (member): Promise<DoneMember | undefined> => {
    try {
      const moved = await inTurn(() => moveBytes(context, { ...member, source: only(member.file.bytes), ...(there.has(member.opened.parentId) && { ancestors: 'there' }) }));
      return { ...member, moved };
    } catch (error) {
      outcomes[member.at] = error;
      await member.sink?.abort();
      return undefined;
    }
  });
  const results = await Promise.all(moving);
  const done = results.filter((member) => member !== undefined);
  const left = members.filter(({ at, writing }, index) => results[index] === undefined && writing.through && mayHaveLeft(outcomes[at]));
  const stored = done.filter(({ moved }) => moved.ufs !== undefined);
  let committed: Committed;
  try {
    committed = await commit(context, intent, { done, left });
  } catch (error) {
    for (const { at } of done) outcomes[at] = error;
    const sinks = done.flatMap(({ sink }) => (sink === undefined ? [] : [sink]));
    await undoWrite(context, { intent, mount }, { sinks, stored: stored.map(({ opened }) => opened.key), left: left.length > 0 });
    return;
  }
  if (committed.rest !== undefined) await endAsDead(context, committed.rest);
  await withdrawParents(context, done);
  await forEachParallel(done, ENDED_AT_ONCE, async (member) => {
    const failure = await endUnsent(context, committed.unsent.get(member.opened.fileId), member);
    if (failure !== undefined) outcomes[member.at] = failure;
  });
  if (stored.length > 0) await handOn(context, mount, stored, outcomes);
}

/** Directories that the storage has by now; where something is wrong with one, each of its files finds out. */
async function parentsThere(context: FileSystemContext, members: readonly OpenedMember[]): Promise<ReadonlySet<number>> {
  const there = new Set<number>();
  const [first] = members;
  if (first?.writing.through !== true) return there;
  try {
    const ufs = await context.ufs(first.opened.mount);
    for (const id of new Set(members.map(({ opened }) => opened.parentId))) {
      await ensureAncestors(context, ufs, id);
      there.add(id);
    }
  } catch {
    return there;
  }
  return there;
}

/** What is still to be looked after: the storage may hold something that we were not told of. */
interface Committed {
  /** Of files that are not entered. */
  readonly rest: IntentRecord | undefined;
  /** Of files that are, by their ids. */
  readonly unsent: ReadonlyMap<number, IntentRecord>;
}

function commit(context: FileSystemContext, intent: IntentRecord, { done, left }: { done: readonly DoneMember[]; left: readonly OpenedMember[] }): Promise<Committed> {
  return transact(context, (tx) => {
    const [first] = done;
    if (first !== undefined) requireStillOurs(tx, first);
    const parents = new Map<number, InodeRecord>();
    for (const member of done) {
      const { parentId } = member.opened;
      const parent = parents.get(parentId) ?? parentNow(tx, member);
      parents.set(parentId, parent);
      recordFile(context, tx, member, parent);
    }
    for (const id of parents.keys()) {
      tx.append({ type: 'inode-changed', id, change: { modifiedMs: context.now() } });
      if (done.some(({ opened, moved }) => opened.parentId === id && moved.ufs !== undefined)) markPersistedUpwards(tx, id);
    }
    closeIntent(tx, intent.id);
    const unsent = new Map<number, IntentRecord>();
    if (intent.work.kind !== 'writes') return { rest: undefined, unsent };
    const { files } = intent.work;
    const leaseOf = (id: number): LeaseTarget | undefined => intent.leases[files.findIndex(({ fileId }) => fileId === id)];
    for (const member of done) {
      const opened = openUnsent(context, tx, leaseOf(member.opened.fileId), member);
      if (opened !== undefined) unsent.set(member.opened.fileId, opened);
    }
    if (left.length === 0) return { rest: undefined, unsent };
    const ids = new Set(left.map(({ opened }) => opened.fileId));
    const leases = intent.leases.filter((_, index) => ids.has(files[index]?.fileId ?? 0));
    return { rest: openIntent(context, tx, leases, { ...intent.work, files: files.filter(({ fileId }) => ids.has(fileId)) }), unsent };
  });
}

async function handOn(context: FileSystemContext, mount: MountRecord, stored: readonly DoneMember[], outcomes: Outcomes): Promise<void> {
  const ufs = await context.ufs(mount);
  if (!ufs.capabilities.ownership) return;
  for (const { at, opened } of stored) {
    await handOnOwnership(context, ufs, [opened.fileId]).catch((error: unknown) => void (outcomes[at] = error));
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes;
}
