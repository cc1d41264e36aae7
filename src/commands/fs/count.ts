import type { CommandSpec } from '../command.ts';
import { formatSize } from '../../terminal/size.ts';
import { throwTogether } from '../for-each-path.ts';
import { arg, flag } from '../options.ts';
import { readPath } from '../paths.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'count',
  usage: 'count [-h] <path>',
  summary: 'Displays the number of files and directories under the specified path, and their total size.',
  args: { min: 1, max: 1 },
  options: [{ short: 'h', description: 'print sizes in human readable format (e.g., 1KB 234MB 2GB)' }],
  examples: [{ command: 'alluxio fs count -h /data', does: 'Count what lies below /data, with its size for people.' }],
  json: 'path, files, directories, bytes',
  async run(input, ctx) {
    const path = readPath(ctx, arg(input, 0));
    const fs = await ctx.fileSystem();
    const failures: Error[] = [];
    const { files, directories, bytes } = await fs.entries.totals(path.plain, { onProblem: ({ error }) => void failures.push(error) });
    if (ctx.out.json) ctx.out.record({ path: path.plain, files, directories, bytes });
    else {
      ctx.out.line(row('File Count', 'Folder Count', 'Folder Size'));
      ctx.out.line(row(String(files), String(directories), flag(input, 'h') ? formatSize(bytes) : String(bytes)));
    }
    throwTogether(failures);
  },
};

function row(files: string, folders: string, size: string): string {
  return `${files.padEnd(25)}${folders.padEnd(25)}${size.padEnd(15)}`;
}
