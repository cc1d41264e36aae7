import { parseDuration } from '../../config/units.ts';
import { AlluxioError } from '../../errors.ts';
import type { Settled } from '../../filesystem/file-system.ts';
import { onOneLine } from '../../terminal/escape.ts';
import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { matchesOf } from '../for-each-path.ts';
import { flag, text } from '../options.ts';
import { readPath } from '../paths.ts';
import { whyText } from '../unstored-text.ts';

/** As long as it takes. */
const NO_LIMIT = -1;
/** The most that a timer takes; over three weeks. */
const LONGEST_MS = 2 ** 31 - 1;

export const command: CommandSpec = {
  group: 'fs',
  name: 'wait',
  usage: 'wait --durable [-t|--timeout <time>] [path]',
  summary: 'Waits until every file at and below the path is in the under storage, and proves it.',
  description:
    'It waits for files that a master or another command is persisting; it persists nothing itself. Then the under storage is asked for each file, and length and CRC64 are compared with what was written here; a storage that keeps no CRC64, such as a local folder, is read. ' +
    'Where nobody is persisting, it says so at once, one line for each path, instead of waiting for ever. What is written after it began is not waited for.',
  args: { min: 0, max: 1 },
  options: [
    { long: 'durable', description: 'wait for copies in the under storage (there is nothing else to wait for yet)' },
    { short: 't', long: 'timeout', value: 'time', description: 'give up after this time, such as 30s or 10min (digits alone are milliseconds); default: no limit, as long as somebody is persisting' },
  ],
  examples: [
    { command: 'alluxio fs wait --durable /data', does: 'Return when all of /data is in the under storage.' },
    { command: 'alluxio fs wait --durable -t 10min /data', does: 'The same, for ten minutes at most.' },
  ],
  exitCodes: [{ status: 255, when: 'a file is not in the under storage, or is not the same there; each is named on stderr' }],
  json: 'path, durable, files (compared and the same, at and below it), why (null when it is durable); a line for each file that is not durable, with files null, then one for the path itself',
  async run(input, ctx) {
    const deadline = deadlineOf(input);
    const typed = readPath(ctx, input.args[0] ?? '/');
    const fs = await ctx.fileSystem();
    const paths = await matchesOf(typed, fs);
    if (paths.length === 0) throw new AlluxioError('NOT_FOUND', `${typed.typed} does not exist.`, { path: typed.plain });
    const durability = await fs.durability();
    const progress = ctx.out.progress('waiting');
    let status = 0;
    try {
      for (const path of paths) {
        const settled = await durability.settle(path.plain, { signal: ctx.signal, progress, ...(deadline === undefined ? {} : { deadline }) });
        if (!tell(ctx, path.typed, settled)) status = 255;
      }
    } finally {
      progress.end();
    }
    return status;
  },
};

function deadlineOf(input: CommandInput): AbortSignal | undefined {
  if (!flag(input, 'durable')) throw new AlluxioError('USAGE', 'wait needs to be told what for: --durable');
  const limit = parseDuration(text(input, 'timeout') ?? String(NO_LIMIT));
  if (limit < NO_LIMIT) throw new AlluxioError('INVALID_ARGUMENT', 'The time to wait must not be negative.');
  return limit === NO_LIMIT ? undefined : AbortSignal.timeout(Math.min(limit, LONGEST_MS));
}

/** True when all is durable. */
function tell({ out }: CommandContext, path: string, { unstored, differing, files, timedOut }: Settled): boolean {
  const problem = (at: string, why: string): void => {
    if (out.json) out.record({ path: at, durable: false, files: null, why });
    out.error(onOneLine(`${at} ${why}`));
  };
  for (const file of unstored) problem(file.status.path, whyText(file));
  for (const { path: at, reason } of differing) problem(at, reason);
  if (timedOut && unstored.length === 0) problem(path, `was compared only in part when the time was over: ${files} file${files === 1 ? '' : 's'} are in the under storage`);
  const durable = unstored.length === 0 && differing.length === 0 && !timedOut;
  if (out.json) out.record({ path, durable, files, why: durable ? null : 'not all of it is in the under storage' });
  else if (durable) out.line(`${files} file${files === 1 ? '' : 's'} at and below ${path} ${files === 1 ? 'is' : 'are'} in the under storage.`);
  return durable;
}
