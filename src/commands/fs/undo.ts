import { AlluxioError } from '../../errors.ts';
import { dateFormat } from '../../terminal/dates.ts';
import { onOneLine } from '../../terminal/escape.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'undo',
  usage: 'undo [<id>]',
  summary: 'Takes back what a command did to the namespace.',
  description:
    'The id is one that "alluxio fs log" shows; without it, the last command of this user is undone, undos aside, and those that only look, load, cache, free or persist. When that one cannot be undone, it is said why, and no older one is undone instead. It puts back what mv moved, what chmod, chown, chgrp, setfacl, setTtl, unsetTtl, pin, unpin and setReplication changed, also with -R, ' +
    'what mount, unmount and updateMount did, and what rm removed, as long as the trash holds it (alluxio.user.trash.interval); empty files and directories that touch and mkdir made are removed. ' +
    'An undo is a command of the log too: undo its id, and all is as before it. Refused, with the reason and nothing changed, when something newer depends on it: it was changed again, also by other tools in the under storage, its old place is taken, what it moved has lost a part, an unmount took a file along that was only in the cache, or the log does not reach back so far. ' +
    'Others may work meanwhile: what would be lost of theirs is looked for again at the moment of each change, and stays. An undo that fails in the middle is not done; the next one, with or without the id, goes on with it. ' +
    'The rights of whoever undoes decide. Content is never touched: what copyFromLocal, cp, persist, load or free did is not undone.',
  args: { min: 0, max: 1 },
  words: ['text'],
  options: [],
  examples: [
    { command: 'alluxio fs undo', does: 'Take back the last command.', setup: ['chmod 711 /data'] },
    { command: 'alluxio fs undo "$(alluxio fs log --json -n 1 /data | sed \'s/.*"seq":\\([0-9]*\\).*/\\1/\')"', does: 'Take back the last command that changed something below /data.', setup: ['chmod -R 700 /data'] },
  ],
  json: 'id, user, command, time (ms), changes (how many paths, inodes and mounts were put back)',
  async run(input, ctx) {
    const given = input.args[0];
    if (given !== undefined && !/^\d{1,15}$/.test(given)) throw new AlluxioError('USAGE', `${given} is not an id. Ids are shown by: alluxio fs log`);
    const fs = await ctx.fileSystem();
    const { id, user, command: line, timeMs, changes } = await fs.undo(given === undefined ? undefined : Number(given));
    if (ctx.out.json) return ctx.out.record({ id, user, command: line, time: timeMs, changes });
    const time = dateFormat(ctx.config.get('alluxio.user.date.format.pattern'))(timeMs);
    ctx.out.line(onOneLine(`Undone: "${line}" of ${user}, ${time} (id ${id}), ${changes} change${changes === 1 ? '' : 's'}`));
  },
};
