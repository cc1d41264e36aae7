import type { CommandContext, CommandSpec } from '../command.ts';
import { readPath } from '../paths.ts';
import type { TypedPath } from '../../uri.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'mkdir',
  usage: 'mkdir <path1> [path2] ... [pathn]',
  summary: 'Creates the specified directories, including any parent directories that are required.',
  args: { min: 1, max: Infinity },
  options: [],
  examples: [{ command: 'alluxio fs mkdir /data/2024 /data/2025', does: 'Create two directories, and /data where it is missing.' }],
  creates(args, ctx) {
    if (args.length !== 1) return undefined;
    const path = readPath(ctx, args[0] ?? '');
    return { kind: 'directory', path: path.plain, said: made(path) };
  },
  async run(input, ctx) {
    const { paths, failure } = readable(ctx, input.args);
    for (let at = 0; at < paths.length; ) {
      at += await makeFirst(ctx, paths.slice(at, at + AT_ONCE));
      await ctx.out.drained();
    }
    if (failure !== undefined) throw failure.error;
  },
};

const AT_ONCE = 1000;

const made = ({ typed }: TypedPath): string => `Successfully created directory ${typed}`;

/** Those before the first that cannot be read; that one fails in its turn. */
function readable(ctx: CommandContext, texts: readonly string[]): { paths: TypedPath[]; failure?: { error: unknown } } {
  const paths: TypedPath[] = [];
  for (const text of texts) {
    try {
      paths.push(readPath(ctx, text));
    } catch (error) {
      return { paths, failure: { error } };
    }
  }
  return { paths };
}

/** Returns how many were made. */
async function makeFirst(ctx: CommandContext, paths: readonly TypedPath[]): Promise<number> {
  const [first] = paths;
  if (first === undefined) return 0;
  const fs = await ctx.fileSystem();
  const outcomes = paths.length === 1 ? [] : await fs.changes.createTogether(paths.map(({ plain }) => ({ kind: 'directory', path: plain })), { stopAtFailure: true });
  if (outcomes.length === 0) {
    await fs.changes.makeDirectory(first.plain, { recursive: true });
    ctx.out.line(made(first));
    return 1;
  }
  paths.slice(0, outcomes.length).forEach((path, at) => {
    if (outcomes[at] !== undefined) throw outcomes[at];
    ctx.out.line(made(path));
  });
  return outcomes.length;
}
