import { createHash } from 'node:crypto';
import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'checksum',
  usage: 'checksum <Alluxio path>',
  summary: 'Calculates the md5 checksum of a file.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs checksum /data/a.bin', does: 'Print the MD5 of the bytes, read without caching them.' }],
  json: 'path, md5',
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const hash = createHash('md5');
      const source = await fs.content.open(path.plain, { readType: 'NO_CACHE', signal: ctx.signal });
      for await (const chunk of source) hash.update(chunk);
      const md5 = hash.digest('hex');
      if (ctx.out.json) ctx.out.record({ path: path.plain, md5 });
      else ctx.out.line(`md5sum: ${md5}\n`);
    }),
};
