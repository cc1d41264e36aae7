import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlluxioError, systemCode } from '../errors.ts';
import type { Role } from '../http/resident.ts';
import { currentProblem } from '../resident/start.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { invalidComponent, rolesOf, scriptHelp } from './components.ts';
import { arg, flag } from './options.ts';

const TAIL_LINES = 30;
const RULE = '-----------------------------------------';

export const command: CommandSpec = {
  group: 'top',
  name: 'alluxio-monitor.sh',
  hidden: true,
  usage: 'alluxio-monitor.sh [-h] [-L] ACTION\nWhere ACTION is one of: all, local, master, masters, worker, workers',
  summary: 'Says whether master and worker are healthy; -L shows the ends of their logs without a check.',
  args: { min: 0, max: 2 },
  options: [
    { short: 'L', description: 'show the ends of the logs without a check' },
    { short: 'h', description: 'show the usage' },
  ],
  examples: [{ command: 'alluxio-monitor.sh local', does: 'Say of master and worker whether they are well.' }],
  failureStatus: 1,
  async run(input, ctx) {
    if (flag(input, 'h')) return ctx.out.line(scriptHelp(command));
    if (input.args.length === 0) throw new AlluxioError('USAGE', 'Error: no ACTION specified', { exitStatus: 1 });
    const action = arg(input, 0);
    const roles = rolesOf(action);
    if (roles === undefined) throw new AlluxioError('USAGE', invalidComponent('ACTION', action), { exitStatus: 1 });
    if (flag(input, 'L')) {
      for (const role of roles) await showLogs(ctx, role);
      return 0;
    }
    banner(ctx, action);
    return reportHealth(ctx, roles, (role) => currentProblem(role, ctx.services.configFor(role)));
  },
};

/** The plural actions and `local` announce themselves. */
export function banner({ out }: CommandContext, action: string): void {
  if (!/^(local|all|masters|workers)$/.test(action)) return;
  for (const line of [RULE, `Starting to monitor all ${action === 'local' || action === 'all' ? 'local' : action} services.`, RULE]) out.line(line);
}

/** A line for each, with the ends of the logs of what is not well. Returns the exit status. */
export async function reportHealth(ctx: CommandContext, roles: readonly Role[], problemOf: (role: Role) => Promise<string | undefined>): Promise<number> {
  let status = 0;
  for (const role of roles) {
    const problem = await problemOf(role);
    if (problem === undefined) {
      ctx.out.line(`--- ${ctx.out.paint('[ OK ]', 'green')} The ${role} service @ ${ctx.hostname} is in a healthy state.`);
      continue;
    }
    status = 1;
    ctx.out.line(`--- ${ctx.out.paint('[ FAILED ]', 'red')} The ${role} @ ${ctx.hostname} is not serving requests.`);
    await showLogs(ctx, role);
    ctx.out.error(problem);
  }
  return status;
}

async function showLogs({ out, services }: CommandContext, role: Role): Promise<void> {
  const folder = services.configFor(role).get('alluxio.logs.dir');
  for (const file of [join(folder, `${role}.log`), join(folder, `${role}.out`)]) {
    out.line(`--- Printing the log tail for ${file}`);
    const tail = await tailOf(file);
    if (tail === '') out.line('    --- EMPTY ---');
    else for (const line of ['>>> BEGIN', tail, '<<< EOF']) out.line(line);
  }
}

async function tailOf(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}
