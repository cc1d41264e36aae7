import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AlluxioError } from '../errors.ts';
import { onLocal } from '../filesystem/transfers/local-errors.ts';
import { makeFolders } from '../make-folders.ts';
import type { Admin } from '../filesystem/admin.ts';
import type { CommandSpec } from './command.ts';
import { integer, text } from './options.ts';

const PAGE = 1000;

export const command: CommandSpec = {
  group: 'top',
  name: 'readJournal',
  usage: 'readJournal [-start N] [-end N] [-outputDir <dir>]',
  summary: 'Writes the log of the journal to a file that can be read: who changed what, and when.',
  description: 'The file edits.txt in the output directory has a JSON object on each line: seq, timeMs, user, command, entry. Credentials are masked. Nothing needs to be stopped for it.',
  args: { min: 0, max: 0 },
  options: [
    { long: 'start', value: 'N', description: 'the first record; default the oldest that there is' },
    { long: 'end', value: 'N', description: 'the record to stop before; default none' },
    { long: 'outputDir', value: 'dir', words: 'local', description: 'where edits.txt goes; default journal_dump-<time> in the working directory' },
    { long: 'master', value: 'NAME', description: 'FileSystemMaster; changes nothing', hidden: true },
  ],
  examples: [{ command: 'alluxio readJournal -outputDir dump', does: 'Write the log to dump/edits.txt.' }],
  async run(input, ctx) {
    const [start, end] = [integer(input, 'start') ?? 0, integer(input, 'end') ?? Infinity];
    if (start < 0 || end < start) throw new AlluxioError('INVALID_ARGUMENT', 'The range of records is empty: -start must not be behind -end.');
    const folder = ctx.localPath(text(input, 'outputDir') ?? `journal_dump-${ctx.now()}`);
    const admin = await (await ctx.fileSystem()).admin();
    ctx.out.line(`Dumping journal of type EMBEDDED to ${folder}`);
    await onLocal(folder, () => makeFolders(folder));
    let records = 0;
    const count = (): void => void records++;
    const file = join(folder, 'edits.txt');
    await onLocal(file, () => pipeline(Readable.from(linesOf(admin, { start, end, count })), createWriteStream(file, { mode: 0o600 }), { signal: ctx.signal }));
    ctx.out.line(`${records} entries`);
  },
};

function* linesOf(admin: Admin, { start, end, count }: { start: number; end: number; count(): void }): Generator<string> {
  for (let from = start; ; ) {
    const page = admin.log({ from, limit: PAGE });
    for (const record of page) {
      if (record.seq >= end) return;
      count();
      yield `${JSON.stringify(record)}\n`;
    }
    const last = page[page.length - 1];
    if (last === undefined || page.length < PAGE) return;
    from = last.seq + 1;
  }
}
