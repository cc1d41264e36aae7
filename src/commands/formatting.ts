/** The format commands differ in what they wipe and in a line or two. None touches the under storage. */
import type { CommandContext } from './command.ts';
import { ROOT } from '../uri.ts';

/** The journal first, so that what is only cached is never gone from a namespace that still has it; told as 2.9 does. */
export async function formatBoth(ctx: CommandContext): Promise<void> {
  ctx.out.line(`Formatting Alluxio Worker @ ${ctx.hostname}`);
  sayFormatted(ctx, await ctx.services.format());
  ctx.out.line(`Formatting Alluxio Master @ ${ctx.hostname}`);
}

export async function formatWorker(ctx: CommandContext): Promise<void> {
  ctx.out.line(`Formatting Alluxio Worker @ ${ctx.hostname}`);
  sayFormatted(ctx, await ctx.services.formatWorker());
}

function sayFormatted(ctx: CommandContext, folders: readonly string[]): void {
  for (const folder of folders) ctx.out.line(`Formatted worker data folder: ${folder}`);
}

export async function formatJournal(ctx: CommandContext): Promise<void> {
  ctx.out.line(`Formatting Alluxio Master @ ${ctx.hostname}`);
  await ctx.services.formatJournal();
}

/** A restore may refuse, and then nothing is changed. */
export async function restoreBoth(ctx: CommandContext, from: string, backupOnly: boolean): Promise<void> {
  ctx.out.line(`Formatting Alluxio Master @ ${ctx.hostname}`);
  const { uri, entries, replayed, folders } = await ctx.services.restore(from, { backupOnly });
  ctx.out.line(`Restored ${entries} entries from backup ${uri}${replayed === 0 ? '' : `, and ${replayed} records of the journal after it`}.`);
  await sayWhatIsLost(ctx);
  ctx.out.line(`Formatting Alluxio Worker @ ${ctx.hostname}`);
  sayFormatted(ctx, folders);
}

/** Names of lost files that are shown. */
const SHOWN = 20;

/** A backup holds no content: what was only in the cache is gone, and who reads the output shall know what that is. */
async function sayWhatIsLost(ctx: CommandContext): Promise<void> {
  const fs = await ctx.fileSystem();
  let lost = 0;
  for await (const page of fs.storage.pending(ROOT)) {
    for (const { path, persistence } of page) {
      if (persistence !== 'LOST') continue;
      lost++;
      if (lost <= SHOWN) ctx.out.warn(`Lost, because it was only in the cache: ${path}`);
    }
  }
  if (lost > SHOWN) ctx.out.warn(`${lost - SHOWN} more files are lost; all are listed by: alluxio fs ls -R / (LOST)`);
}
