import { AlluxioError } from '../errors.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import type { EnvTask, TaskResult } from './env-tasks.ts';
import { envTasks } from './env-tasks.ts';
import { arg } from './options.ts';

const NO_TARGET = 254;
const FAILED = 255;
const TARGETS = ['local', 'master', 'worker', 'all', 'masters', 'workers', 'list'] as const;
const COLOURS = { OK: 'green', WARNING: 'yellow', FAILED: 'red', SKIPPED: 'dim' } as const;

export const command: CommandSpec = {
  group: 'top',
  name: 'validateEnv',
  usage: 'validateEnv TARGET [NAME]',
  summary: 'Checks this machine: ports, the under storage, room for the cache, limits.',
  description: 'TARGET is local, master, worker, all, masters or workers, or list to see the tasks. NAME is how the names of the wanted tasks begin.',
  args: { min: 0, max: 2 },
  words: [[...TARGETS], 'text'],
  options: [],
  examples: [
    { command: 'alluxio validateEnv local', does: 'Check everything.' },
    { command: 'alluxio validateEnv list', does: 'Show what can be checked.' },
    { command: 'alluxio validateEnv local ufs', does: 'Check only the under storage.' },
  ],
  exitCodes: [
    { status: FAILED, when: 'something is not as it should be, or no task has such a name' },
    { status: NO_TARGET, when: 'the target is missing or unknown' },
  ],
  failureStatus: FAILED,
  async run(input, ctx) {
    const target = TARGETS.find((each) => each === input.args[0]);
    if (target === undefined) throw new AlluxioError('USAGE', input.args.length === 0 ? 'Target not specified.' : `Invalid target ${arg(input, 0)}`, { exitStatus: NO_TARGET });
    const tasks = envTasks(ctx);
    if (target === 'list') return list(ctx, tasks);
    const role = target.replace(/s$/, '');
    const wanted = tasks.filter((task) => (role === 'local' || role === 'all' || task.targets.some((each) => each === role)) && task.name.startsWith(input.args[1] ?? ''));
    ctx.out.line(`Validating ${target} environment...`);
    if (wanted.length === 0) throw new AlluxioError('INVALID_ARGUMENT', `No validation task matched name "${input.args[1] ?? ''}".`);
    return validate(ctx, wanted);
  },
};

async function validate(ctx: CommandContext, tasks: readonly EnvTask[]): Promise<number> {
  const counts = { OK: 0, WARNING: 0, FAILED: 0, SKIPPED: 0 };
  for (const { name, check } of tasks) {
    ctx.signal.throwIfAborted();
    ctx.out.line(`Validating ${name}...`);
    const { state, why }: TaskResult = await check();
    counts[state]++;
    ctx.out.line(`${ctx.out.paint(state, COLOURS[state])}${why === undefined ? '' : `: ${why}`}`);
  }
  const summary = [counts.FAILED > 0 ? `${counts.FAILED} failures ` : '', counts.WARNING > 0 ? `${counts.WARNING} warnings ` : '', counts.SKIPPED > 0 ? `${counts.SKIPPED} skipped ` : ''].join('');
  if (summary !== '') ctx.out.warn(summary);
  if (counts.FAILED > 0) return FAILED;
  ctx.out.line('Validation succeeded.');
  return 0;
}

function list({ out }: CommandContext, tasks: readonly EnvTask[]): void {
  for (const target of ['master', 'worker'] as const) {
    out.line(`Target: ${target}`);
    for (const { name, targets, does } of tasks) if (targets.includes(target)) out.line(`    ${name}: ${does}`);
  }
}
