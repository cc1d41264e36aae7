import type { Unstored } from '../../filesystem/file-system.ts';
import { dateFormat } from '../../terminal/dates.ts';
import { onOneLine } from '../../terminal/escape.ts';
import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { whyText } from '../unstored-text.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'pending',
  usage: 'pending [path]',
  summary: 'Lists the files at and below the path that are not in the under storage: what would be lost with this machine.',
  description: 'Columns: state, size, since when, path, and why. Nothing is asked of the under storage, and nothing is changed. The count of failed uploads comes from the newest 20,000 records of the log. Directories are not listed: an empty one holds nothing that could be lost.',
  args: { min: 0, max: 1 },
  options: [],
  examples: [
    { command: 'alluxio fs pending', does: 'Everything that is only here.', setup: ['touch -Dalluxio.user.file.writetype.default=MUST_CACHE /scratch.bin'] },
    { command: "alluxio fs pending '/scratch*'", does: 'What is only here of the paths that match.', setup: ['touch -Dalluxio.user.file.writetype.default=MUST_CACHE /scratch.bin'] },
  ],
  json: 'path, state, size, since (ms), why (UPLOADING, QUEUED, STRANDED, EXCLUDED, CACHE_ONLY or LOST), by (who uploads it, or null), tries (uploads that failed)',
  async run(input, ctx) {
    const format = dateFormat(ctx.config.get('alluxio.user.date.format.pattern'));
    await forEachPath(ctx, input.args[0] ?? '/', async (path, fs) => {
      const durability = await fs.durability();
      for await (const page of durability.unstored(path.plain)) {
        for (const file of page) {
          if (ctx.out.json) ctx.out.record(recordOf(file));
          else ctx.out.line(lineOf(file, format));
          await ctx.out.drained();
        }
      }
    });
  },
};

function recordOf({ status, why, by, tries }: Unstored) {
  return { path: status.path, state: status.persistence, size: status.length, since: status.createdMs, why, by: by ?? null, tries };
}

function lineOf(file: Unstored, format: (ms: number) => string): string {
  const { persistence, length, createdMs, path } = file.status;
  return onOneLine(`${persistence.padEnd(15)} ${String(length).padStart(14)} ${format(createdMs)} ${path}  (${whyText(file)})`);
}
