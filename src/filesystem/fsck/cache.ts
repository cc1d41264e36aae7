/** Block records against the files of the cache, and the other way round. */
import type { BlockRecord } from '../../journal/records.ts';
import { hasCode } from '../../errors.ts';
import type { FileSystemContext } from '../context.ts';
import type { BlockPlace } from '../scrub.ts';
import { blocksAfter, isKnownBlock, isRecorded } from '../scrub.ts';
import type { Finding, FsckOptions } from './fsck.ts';
import { pathIfAny } from './path.ts';

const PAGE = 500;

export async function* auditCache(context: FileSystemContext, options: FsckOptions): AsyncGenerator<Finding> {
  let place: BlockPlace | undefined;
  do {
    const page = blocksAfter(context, place, PAGE);
    for (const block of page.blocks) {
      options.signal.throwIfAborted();
      const wrong = await damageOf(context, block, options.deep);
      if (wrong !== undefined) yield blockFinding(context, block, wrong);
    }
    place = page.next;
  } while (place !== undefined);
  for await (const { path, bytes, temporary, folder } of context.blocks.strays((block) => isKnownBlock(context, block))) {
    if (folder !== undefined) {
      yield strayFolder(path, folder);
      continue;
    }
    const text = temporary ? `a process that is gone left this file of ${bytes} bytes half written` : `no record knows this file of ${bytes} bytes`;
    yield { kind: 'cache-file', id: 0, path: undefined, file: path, text, remedy: 'remove it', cause: { of: 'stray' } };
  }
}

function strayFolder(path: string, folder: 'empty' | 'full'): Finding {
  const text = folder === 'empty' ? 'a folder is here, where a cached block may have to be' : 'a folder is here that is not empty, where a cached block may have to be: move it away';
  return { kind: 'cache-file', id: 0, path: undefined, file: path, text, remedy: folder === 'empty' ? 'remove it' : undefined, cause: { of: 'stray' } };
}

/** Records come and go while this looks: what is wrong must be so with a record that is still there afterwards. */
async function damageOf(context: FileSystemContext, block: BlockRecord, deep: boolean): Promise<Damage | undefined> {
  const wrong = (await wrongKind(context, block)) ?? (await wrongLength(context, block)) ?? (deep ? await wrongContent(context, block) : undefined);
  return wrong !== undefined && context.journal.read((view) => isRecorded(view, block)) ? wrong : undefined;
}

interface Damage {
  readonly text: string;
  readonly remedy: string;
}

const DROP = 'drop the block and read it from its storage again';

async function wrongKind(context: FileSystemContext, block: BlockRecord): Promise<Damage | undefined> {
  const path = await context.blocks.inTheWay(block);
  return path === undefined ? undefined : { text: `a folder is in the place of its block ${block.index}: ${path}`, remedy: `remove the folder if it is empty, ${DROP}` };
}

async function wrongLength(context: FileSystemContext, block: BlockRecord): Promise<Damage | undefined> {
  const length = await context.blocks.length(block);
  if (length === block.length) return undefined;
  const text = length === undefined ? `the file of its block ${block.index} is gone` : `the file of its block ${block.index} has ${length} bytes instead of ${block.length}`;
  return { text, remedy: DROP };
}

async function wrongContent(context: FileSystemContext, block: BlockRecord): Promise<Damage | undefined> {
  try {
    for await (const chunk of context.blocks.read(block)) void chunk;
    return undefined;
  } catch (error) {
    if (hasCode(error, 'CORRUPT')) return { text: `the bytes of its block ${block.index} are not those that were written`, remedy: DROP };
    throw error;
  }
}

function blockFinding(context: FileSystemContext, block: BlockRecord, { text, remedy }: Damage): Finding {
  const inode = context.journal.read((view) => (pathIfAny(context, block.fileId) === undefined ? undefined : view.locate(block.fileId)?.inode));
  const stored = inode?.persistence === 'PERSISTED';
  return {
    kind: 'block-file',
    id: block.fileId,
    path: pathIfAny(context, block.fileId),
    file: undefined,
    text: stored ? text : `${text}, and they are nowhere else`,
    remedy: stored ? remedy : undefined,
    cause: { of: 'block', block },
  };
}
