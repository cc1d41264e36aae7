import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

const NO_TTL = -1;

export const command: CommandSpec = {
  group: 'fs',
  name: 'unsetTtl',
  usage: 'unsetTtl <path>',
  summary: 'Unsets the TTL value for the given path.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs unsetTtl /tmp/upload', does: 'Keep the path for good.', setup: ['mkdir /tmp/upload'] }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      await fs.changes.setAttributes(path.plain, { ttl: { ms: NO_TTL, action: 'DELETE' }, recursive: true });
      ctx.out.line(`TTL of file '${path.typed}' was successfully removed.`);
    }),
};
