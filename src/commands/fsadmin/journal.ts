import { AlluxioError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { innerCommand } from '../inner-command.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'journal',
  usage: 'journal [checkpoint]',
  summary: 'Looks after the journal.',
  description: 'checkpoint drops the log of past changes, which takes room and is kept for audit; the state itself stays. There is no quorum: the journal is a file, not a group of masters.',
  args: { min: 0, max: Infinity },
  words: [['checkpoint']],
  options: [],
  examples: [{ command: 'alluxio fsadmin journal checkpoint', does: 'Drop the log of past changes.' }],
  async run(input, ctx) {
    const { name, args } = innerCommand(input, ['checkpoint', 'quorum']);
    if (name === 'quorum') throw new AlluxioError('UNSUPPORTED', 'journal quorum looks after a group of masters; there is one journal here, in a file.');
    if (args.length > 0) throw new AlluxioError('USAGE', `Command checkpoint takes 0 arguments, not ${args.length}`);
    await (await (await ctx.fileSystem()).admin()).checkpoint();
    ctx.out.line(`Successfully took a checkpoint on master ${ctx.hostname}`);
  },
};
