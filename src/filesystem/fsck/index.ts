import { hasCode } from '../../errors.ts';
import { filesOf } from '../../journal/intent-files.ts';
import type { TableFinding } from '../../journal/journal.ts';
import type { IntentRecord } from '../../journal/records.ts';
import { requireSuperuser } from '../../namespace/permissions.ts';
import { resolve } from '../../namespace/resolve.ts';
import { isAlive } from '../../process-identity.ts';
import type { AlluxioPath } from '../../uri.ts';
import { plainPath } from '../../uri.ts';
import type { FileSystemContext } from '../context.ts';
import { inconsistenciesOf } from '../inconsistencies.ts';
import { leftWrites } from '../unfinished.ts';
import { auditCache } from './cache.ts';
import type { Finding, Fsck, FsckOptions } from './fsck.ts';
import { pathIfAny } from './path.ts';
import { remedyOf } from './remedies.ts';
import { repairFindings } from './repair.ts';

export function createFsck(context: FileSystemContext): Fsck {
  return {
    check: (options) => check(context, options),
    repair: (findings, signal) => {
      context.journal.read((view) => requireSuperuser(view, context.subject));
      return repairFindings(context, findings, signal);
    },
  };
}

async function* check(context: FileSystemContext, options: FsckOptions): AsyncGenerator<Finding> {
  context.journal.read((view) => requireSuperuser(view, context.subject));
  let mends = false;
  for await (const step of context.journal.audit()) {
    options.signal.throwIfAborted();
    for (const finding of step) {
      mends ||= (finding.kind === 'mount' || finding.kind === 'sync') && finding.repairs.length > 0;
      yield tableFinding(context, finding);
    }
  }
  try {
    yield* deadIntents(context);
    yield* auditCache(context, options);
    if (!options.storage) return;
    yield* auditObjects(context, options);
    yield* auditWrites(context, options);
  } catch (error) {
    // A directory whose mount is missing, or a sync record that cannot be read, stops whoever comes by: the rest is looked at when that is mended.
    if (!(mends && hasCode(error, 'CORRUPT'))) throw error;
  }
}

function tableFinding(context: FileSystemContext, finding: TableFinding): Finding {
  const { kind, id, text } = finding;
  const about = { kind, id, path: pathIfAny(context, id), file: undefined, text };
  if (kind === 'limbo') return { ...about, remedy: 'remove it, with its cached blocks', cause: { of: 'limbo', id } };
  return { ...about, remedy: remedyOf(finding.repairs), cause: { of: 'table', finding } };
}

function* deadIntents(context: FileSystemContext): Generator<Finding> {
  const intents = context.journal.read((view) => view.intents());
  for (const intent of intents.filter(({ owner }) => !isAlive(owner))) yield deadIntent(context, intent);
}

function deadIntent(context: FileSystemContext, intent: IntentRecord): Finding {
  const { work, owner } = intent;
  const id = 'inodeId' in work ? work.inodeId : (filesOf(work)[0] ?? 0);
  return {
    kind: 'intent',
    id,
    path: pathIfAny(context, id),
    file: undefined,
    text: `"${owner.command}" (pid ${owner.pid}) died and left a ${work.kind} unfinished`,
    remedy: 'finish or undo it, as the next changing command would',
    cause: { of: 'intent', intent },
  };
}

const READ_AGAIN = 'drop what is known of it and read it from its storage again';

async function* auditObjects(context: FileSystemContext, { path, signal, deep }: FsckOptions): AsyncGenerator<Finding> {
  const found = await inconsistenciesOf(context, path, signal);
  for (const each of found) yield objectFinding(each, 'its storage has it otherwise, or not at all');
  if (!deep) return;
  const { compareBelow } = await import('../durability-compare.ts');
  const told = new Set<string>(found);
  for (const { path: each, reason } of (await compareBelow(context, path, { signal })).differing) {
    if (!told.has(each)) yield contentFinding(context, plainPath(each), reason);
  }
}

/** Its storage has other bytes under the same length and time. Where the cache has what was written, that is the better copy, and no repair may drop it. */
function contentFinding(context: FileSystemContext, path: AlluxioPath, reason: string): Finding {
  const inode = context.journal.read((view) => resolve(view, path).chain.at(-1)?.inode);
  if (inode === undefined || inode.length === 0 || inode.cachedBytes < inode.length) return objectFinding(path, `it ${reason}`);
  return { ...objectFinding(path, `it ${reason}; the cache still has what was written: copy it to another path (alluxio fs cp) before it goes`), remedy: undefined };
}

function objectFinding(path: AlluxioPath, text: string): Finding {
  return { kind: 'object', id: 0, path, file: undefined, text, remedy: READ_AGAIN, cause: { of: 'object', path } };
}

async function* auditWrites(context: FileSystemContext, { path, signal }: FsckOptions): AsyncGenerator<Finding> {
  for await (const { path: of, write } of leftWrites(context, path, signal)) {
    yield {
      kind: 'upload',
      id: 0,
      path: of,
      file: write.place,
      text: `${write.place} was begun ${new Date(write.begunMs).toISOString()} and never finished, and no open work owns it`,
      remedy: 'remove what was stored of it',
      cause: { of: 'upload', write },
    };
  }
}
