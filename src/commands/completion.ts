import type { CommandSpec } from './command.ts';
import { AlluxioError } from '../errors.ts';
import { arg } from './options.ts';
import { COMPLETION_SCRIPTS } from './completion/scripts.ts';

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

export const command: CommandSpec = {
  group: 'top',
  name: 'completion',
  usage: 'completion bash|zsh|fish',
  summary: 'Prints a script that completes commands, options and paths for a shell.',
  description: [
    'Paths are those that the namespace knows; the under storage is never asked.',
    'bash: source <(alluxio completion bash), in ~/.bashrc for good.',
    'zsh:  source <(alluxio completion zsh), in ~/.zshrc after compinit.',
    'fish: alluxio completion fish > ~/.config/fish/completions/alluxio.fish',
  ].join('\n'),
  args: { min: 1, max: 1 },
  words: [SHELLS],
  options: [],
  examples: [
    { command: 'source <(alluxio completion bash)', does: 'Complete in this bash.' },
    { command: 'alluxio completion bash > alluxio-completion.bash', does: 'Keep the script in a file.' },
  ],
  exitCodes: [{ status: 1, when: 'there is no script for the shell' }],
  failureStatus: 1,
  async run(input, ctx) {
    const shell = arg(input, 0);
    const script = Object.hasOwn(COMPLETION_SCRIPTS, shell) ? COMPLETION_SCRIPTS[shell] : undefined;
    if (script === undefined) throw new AlluxioError('USAGE', `There is no completion for ${shell}; there is for ${SHELLS.join(', ')}`, { exitStatus: 1 });
    await ctx.out.write(script);
  },
};
