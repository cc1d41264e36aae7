/** What a run left, as the storage has it now: other tools write there, and the journal does not hear of it. */
import type { View } from '../../journal/journal.ts';
import { driftOf } from '../../namespace/fingerprint.ts';
import { mountOfInode } from '../../namespace/mount-table.ts';
import { pathOfInode } from '../../namespace/resolve.ts';
import type { FileSystemContext } from '../context.ts';
import { unknownBelow } from '../delete-work.ts';
import { lookUp } from '../metadata/lookup.ts';
import { forEachParallel } from '../parallel.ts';
import { pathOf } from './check.ts';
import type { Step } from './steps.ts';

const AT_ONCE = 16;

/** Afterwards the namespace knows whether the places that something goes back to are taken. What it only believes to be there is asked for again. */
export async function learnPlaces(context: FileSystemContext, steps: readonly Step[]): Promise<void> {
  const places = context.journal.read((view) =>
    steps.flatMap((step) => {
      const path = step.kind !== 'move' || view.locate(step.id) === undefined ? undefined : pathOf(view, step.from);
      const there = step.kind === 'move' ? view.child(step.from.parentId, step.from.name) : undefined;
      return path === undefined || (step.kind === 'move' && there?.id === step.id) ? [] : [{ path, taken: there !== undefined }];
    }),
  );
  await forEachParallel(places, AT_ONCE, ({ path, taken }) => lookUp(context, path, taken ? { syncIntervalMs: 0 } : { thorough: true }));
}

/** Why the steps cannot be taken back: the storage has something else by now. */
export async function changedInStorage(context: FileSystemContext, steps: readonly Step[]): Promise<string | undefined> {
  const found: string[] = [];
  const made = new Set(steps.flatMap((step) => (step.kind === 'create' ? [step.id] : [])));
  await forEachParallel(steps, AT_ONCE, async (step) => {
    const why = step.kind === 'create' ? await writtenSince(context, step, made) : step.kind === 'attributes' ? await modeSetSince(context, step) : undefined;
    if (why !== undefined) found.push(why);
  });
  return found[0];
}

async function writtenSince(context: FileSystemContext, { id, place }: Extract<Step, { kind: 'create' }>, made: ReadonlySet<number>): Promise<string | undefined> {
  const at = context.journal.read((view) => stored(view, id));
  if (at === undefined) return undefined;
  const { inode, path, mount, key } = at;
  // Those above are asked for all that is below them.
  if (inode.directory) return !made.has(place.parentId) && (await unknownBelow(context, mount, { inodeId: id, key })) ? `${path} is not empty any more` : undefined;
  const status = await (await context.ufs(mount)).status(key, context.signal);
  return status !== undefined && driftOf(inode, status, false) === 'content' ? `${path} was written since` : undefined;
}

async function modeSetSince(context: FileSystemContext, { id, before, after }: Extract<Step, { kind: 'attributes' }>): Promise<string | undefined> {
  if (before.mode === after.mode) return undefined;
  const at = context.journal.read((view) => stored(view, id));
  if (at === undefined || at.mount.readOnly || at.mount.ufsUri.startsWith('oss:')) return undefined;
  const ufs = await context.ufs(at.mount);
  if (!ufs.capabilities.ownership) return undefined;
  const mode = (await ufs.status(at.key, context.signal))?.mode;
  return mode === undefined || mode === before.mode || mode === after.mode ? undefined : `the mode of ${at.path} was changed since in the under storage`;
}

function stored(view: View, id: number) {
  const [child, path, mounted] = [view.locate(id), pathOfInode(view, id), mountOfInode(view, id)];
  if (child?.inode.persistence !== 'PERSISTED' || path === undefined || mounted === undefined) return undefined;
  return { inode: child.inode, path, mount: mounted.mount, key: mounted.key };
}
