/** Running a command on every match of a path (sheet fs-commands.md §1.3): in path order, to the end, with all failures told at the end. */
import { AlluxioError, hasCode, isAlluxioError, messageOf } from '../errors.ts';
import type { FileSystem } from '../filesystem/file-system.ts';
import { retype } from '../uri.ts';
import type { TypedPath } from '../uri.ts';
import type { CommandContext } from './command.ts';
import { readPath } from './paths.ts';

export type PathWork = (path: TypedPath, fs: FileSystem) => Promise<void>;

/**
 * Calls `work` for each match. A path without `*` is one match, unchecked.
 * @throws NOT_FOUND when nothing matches; the failure of one path, or PARTIAL with those of several, after all were tried; CANCELLED at once
 */
export async function forEachPath(ctx: CommandContext, text: string, work: PathWork): Promise<void> {
  const typed = readPath(ctx, text);
  const fs = await ctx.fileSystem();
  const paths = await matchesOf(typed, fs);
  if (paths.length === 0) throw new AlluxioError('NOT_FOUND', `${typed.typed} does not exist.`, { path: typed.plain });
  const failures: unknown[] = [];
  for (const path of paths) {
    ctx.signal.throwIfAborted();
    try {
      await work(path, fs);
    } catch (error) {
      if (hasCode(error, 'CANCELLED')) throw error;
      failures.push(error);
    }
  }
  throwTogether(failures);
}

/** The paths that a typed one stands for; none when a pattern matches nothing. */
export async function matchesOf(typed: TypedPath, fs: FileSystem): Promise<TypedPath[]> {
  if (!typed.plain.includes('*')) return [typed];
  try {
    const matches = await fs.entries.glob(typed.plain);
    return matches.map((plain) => retype(typed, plain));
  } catch (error) {
    throw withJavaName(error);
  }
}

/** Throws one failure as it is, several as one whose lines main.ts prints; nothing when there are none. */
export function throwTogether(failures: readonly unknown[]): void {
  if (failures.length === 0) return;
  if (failures.length === 1) throw failures[0];
  throw new AlluxioError('PARTIAL', failures.map(messageOf).join('\n'), { cause: new AggregateError(failures) });
}

const JAVA_NAMES: Readonly<Record<string, string>> = {
  NOT_FOUND: 'FileDoesNotExistException',
  ALREADY_EXISTS: 'FileAlreadyExistsException',
  PERMISSION_DENIED: 'AccessControlException',
  INVALID_ARGUMENT: 'InvalidPathException',
};

/** Some of Alluxio's commands show an error's class before its message, and scripts look for it. */
export function withJavaName(error: unknown): unknown {
  if (!isAlluxioError(error)) return error;
  const name = JAVA_NAMES[error.code];
  if (name === undefined || error.message.startsWith('alluxio.exception.')) return error;
  const { path, hint } = error;
  return new AlluxioError(error.code, `alluxio.exception.${name}: ${error.message}`, {
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  });
}
