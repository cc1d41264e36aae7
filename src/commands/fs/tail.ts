import type { CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';
import { printBytes } from './cat.ts';
import { wantedBytes } from './head.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'tail',
  usage: 'tail [-c <bytes>] <path>',
  summary: "Prints the file's last n bytes (by default, 1KB) to the console.",
  args: { min: 1, max: 1 },
  options: [{ short: 'c', value: 'bytes', description: 'number of bytes (e.g., 1024, 4KB, 2MB)' }],
  examples: [{ command: 'alluxio fs tail -c 100 /logs/today.log', does: 'Print the last 100 bytes.', setup: ['mkdir /logs', 'copyFromLocal errors.log /logs/today.log'] }],
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const status = await fs.entries.status(path.plain);
      if (status.directory) throw new AlluxioError('IS_A_DIRECTORY', `Path "${path.plain}" must be a file.`, { path: path.plain });
      const length = wantedBytes(input);
      await printBytes(path, fs, { ctx, range: { offset: Math.max(0, status.length - length), length } });
    }),
};
