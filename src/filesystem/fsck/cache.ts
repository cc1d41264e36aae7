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
  for await (const { path, bytes, temporary } of context.blocks.strays((block) => isKnownBlock(context, block))) {
    const text = temporary ? `a process that is gone left this file of ${bytes} bytes half written` : `no record knows this file of ${bytes} bytes`;
    yield { kind: 'cache-file', id: 0, path: undefined, file: path, text, remedy: 'remove it', cause: { of: 'stray' } };
  }
}

/** Records come and go while this looks: what is wrong must be so with a record that is still there afterwards. */
async function damageOf(context: FileSystemContext, block: BlockRecord, deep: boolean): Promise<string | undefined> {
  const wrong = (await wrongLength(context, block)) ?? (deep ? await wrongContent(context, block) : undefined);
  return wrong !== undefined && context.journal.read((view) => isRecorded(view, block)) ? wrong : undefined;
}

async function wrongLength(context: FileSystemContext, block: BlockRecord): Promise<string | undefined> {
  const length = await context.blocks.length(block);
  if (length === block.length) return undefined;
  return length === undefined ? `the file of its block ${block.index} is gone` : `the file of its block ${block.index} has ${length} bytes instead of ${block.length}`;
}

async function wrongContent(context: FileSystemContext, block: BlockRecord): Promise<string | undefined> {
  try {
    for await (const chunk of context.blocks.read(block)) void chunk;
    return undefined;
  } catch (error) {
    if (hasCode(error, 'CORRUPT')) return `the bytes of its block ${block.index} are not those that were written`;
    throw error;
  }
}

function blockFinding(context: FileSystemContext, block: BlockRecord, text: string): Finding {
  const inode = context.journal.read((view) => (pathIfAny(context, block.fileId) === undefined ? undefined : view.locate(block.fileId)?.inode));
  const stored = inode?.persistence === 'PERSISTED';
  return {
    kind: 'block-file',
    id: block.fileId,
    path: pathIfAny(context, block.fileId),
    file: undefined,
    text: stored ? text : `${text}, and they are nowhere else`,
    remedy: stored ? 'drop the block and read it from its storage again' : undefined,
    cause: { of: 'block', block },
  };
}
