import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';
import type { TypedPath } from '../../uri.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'touch',
  usage: 'touch <path>',
  summary: 'Creates a 0 byte file. The file will be written to the under file system according to the write type.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs touch /data/_SUCCESS', does: 'Create an empty file; its directory must exist.' }],
  creates(args, ctx) {
    const path = readPath(ctx, args[0] ?? '');
    return path.plain.includes('*') ? undefined : { kind: 'file', path: path.plain, said: created(path) };
  },
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      await fs.content.create(path.plain, nothing(), { size: 0, signal: ctx.signal });
      ctx.out.line(created(path));
    }),
};

const created = ({ typed }: TypedPath): string => `${typed} has been created`;

async function* nothing(): AsyncGenerator<Uint8Array> {}
