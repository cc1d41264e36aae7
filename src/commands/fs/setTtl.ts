import type { CommandInput, CommandSpec } from '../command.ts';
import { readDuration } from '../../config/units.ts';
import { AlluxioError } from '../../errors.ts';
import type { TtlAction } from '../../filesystem/file-system.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, text } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'setTtl',
  usage: 'setTtl [--action delete|free] <path> <time to live>',
  summary: 'Sets a new TTL value for the file at path, performing an action, delete(default) or free after TTL expiry.',
  description: 'The time is a number with a unit: ms, s, m, h, d; without a unit, milliseconds. It counts from the creation of the file.',
  args: { min: 2, max: 2 },
  words: ['path', 'text'],
  options: [{ long: 'action', value: 'action', words: ['delete', 'free'], description: 'action to take after TTL expiry: delete or free' }],
  examples: [
    { command: 'alluxio fs setTtl /tmp/upload 1d', does: 'Delete the path, in the under storage too, a day after its creation.', setup: ['mkdir /tmp/upload'] },
    { command: 'alluxio fs setTtl --action free /data/2023 12h', does: 'Drop the cached data after twelve hours.', setup: ['mkdir /data/2023'] },
  ],
  async run(input, ctx) {
    const action = actionOf(input);
    const ms = readDuration(arg(input, 1));
    if (ms === undefined || ms < 0) throw new AlluxioError('INVALID_ARGUMENT', `${arg(input, 1)} is not valid time`);
    // Asked for before: what is old enough is gone at once.
    const warns = ctx.out.terminal && action === 'DELETE' && text(input, 'action') === undefined;
    await forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const { ufsPath } = warns ? await fs.entries.status(path.plain) : { ufsPath: '' };
      await fs.changes.setAttributes(path.plain, { ttl: { ms, action }, recursive: true });
      ctx.out.line(`TTL of path '${path.typed}' was successfully set to ${ms} milliseconds, with expiry action set to ${action}`);
      if (warns) ctx.out.warn(`When it expires, ${ufsPath} is deleted in the under storage as well; --action free drops the cached data only.`);
    });
  },
};

function actionOf(input: CommandInput): TtlAction {
  const given = text(input, 'action');
  const action = (given ?? 'DELETE').toUpperCase();
  if (action === 'DELETE' || action === 'FREE') return action;
  throw new AlluxioError('USAGE', `TTL action should be DELETE OR FREE, not ${given ?? ''}`);
}
