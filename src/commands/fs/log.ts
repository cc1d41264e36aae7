import { AlluxioError } from '../../errors.ts';
import type { Deed } from '../../filesystem/file-system.ts';
import { dateFormat } from '../../terminal/dates.ts';
import { onOneLine } from '../../terminal/escape.ts';
import type { CommandSpec } from '../command.ts';
import { integer } from '../options.ts';
import { readPath } from '../paths.ts';

const DEFAULT_COUNT = 100;

export const command: CommandSpec = {
  group: 'fs',
  name: 'log',
  usage: 'log [-n <count>] [path]',
  summary: 'Shows who did what and when, at and below the path; the newest comes last.',
  description: 'The first column is an id for "alluxio fs undo"; records of one command have ids of their own, and any of them will do. It tells what the journal remembers: alluxio.master.journal.checkpoint.period.entries records. Paths are those of the time. What was changed in the under storage by others shows as a load.',
  args: { min: 0, max: 1 },
  options: [{ short: 'n', value: 'count', description: `how many at most, default: ${DEFAULT_COUNT}` }],
  examples: [
    { command: 'alluxio fs log /data', does: 'The last hundred deeds below /data.' },
    { command: 'alluxio fs log -n 1 /data/report.csv', does: 'Who touched it last.' },
  ],
  json: 'seq, time (ms), user, command, what, path, to',
  async run(input, ctx) {
    const limit = integer(input, 'n') ?? DEFAULT_COUNT;
    if (limit < 1) throw new AlluxioError('USAGE', 'count must be > 0');
    const path = readPath(ctx, input.args[0] ?? '/');
    const fs = await ctx.fileSystem();
    const format = dateFormat(ctx.config.get('alluxio.user.date.format.pattern'));
    for (const deed of await fs.history(path.plain, { limit })) {
      const { seq, timeMs, user, command: typed, what, path: at, to } = deed;
      if (ctx.out.json) ctx.out.record({ seq, time: timeMs, user, command: typed, what, path: at ?? null, to: to ?? null });
      else ctx.out.line(lineOf(deed, format));
      await ctx.out.drained();
    }
  },
};

function lineOf({ seq, timeMs, user, what, path, to, command: typed }: Deed, format: (ms: number) => string): string {
  const target = to === undefined ? '' : ` -> ${to}`;
  return onOneLine(`${String(seq).padStart(6)}  ${format(timeMs)}  ${user.padEnd(8)}  ${what.padEnd(8)}  ${path ?? '?'}${target}  (${typed})`);
}
