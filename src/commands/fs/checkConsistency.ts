import { availableParallelism } from 'node:os';
import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { AlluxioError, messageOf } from '../../errors.ts';
import type { FileSystem } from '../../filesystem/file-system.ts';
import type { AlluxioPath, TypedPath } from '../../uri.ts';
import { forEachPath, throwTogether } from '../for-each-path.ts';
import { arg, flag, text } from '../options.ts';

const DIFFERENT = 1;

export const command: CommandSpec = {
  group: 'fs',
  name: 'checkConsistency',
  usage: 'checkConsistency [-r] [-t|--threads <threads>] <Alluxio path>',
  summary: 'Checks the consistency of a persisted file or directory in Alluxio.',
  description: [
    'Files and directories that the under storage does not have, or has with other content, are listed.',
    'With -r they are dropped from Alluxio and read again; the under storage is never changed, and what is only in Alluxio is never dropped.',
  ].join(' '),
  args: { min: 1, max: 1 },
  options: [
    { short: 'r', description: 'repair inconsistent files' },
    { short: 't', long: 'threads', value: 'threads', description: 'number of files repaired at once, default: twice the number of cores' },
  ],
  examples: [
    { command: 'alluxio fs checkConsistency /oss', does: 'List what differs; the exit status says whether something does.', setup: ['mount /oss oss://my-bucket/data', 'ls -R /oss'] },
    { command: 'alluxio fs checkConsistency -r /oss', does: 'Make Alluxio agree with the under storage again.', setup: ['mount /oss oss://my-bucket/data', 'ls -R /oss'] },
  ],
  exitCodes: [{ status: DIFFERENT, when: 'inconsistent files were found and not repaired' }],
  json: 'path, with -r also repaired and error',
  async run(input, ctx) {
    const threads = threadsOf(input);
    const repair = flag(input, 'r');
    let different = false;
    await forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const found = await fs.syncing.inconsistencies(path.plain, ctx.signal);
      if (found.length === 0) return ctx.out.json ? undefined : ctx.out.line(`${path.typed} is consistent with the under storage system.`);
      if (repair) return repairAll(path, found, fs, { threads, ctx });
      different = true;
      if (!ctx.out.json) ctx.out.line('The following files are inconsistent:');
      for (const each of found) {
        if (ctx.out.json) ctx.out.record({ path: each });
        else ctx.out.line(each);
        await ctx.out.drained();
      }
    });
    return different ? DIFFERENT : 0;
  },
};

async function repairAll(path: TypedPath, found: readonly AlluxioPath[], fs: FileSystem, how: { threads: number; ctx: CommandContext }): Promise<void> {
  const { threads, ctx } = how;
  const { out } = ctx;
  if (!out.json) out.line(`${path.typed} has: ${found.length} inconsistent files. Repairing with ${threads} threads.`);
  const failures: Error[] = [];
  await fs.syncing.repair(found, {
    threads,
    signal: ctx.signal,
    onRepaired(each, directory) {
      if (out.json) return out.record({ path: each, repaired: true, error: null });
      // Alluxio leaves the blank out for directories, and scripts look for its words.
      out.line(`repairing path: ${each}\n${each}${directory ? '' : ' '}repaired\n`);
    },
    onProblem({ path: each, error }) {
      failures.push(error);
      if (out.json) out.record({ path: each, repaired: false, error: messageOf(error) });
    },
  });
  if (failures.length > 0) throwTogether([new Error('Failed to successfully repair all paths'), ...failures]);
}

function threadsOf(input: CommandInput): number {
  const given = text(input, 'threads');
  if (given === undefined) return 2 * availableParallelism();
  if (/^\d{1,6}$/.test(given) && Number(given) > 0) return Number(given);
  throw new AlluxioError('INVALID_ARGUMENT', `The threads option must be a positive integer but was "${given}"`);
}
