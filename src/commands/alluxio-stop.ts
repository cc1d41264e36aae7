import { AlluxioError } from '../errors.ts';
import type { Role } from '../http/resident.ts';
import { residentsFolder } from '../resident/records.ts';
import { stopResident } from '../resident/stop.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { invalidComponent, rolesOf, scriptHelp } from './components.ts';
import { arg, flag } from './options.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'alluxio-stop.sh',
  hidden: true,
  usage: 'alluxio-stop.sh [-h] [component] [-s]\nWhere component is one of: all, local, master, masters, worker, workers',
  summary: 'Stops worker and master; with -s never by force.',
  args: { min: 0, max: 1 },
  options: [
    { short: 's', description: 'never kill by force' },
    { short: 'h', description: 'show the usage' },
    { short: 'c', value: 'cacheDir', description: 'of RAM disks; refused here', hidden: true },
  ],
  examples: [{ command: 'alluxio-stop.sh local', does: 'Stop worker and master.' }],
  failureStatus: 1,
  async run(input, ctx) {
    if (input.args.length === 0 || flag(input, 'h')) return ctx.out.line(scriptHelp(command));
    if (input.options['c'] !== undefined) throw new AlluxioError('INVALID_ARGUMENT', '-c saves a RAM disk; the cache here is a folder and stays.', { exitStatus: 1 });
    const component = arg(input, 0);
    const roles = rolesOf(component);
    if (roles === undefined) throw new AlluxioError('USAGE', invalidComponent('component', component), { exitStatus: 1 });
    return stopAll(ctx, roles, { soft: flag(input, 's') });
  },
};

/** The worker first, as the original does. One that cannot be stopped does not keep the others running. Returns the exit status. */
export async function stopAll(ctx: CommandContext, roles: readonly Role[], { soft }: { soft: boolean }): Promise<number> {
  let status = 0;
  for (const role of [...roles].reverse()) {
    const folder = residentsFolder(ctx.services.configFor(role));
    try {
      const count = await stopResident(folder, role, { soft, signal: ctx.signal, say: (text) => ctx.out.line(text) });
      ctx.out.line(`Successfully Killed ${count} process(es) successfully on ${ctx.hostname}`);
    } catch (error) {
      if (!(error instanceof AlluxioError)) throw error;
      ctx.out.error(error.hint === undefined ? error.message : `${error.message} ${error.hint}`);
      status = 1;
    }
  }
  return status;
}
