import { accessSync, constants, statSync } from 'node:fs';
import { unknownKeys } from '../../config/unknown-keys.ts';
import { validateConfig, validateValues } from '../../config/validate.ts';
import { AlluxioError, systemCode } from '../../errors.ts';
import type { CommandContext, CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'doctor',
  usage: 'doctor [category]',
  summary: 'Shows errors and warnings of the configuration and of the cache directories.',
  description: 'Categories are configuration and storage; both when none is given.',
  args: { min: 0, max: 1 },
  words: [['configuration', 'storage']],
  options: [],
  examples: [{ command: 'alluxio fsadmin doctor', does: 'Look at configuration and cache directories.' }],
  async run(input, ctx) {
    const [category] = input.args;
    if (category !== undefined && category !== 'configuration' && category !== 'storage') throw new AlluxioError('USAGE', 'doctor category is invalid.');
    if (category !== 'storage') configuration(ctx);
    if (category !== 'configuration') await storage(ctx);
  },
};

function configuration({ config, out }: CommandContext): void {
  const errors = [...new Set([...validateConfig(config), ...validateValues(config)])];
  const warnings = unknownKeys(config).map(({ key }) => key);
  if (errors.length === 0 && warnings.length === 0) return out.line('No server-side configuration errors or warnings.');
  if (errors.length > 0) out.line('Server-side configuration errors: ');
  for (const error of errors) out.line(`    ${error}`);
  if (warnings.length > 0) out.line('Server-side configuration warnings (no built-in keys, so nothing reads them): ');
  for (const key of warnings) out.line(`    key: ${key}`);
}

async function storage(ctx: CommandContext): Promise<void> {
  const lost = (await (await ctx.fileSystem()).storage.capacity()).flatMap(({ tier, directories }) => directories.filter(isLost).map(({ path }) => `${path} (${tier})`));
  if (lost.length === 0) return ctx.out.line('All worker storage paths are in working state.');
  ctx.out.line(`The following storage paths are lost in worker ${ctx.hostname}: `);
  for (const line of lost) ctx.out.line(line);
}

/** One that is not there yet is made when it is needed. */
function isLost({ path, used }: { readonly path: string; readonly used: number }): boolean {
  try {
    if (!statSync(path).isDirectory()) return true;
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return false;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return systemCode(error) !== 'ENOENT' || used > 0;
  }
}
