import type { CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'setDirectChildrenLoaded',
  usage: 'setDirectChildrenLoaded <true|false> <path>',
  summary: 'Sets DirectChildrenLoaded of a specific path to true or false.',
  description: 'After false, the next listing of the directory asks the under storage for children that are not known yet.',
  args: { min: 2, max: 2 },
  options: [],
  examples: [{ command: 'alluxio fs setDirectChildrenLoaded false /oss/incoming', does: 'Have new objects found by the next listing.', setup: ['mount /oss oss://my-bucket/data', 'mkdir /oss/incoming'] }],
  async run(input, ctx) {
    const loaded = booleanOf(arg(input, 0));
    await forEachPath(ctx, arg(input, 1), async (path, fs) => {
      await fs.syncing.setChildrenLoaded(path.plain, loaded);
      ctx.out.line(`Path '${path.typed}' was successfully set DirectChildrenLoaded to ${loaded}`);
    });
  },
};

/** Alluxio takes every other word for false, and so a typing mistake for its opposite. */
function booleanOf(word: string): boolean {
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  throw new AlluxioError('USAGE', `setDirectChildrenLoaded takes true or false, not ${word}`);
}
