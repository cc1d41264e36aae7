import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, flag } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'chgrp',
  usage: 'chgrp [-R] <group> <path>',
  summary: 'Changes the group of a file or directory specified by args. Specify -R to change the group recursively.',
  args: { min: 2, max: 2 },
  words: ['text', 'path'],
  options: [{ short: 'R', description: 'change group recursively' }],
  examples: [{ command: 'alluxio fs chgrp -R staff /data', does: 'Give the whole tree to group staff.' }],
  async run(input, ctx) {
    const group = arg(input, 0);
    await forEachPath(ctx, arg(input, 1), async (path, fs) => {
      await fs.changes.setAttributes(path.plain, { group, recursive: flag(input, 'R') });
      ctx.out.line(`Changed group of ${path.typed} to ${group}`);
    });
  },
};
