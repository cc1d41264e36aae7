/** The format commands differ in what they wipe and in a line or two. None touches the under storage. */
import type { CommandContext } from './command.ts';

export async function formatWorker(ctx: CommandContext): Promise<void> {
  ctx.out.line(`Formatting Alluxio Worker @ ${ctx.hostname}`);
  const directories = await ctx.services.formatWorker();
  for (const directory of directories) ctx.out.line(`Formatted worker data folder: ${directory}`);
}

export async function formatJournal(ctx: CommandContext): Promise<void> {
  ctx.out.line(`Formatting Alluxio Master @ ${ctx.hostname}`);
  await ctx.services.formatJournal();
}
