import type { CommandSpec } from '../command.ts';
import type { SyncPoint } from '../../filesystem/file-system.ts';

const STATES: Readonly<Record<SyncPoint['initial'], string>> = {
  SKIPPED: 'Initial Sync Skipped',
  RUNNING: 'Initial Sync In Progress',
  DONE: 'Initial Sync Done',
};

export const command: CommandSpec = {
  group: 'fs',
  name: 'getSyncPathList',
  usage: 'getSyncPathList',
  summary: 'Gets all the paths that are under active syncing right now.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio fs getSyncPathList', does: 'Which paths follow their under storage by themselves, and whether the first sync is done.', setup: ['startSync /data'] }],
  json: 'path, state (SKIPPED, RUNNING or DONE: the first sync of the whole tree)',
  async run(_input, ctx) {
    const fs = await ctx.fileSystem();
    const points = await fs.syncing.points();
    if (!ctx.out.json) ctx.out.line('The following paths are under active sync');
    for (const { path, initial } of points) {
      if (ctx.out.json) ctx.out.record({ path, state: initial });
      else ctx.out.line(`${path}\t${STATES[initial]}`);
    }
  },
};
