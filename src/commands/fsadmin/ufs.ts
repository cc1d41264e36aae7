import { AlluxioError } from '../../errors.ts';
import { UFS_MODES } from '../../filesystem/ufs-mode.ts';
import { UfsUri } from '../../uri.ts';
import type { CommandSpec } from '../command.ts';
import { arg, text } from '../options.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'ufs',
  usage: 'ufs [--mode <noAccess/readOnly/readWrite>] <ufsPath>',
  summary: 'Updates attributes of a mounted under storage.',
  description: 'While a storage is maintained, readOnly refuses what would write to it and noAccess everything that would ask it. It holds for all its mounts, until it is changed back.',
  args: { min: 1, max: 1 },
  words: ['text'],
  options: [{ long: 'mode', value: 'mode', words: [...UFS_MODES], description: 'how the storage may be used: noAccess, readOnly or readWrite' }],
  examples: [
    { command: 'alluxio fsadmin ufs --mode readOnly oss://my-bucket', does: 'Refuse what would write to a bucket.' },
    { command: 'alluxio fsadmin ufs --mode readWrite oss://my-bucket', does: 'Allow it again.' },
  ],
  async run(input, ctx) {
    const uri = UfsUri.parse(arg(input, 0));
    if (uri.path !== '/') throw new AlluxioError('INVALID_ARGUMENT', 'The ufs path should have only scheme and authority but no path.');
    const typed = text(input, 'mode');
    if (typed === undefined) return ctx.out.line('No attribute to update');
    const mode = UFS_MODES.find((each) => each.toLowerCase() === typed.toLowerCase());
    if (mode === undefined) throw new AlluxioError('INVALID_ARGUMENT', 'Unrecognized mode', { hint: `Use ${UFS_MODES.join(', ')}.` });
    await (await (await ctx.fileSystem()).admin()).setUfsMode(uri, mode);
    ctx.out.line('Ufs mode updated');
  },
};
