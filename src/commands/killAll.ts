import type { Role } from '../http/resident.ts';
import { ROLES } from '../resident/records.ts';
import { stopAll } from './alluxio-stop.ts';
import type { CommandSpec } from './command.ts';
import { arg, flag } from './options.ts';

/** What a process of the original is called, by which scripts know it. */
const CLASSES: Readonly<Record<Role, string>> = { master: 'alluxio.master.AlluxioMaster', worker: 'alluxio.worker.AlluxioWorker' };

export const command: CommandSpec = {
  group: 'top',
  name: 'killAll',
  usage: 'killAll [-s] <WORD>',
  summary: 'Stops master and worker of this home whose name contains the word; no other process, whatever its name.',
  args: { min: 1, max: 1 },
  options: [{ short: 's', description: 'never kill by force' }],
  examples: [{ command: 'alluxio killAll alluxio', does: 'Stop both.' }],
  async run(input, ctx) {
    const word = arg(input, 0).toLowerCase();
    const roles = ROLES.filter((role) => CLASSES[role].toLowerCase().includes(word));
    if (roles.length > 0) return stopAll(ctx, roles, { soft: flag(input, 's') });
    ctx.out.line(`Successfully Killed 0 process(es) successfully on ${ctx.hostname}`);
  },
};
