import type { CommandSpec } from '../command.ts';
import { readPath } from '../paths.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'mkdir',
  usage: 'mkdir <path1> [path2] ... [pathn]',
  summary: 'Creates the specified directories, including any parent directories that are required.',
  args: { min: 1, max: Infinity },
  options: [],
  examples: [{ command: 'alluxio fs mkdir /data/2024 /data/2025', does: 'Create two directories, and /data where it is missing.' }],
  async run(input, ctx) {
    for (const text of input.args) {
      const path = readPath(ctx, text);
      const fs = await ctx.fileSystem();
      await fs.changes.makeDirectory(path.plain, { recursive: true });
      ctx.out.line(`Successfully created directory ${path.typed}`);
    }
  },
};
