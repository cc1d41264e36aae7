import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { parseMode } from '../mode.ts';
import { arg, flag } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'chmod',
  usage: 'chmod [-R] <mode> <path>',
  summary: 'Changes the permission of a file or directory specified by args. Specify -R to change the permission recursively.',
  description: 'The mode is octal (755) or symbolic assignments (u=rwx,g=rx). Classes that are not mentioned get no permission.',
  args: { min: 2, max: 2 },
  words: ['text', 'path'],
  options: [{ short: 'R', description: 'change permission recursively' }],
  examples: [
    { command: 'alluxio fs chmod 640 /data/a.bin', does: 'Set a mode.' },
    { command: 'alluxio fs chmod -R u=rwx,g=rx /data', does: 'Set 750 on everything below the path, itself included.' },
  ],
  async run(input, ctx) {
    const mode = parseMode(arg(input, 0));
    await forEachPath(ctx, arg(input, 1), async (path, fs) => {
      await fs.changes.setAttributes(path.plain, { mode, recursive: flag(input, 'R') });
      ctx.out.line(`Changed permission of ${path.typed} to ${mode.toString(8)}`);
    });
  },
};
