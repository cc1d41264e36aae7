import type { CommandContext, CommandSpec } from '../command.ts';
import { hasCode, isAlluxioError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import type { FileSystem } from '../../filesystem/file-system.ts';
import type { AlluxioPath } from '../../uri.ts';
import { arg, flag } from '../options.ts';
import { readPath } from '../paths.ts';

const CONDITIONS: Readonly<Record<string, (path: AlluxioPath, fs: FileSystem) => Promise<boolean>>> = {
  d: async (path, fs) => (await fs.entries.status(path)).directory,
  e: async (path, fs) => (await fs.entries.status(path)) !== undefined,
  f: async (path, fs) => !(await fs.entries.status(path)).directory,
  s: async (path, fs) => (await fs.entries.status(path)).directory && (await hasChildren(path, fs)),
  z: async (path, fs) => {
    const { directory, length } = await fs.entries.status(path);
    return !directory && length === 0;
  },
};

const MISUSED = 255;
const MISSING = 3;
const UNREADABLE = 2;

export const command: CommandSpec = {
  group: 'fs',
  name: 'test',
  usage: 'test [-d|-f|-e|-s|-z] <path>',
  summary: 'Tests a property of a path, returning 0 if the property is true, or 1 otherwise.',
  args: { min: 1, max: 1 },
  options: [
    { short: 'd', description: 'test whether path is a directory' },
    { short: 'e', description: 'test whether path exists' },
    { short: 'f', description: 'test whether path is a file' },
    { short: 's', description: 'test whether path is a directory that is not empty' },
    { short: 'z', description: 'test whether file is zero length' },
  ],
  examples: [{ command: 'alluxio fs test -e /data/_SUCCESS && alluxio fs ls /data', does: 'List the directory when its job has finished.', setup: ['touch /data/_SUCCESS'] }],
  exitCodes: [
    { status: 1, when: 'the property is false' },
    { status: 2, when: 'the storage did not answer' },
    { status: 3, when: 'the path does not exist, or may not be seen' },
  ],
  async run(input, ctx) {
    const [condition, ...more] = Object.keys(CONDITIONS).filter((name) => flag(input, name));
    if (condition === undefined || more.length > 0) return MISUSED;
    const fs = await ctx.fileSystem();
    try {
      const path = readPath(ctx, arg(input, 0));
      return (await CONDITIONS[condition]?.(path.plain, fs)) === true ? 0 : 1;
    } catch (error) {
      return statusOf(error, ctx);
    }
  },
};

async function hasChildren(path: AlluxioPath, fs: FileSystem): Promise<boolean> {
  for await (const batch of fs.entries.list(path, { brief: true })) if (batch.length > 0) return true;
  return false;
}

const STORE_TROUBLE: readonly ErrorCode[] = ['UNAVAILABLE', 'TIMEOUT', 'THROTTLED', 'UNAUTHENTICATED', 'CORRUPT'];
/** Says nothing about the path, so that a status of `test` would mislead. */
const NO_ANSWER: readonly ErrorCode[] = ['CANCELLED', 'UNFORMATTED', 'INVALID_CONFIGURATION', 'INTERNAL'];

function statusOf(error: unknown, ctx: CommandContext): number {
  if (hasCode(error, 'NOT_FOUND')) return MISSING;
  if (!isAlluxioError(error) || NO_ANSWER.includes(error.code)) throw error;
  // Alluxio's says nothing at all. So does this of a path that cannot exist; of trouble it tells, whatever the stream of errors, on stderr.
  const answered = error.details.status !== undefined;
  if (error.code === 'INVALID_ARGUMENT' && !answered) return MISSING;
  ctx.out.warn(error.message);
  return answered || STORE_TROUBLE.includes(error.code) ? UNREADABLE : MISSING;
}
