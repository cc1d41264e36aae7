import type { CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, flag } from '../options.ts';

const NAME = String.raw`\w[\w-]*\$?`;
const OWNER = new RegExp(`^(${NAME})(?::(${NAME}))?$`);

export const command: CommandSpec = {
  group: 'fs',
  name: 'chown',
  usage: 'chown [-R] <owner>[:<group>] <path>',
  summary: 'Changes the owner of a file or directory specified by args. Specify -R to change the owner recursively.',
  args: { min: 2, max: 2 },
  words: ['text', 'path'],
  options: [{ short: 'R', description: 'change owner recursively' }],
  examples: [
    { command: 'alluxio fs chown alice /data/a.bin', does: 'Give a file to alice.' },
    { command: 'alluxio fs chown -R alice:alice /data', does: 'Give the whole tree to alice and to a group that she is in.' },
  ],
  async run(input, ctx) {
    const given = arg(input, 0);
    const match = OWNER.exec(given);
    if (match === null) throw new AlluxioError('INVALID_ARGUMENT', `Failed to parse ${given} as user or user:group`);
    const [, owner = '', group] = match;
    const recursive = flag(input, 'R');
    await forEachPath(ctx, arg(input, 1), async (path, fs) => {
      await fs.changes.setAttributes(path.plain, group === undefined ? { owner, recursive } : { owner, group, recursive });
      if (group === undefined) ctx.out.line(`Changed owner of ${path.typed} to ${owner}`);
      else ctx.out.line(`Changed owner:group of ${path.typed} to ${owner}:${group}.`);
    });
  },
};
