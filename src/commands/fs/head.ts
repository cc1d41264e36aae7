import type { CommandInput, CommandSpec } from '../command.ts';
import { parseBytes } from '../../config/units.ts';
import { AlluxioError } from '../../errors.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, text } from '../options.ts';
import { printBytes } from './cat.ts';

const DEFAULT_BYTES = 1024;

export const command: CommandSpec = {
  group: 'fs',
  name: 'head',
  usage: 'head [-c <bytes>] <path>',
  summary: "Prints the file's first n bytes (by default, 1KB) to the console.",
  args: { min: 1, max: 1 },
  options: [{ short: 'c', value: 'bytes', description: 'number of bytes (e.g., 1024, 4KB, 2MB)' }],
  examples: [{ command: 'alluxio fs head -c 4KB /logs/today.log', does: 'Print the first 4096 bytes.', setup: ['mkdir /logs', 'copyFromLocal errors.log /logs/today.log'] }],
  async run(input, ctx) {
    const length = wantedBytes(input);
    await forEachPath(ctx, arg(input, 0), (path, fs) => printBytes(path, fs, { ctx, range: { length } }));
  },
};

/** @throws INVALID_ARGUMENT */
export function wantedBytes(input: CommandInput): number {
  const given = text(input, 'c');
  if (given === undefined) return DEFAULT_BYTES;
  const bytes = given.startsWith('-') ? -parseBytes(given.slice(1)) : parseBytes(given);
  if (bytes <= 0) throw new AlluxioError('INVALID_ARGUMENT', 'specified bytes must be > 0');
  return bytes;
}
