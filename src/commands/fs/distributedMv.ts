import type { CommandSpec } from '../command.ts';
import { isAlluxioError } from '../../errors.ts';
import { JOB_JSON } from '../distributed.ts';
import { throwTogether } from '../for-each-path.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';
import { MIGRATE_OPTIONS, migrate } from './distributedCp.ts';

const COPY_FAILED = 'Copy operation portion of Move failed. If the error below is intermittent, you can rerun this by deleting the destination first.';

export const command: CommandSpec = {
  group: 'fs',
  name: 'distributedMv',
  usage: 'distributedMv <src> <dst>',
  summary: 'Moves a file or directory in parallel at file level.',
  description: 'Copies, then deletes what was copied; where a single file could not be copied, the source is kept whole. What came into the source or changed there meanwhile stays and is named, and the exit status is 255. Works across mounts, unlike mv.',
  args: { min: 2, max: 2 },
  options: MIGRATE_OPTIONS,
  examples: [{ command: 'alluxio fs distributedMv /data /other-mount/data', does: 'Move a tree into another bucket.', setup: ['mount /other-mount oss://logs/'] }],
  json: JOB_JSON,
  async run(input, ctx) {
    const [source, target] = [readPath(ctx, arg(input, 0)), readPath(ctx, arg(input, 1))];
    const fs = await ctx.fileSystem();
    const copied = new Set<number>();
    const failed = await migrate({ source, target }, input, ctx, copied).catch((error: unknown) => {
      if (!isAlluxioError(error) || error.code === 'CANCELLED') throw error;
      throwTogether([new Error(COPY_FAILED), error]);
      return 0;
    });
    if (failed > 0) {
      ctx.out.error(`${COPY_FAILED} ${source.typed} is kept.`);
      return 255;
    }
    if (!ctx.out.json) ctx.out.line(`Deleting ${source.typed}`);
    // Alluxio does not check here, and so deletes what it never copied.
    await fs.changes.delete(source.plain, { recursive: true, unchecked: false, only: copied, signal: ctx.signal });
  },
};
