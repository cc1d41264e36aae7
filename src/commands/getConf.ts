import { canonicalKey, isKnownKey } from '../config/catalogue.ts';
import type { Config } from '../config/config.ts';
import { displayValue, listProperties, type PropertyRow, sourceText } from '../config/listing.ts';
import { masterProperties } from '../config/master-config.ts';
import { removedMessage } from '../config/removed-keys.ts';
import { convertTo } from '../config/units.ts';
import { AlluxioError, isAlluxioError } from '../errors.ts';
import type { CommandContext, CommandInput, CommandSpec } from './command.ts';
import { flag, text } from './options.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'getConf',
  usage: 'getConf [--unit <unit>] [--source] [--master] [key]',
  summary: 'Prints the value of a configuration property, or all properties.',
  description: 'Credentials are shown as ******. A property that is not set prints an empty line.',
  args: { min: 0, max: Infinity },
  words: ['property'],
  options: [
    { long: 'unit', value: 'unit', words: ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'MS', 'S', 'M', 'H', 'D'], description: 'Print a size in B, KB, MB, GB, TB or PB, a duration in MS, S, M, H or D; whole numbers only.' },
    { long: 'source', description: 'Print where the value comes from, such as DEFAULT or SITE_PROPERTY.' },
    { long: 'master', description: 'Ask the running master instead.' },
  ],
  examples: [
    { command: 'alluxio getConf alluxio.master.mount.table.root.ufs', does: 'Show what is mounted at /.' },
    { command: 'alluxio getConf --source fs.oss.endpoint', does: 'Show where the endpoint was set.' },
    { command: 'alluxio getConf --unit KB alluxio.user.block.size.bytes.default', does: 'Show the block size in KB.' },
  ],
  exitCodes: [
    { status: 1, when: 'the key or the unit is not valid' },
    { status: 255, when: 'with --master: no master answers' },
  ],
  json: 'One object per property: key, value (null when unset), source.',
  failureStatus: 1,
  async run(input, ctx) {
    if (input.args.length > 1) throw misuse(`More arguments than expected. Args: [${input.args.join(', ')}]`);
    try {
      const [key] = input.args;
      if (key === undefined) printAll(await rowsFor(input, ctx), flag(input, 'source'), ctx);
      else print(await rowFor(key, input, ctx), input, ctx);
      return 0;
    } catch (error) {
      // Alluxio's status for this one failure differs from that of the others.
      if (!isAlluxioError(error) || error.code !== 'UNAVAILABLE') throw error;
      ctx.out.error(`${error.message}. ${error.hint ?? ''}`.trimEnd());
      return 255;
    }
  },
};

async function rowsFor(input: CommandInput, ctx: CommandContext): Promise<PropertyRow[]> {
  return flag(input, 'master') ? masterProperties(ctx.config, ctx.signal) : listProperties(ctx.config);
}

/** @throws USAGE when the key is not one that could have a value */
async function rowFor(key: string, input: CommandInput, ctx: CommandContext): Promise<PropertyRow> {
  if (!isKnownKey(key)) throw misuse(whyUnknown(key, ctx.config));
  const real = canonicalKey(key);
  if (!flag(input, 'master')) return { key: real, value: displayValue(ctx.config, real), source: sourceText(ctx.config, real) };
  const rows = await masterProperties(ctx.config, ctx.signal);
  return rows.find((row) => row.key === real) ?? { key: real, value: undefined, source: 'DEFAULT' };
}

function whyUnknown(key: string, config: Config): string {
  return removedMessage(key) ?? (config.keys().includes(key) ? `${key} is not found` : `${key} is not a valid configuration key`);
}

function printAll(rows: readonly PropertyRow[], source: boolean, ctx: CommandContext): void {
  for (const row of rows) {
    if (ctx.out.json) ctx.out.record(recordOf(row));
    else ctx.out.line(`${row.key}=${row.value ?? ''}${source ? ` (${row.source})` : ''}`);
  }
}

function print(row: PropertyRow, input: CommandInput, ctx: CommandContext): void {
  const unit = text(input, 'unit');
  if (flag(input, 'source')) {
    if (ctx.out.json) ctx.out.record(recordOf(row));
    else ctx.out.line(row.source);
    return;
  }
  const value = unit === undefined || row.value === undefined ? row.value : convertTo(row.value, unit);
  if (ctx.out.json) ctx.out.record(recordOf({ ...row, value }));
  else ctx.out.line(value ?? '');
}

function recordOf(row: PropertyRow): Record<string, unknown> {
  return { key: row.key, value: row.value ?? null, source: row.source };
}

function misuse(message: string): AlluxioError {
  return new AlluxioError('USAGE', message, { exitStatus: 1 });
}
