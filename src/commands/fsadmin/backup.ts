import type { CommandSpec } from '../command.ts';
import { flag } from '../options.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'backup',
  usage: 'backup [directory] [--local] [--allow-leader] [--bypass-delegation]',
  summary: 'Backs up all metadata to the under storage or, with --local, to this machine.',
  description: [
    'The directory is an absolute path in the storage that is mounted at /, or a URI of its own; by default alluxio.master.backup.directory. Commands may run meanwhile: the backup is the state of one moment.',
    'A backup holds no content of files and no secrets. Files that are only in the cache are counted: they would be lost with it; persist them before. Restore with "alluxio format --from <uri>".',
  ].join('\n'),
  args: { min: 0, max: 1 },
  words: ['text'],
  options: [
    { long: 'local', description: 'write to the local disk' },
    { long: 'allow-leader', description: 'of clusters with several masters; changes nothing' },
    { long: 'bypass-delegation', description: 'of clusters with several masters; changes nothing' },
  ],
  examples: [
    { command: 'alluxio fsadmin backup', does: 'Write a backup to alluxio.master.backup.directory in the storage at /.' },
    { command: 'alluxio fsadmin backup /var/backups/alluxio --local', does: 'Write one to the local disk.' },
    { command: 'alluxio fsadmin backup oss://my-bucket/backups', does: 'Write one to a bucket.' },
  ],
  json: 'host, uri, entries, unsavedFiles',
  async run(input, ctx) {
    const [directory] = input.args;
    const admin = await (await ctx.fileSystem()).admin();
    const progress = ctx.out.progress('Backup');
    const done = await admin.backup({ directory, local: flag(input, 'local'), progress }).finally(() => progress.end());
    if (done.unsaved > 0) ctx.out.warn(`${done.unsaved} file(s) are only in the cache: their content is not in the backup. Persist them: alluxio fs persist /`);
    if (ctx.out.json) return ctx.out.record({ host: ctx.hostname, uri: done.uri.toString(), entries: done.entries, unsavedFiles: done.unsaved });
    for (const [label, value] of [['Backup Host', ctx.hostname], ['Backup URI', done.uri.toString()], ['Backup Entry Count', done.entries]]) ctx.out.line(`${String(label).padEnd(18)} : ${String(value)}`);
  },
};
