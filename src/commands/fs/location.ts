import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'location',
  usage: 'location <path>',
  summary: 'Displays the list of hosts storing the specified file.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs location /data/a.bin', does: 'One line for each block that is cached.' }],
  json: 'path, id, hosts',
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const { id, directory } = await fs.entries.status(path.plain);
      const blocks = directory ? [] : await fs.entries.blocks(path.plain);
      const hosts = blocks.filter(({ tier }) => tier !== undefined).map(() => ctx.hostname);
      if (ctx.out.json) return ctx.out.record({ path: path.plain, id, hosts });
      ctx.out.line(`${path.typed} with file id ${id} is on nodes: `);
      for (const host of hosts) ctx.out.line(host);
    }),
};
