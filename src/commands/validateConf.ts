import { unknownKeys } from '../config/unknown-keys.ts';
import { validateConfig, validateValues } from '../config/validate.ts';
import { isAlluxioError } from '../errors.ts';
import type { CommandContext, CommandSpec } from './command.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'validateConf',
  usage: 'validateConf',
  summary: 'Checks the configuration and names every problem in it.',
  description: 'Each problem is a line on stderr. Keys that nothing reads are pointed out, but do not make the configuration invalid.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio validateConf', does: 'Check alluxio-site.properties after an edit.' }],
  exitCodes: [{ status: 255, when: 'the configuration is invalid' }],
  json: 'level (error or warning), key (null when it is not one key), message; no line when all is well',
  failureStatus: 255,
  async run(_input, ctx) {
    if (!ctx.out.json) ctx.out.line('Validating configuration.');
    const problems = problemsOf(ctx);
    for (const message of problems) {
      if (ctx.out.json) ctx.out.record({ level: 'error', key: null, message });
      else ctx.out.error(message);
    }
    if (ctx.out.json) return problems.length > 0 ? 255 : 0;
    if (problems.length > 0) {
      ctx.out.error('Configuration is invalid');
      return 255;
    }
    ctx.out.line('Configuration is valid.');
    return 0;
  },
};

/** A site file that cannot even be read is a problem like any other here. */
function problemsOf(ctx: CommandContext): string[] {
  try {
    const { config } = ctx;
    for (const { key, similar } of unknownKeys(config)) {
      const message = `${key} is no built-in key, so nothing reads it.${similar.length === 0 ? '' : ` Did you mean ${similar.slice(0, 3).join(' or ')}?`}`;
      if (ctx.out.json) ctx.out.record({ level: 'warning', key, message });
      else ctx.out.warn(message);
    }
    return [...new Set([...validateConfig(config), ...validateValues(config)])];
  } catch (error) {
    if (isAlluxioError(error) && error.code === 'INVALID_CONFIGURATION') return [error.message];
    throw error;
  }
}
