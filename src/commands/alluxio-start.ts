import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlluxioError } from '../errors.ts';
import type { Role } from '../http/resident.ts';
import { liveResident, residentsFolder } from '../resident/records.ts';
import type { Launched } from '../resident/start.ts';
import { claimStart, launchResident, prepareLogs, waitUntilHealthy } from '../resident/start.ts';
import { banner, reportHealth } from './alluxio-monitor.ts';
import { stopAll } from './alluxio-stop.ts';
import type { CommandContext, CommandInput, CommandSpec } from './command.ts';
import { invalidComponent, rolesOf, scriptHelp } from './components.ts';
import { statusWhenAsked } from './foreground.ts';
import { formatBoth, formatJournal, formatWorker } from './formatting.ts';
import { arg, flag, text } from './options.ts';

const SAFE_MS = 2000;
const MOUNT_MODES = ['Mount', 'SudoMount', 'NoMount'];

export const command: CommandSpec = {
  group: 'top',
  name: 'alluxio-start.sh',
  hidden: true,
  usage: [
    'alluxio-start.sh [-a] [-h] [-N] [-w] [-i backup] ACTION [Mount|SudoMount|NoMount] [-f]',
    'Where ACTION is one of: all, local, master, masters, worker, workers, restart_worker, restart_workers, safe',
  ].join('\n'),
  summary: 'Starts master and worker, or starts them again, and waits until they are healthy.',
  args: { min: 0, max: 2 },
  options: [
    { short: 'a', description: 'do not wait until what was started is healthy' },
    { short: 'N', description: 'do not stop what is running first' },
    { short: 'w', description: 'wait until the started processes end' },
    { short: 'i', value: 'backup', description: 'fill an empty journal from this backup of the metadata' },
    { short: 'f', description: 'format before' },
    { short: 'c', value: 'cacheDir', description: 'of RAM disks; refused here', hidden: true },
    { short: 'h', description: 'show the usage' },
  ],
  examples: [{ command: 'alluxio-start.sh local', does: 'Start master and worker, or start them again.' }],
  failureStatus: 1,
  async run(input, ctx) {
    if (flag(input, 'h')) return ctx.out.line(scriptHelp(command));
    if (input.args.length === 0) throw new AlluxioError('USAGE', 'Error: no ACTION specified', { exitStatus: 1 });
    const action = arg(input, 0);
    const wanted = wantedOf(input, action);
    if (action === 'safe') return keepMaster(ctx, wanted);
    if (rolesOf(action) !== undefined || action.startsWith('restart_')) sayMountMode(input, ctx, action);
    return start(ctx, wanted, action);
  },
};

interface Wanted {
  readonly roles: readonly Role[];
  readonly wait: 'healthy' | 'end' | 'not';
  /** Stop what is running first; `restart_worker` starts only what is not. */
  readonly running: 'stop' | 'refuse' | 'leave';
  readonly format: boolean;
  readonly backup: string | undefined;
}

/** @throws USAGE before anything is touched */
function wantedOf(input: CommandInput, action: string): Wanted {
  const restart = action === 'restart_worker' || action === 'restart_workers';
  const roles = restart ? ['worker' as const] : action === 'safe' ? ['master' as const] : rolesOf(action);
  if (roles === undefined) throw new AlluxioError('USAGE', invalidComponent('ACTION', action), { exitStatus: 1 });
  const mode = input.args[1];
  if (mode !== undefined && !MOUNT_MODES.includes(mode)) throw new AlluxioError('USAGE', `Invalid mount mode: ${mode}`, { exitStatus: 1 });
  if (input.options['c'] !== undefined) throw new AlluxioError('INVALID_ARGUMENT', '-c fills a RAM disk; the cache here is a folder and survives a stop.', { exitStatus: 1 });
  const backup = text(input, 'i');
  if (backup !== undefined && !roles.includes('master')) throw new AlluxioError('USAGE', 'Error: -i is for the master', { exitStatus: 1 });
  return {
    roles,
    wait: flag(input, 'w') ? 'end' : flag(input, 'a') ? 'not' : 'healthy',
    running: restart ? 'leave' : flag(input, 'N') ? 'refuse' : 'stop',
    format: flag(input, 'f'),
    backup,
  };
}

/** Nothing is ever mounted: the cache is a folder, on a RAM disk only if that is where it was put. */
function sayMountMode(input: CommandInput, { out }: CommandContext, action: string): void {
  const mode = input.args[1];
  if (action.startsWith('master') || action.startsWith('restart_')) return;
  if (mode === undefined) out.line('Assuming NoMount by default.');
  else if (mode !== 'NoMount') out.line(`${mode}: nothing is to be mounted, the cache is a folder.`);
}

async function start(ctx: CommandContext, wanted: Wanted, action: string): Promise<number> {
  const logs = ctx.services.configFor('master').get('alluxio.logs.dir');
  if (prepareLogs(logs)) ctx.out.line(`ALLUXIO_LOGS_DIR: ${logs}`);
  const claim = claimStart(ctx.services.configFor('master'));
  try {
    const roles = wanted.running === 'leave' ? wanted.roles.filter((role) => !isRunning(ctx, role)) : wanted.roles;
    if (wanted.running === 'stop' && (await stopAll(ctx, roles, { soft: false })) !== 0) return 1;
    await prepare(ctx, wanted);
    const launched = roles.map((role) => launch(ctx, role, wanted));
    if (wanted.wait === 'not') return 0;
    if (wanted.wait === 'end') {
      claim.release();
      return await waitForEnd(ctx, launched);
    }
    banner(ctx, action);
    return await reportHealth(ctx, roles, async (role) => {
      const process = launched.find((each) => each.role === role);
      return process === undefined ? undefined : waitUntilHealthy(process, ctx.signal);
    });
  } finally {
    claim.release();
  }
}

/** Formats when asked, and where there has never been a journal. A folder that holds something else is not touched: the master says so. */
async function prepare(ctx: CommandContext, { roles, format }: Wanted): Promise<void> {
  const missing = roles.includes('master') && !existsSync(ctx.services.configFor('master').get('alluxio.master.journal.folder'));
  if (format && roles.includes('worker') && roles.includes('master')) return formatBoth(ctx);
  if (format && roles.includes('worker')) await formatWorker(ctx);
  if (missing || (format && roles.includes('master'))) await formatJournal(ctx);
}

function launch(ctx: CommandContext, role: Role, { backup }: Pick<Wanted, 'backup'>): Launched {
  const config = ctx.services.configFor(role);
  ctx.out.line(`Starting ${role} @ ${ctx.hostname}. Logging to ${config.get('alluxio.logs.dir')}`);
  const restore = role === 'master' && backup !== undefined ? [['alluxio.master.journal.init.from.backup', backup] as const] : [];
  return launchResident(role, config, { installDir: ctx.installDir, env: ctx.env, defines: [...ctx.services.defines, ...restore] });
}

function isRunning(ctx: CommandContext, role: Role): boolean {
  return liveResident(residentsFolder(ctx.services.configFor(role)), role) !== undefined;
}

/** Told to end, it ends them: what waits in a container stands for what it started. */
async function waitForEnd(ctx: CommandContext, launched: readonly Launched[]): Promise<number> {
  const ended = Promise.all(launched.map((process) => process.ended()));
  await Promise.race([ended, ctx.signal.aborted ? undefined : once(ctx.signal, 'abort')]);
  if (ctx.signal.aborted) for (const { pid, hasEnded } of launched) if (pid !== undefined && !hasEnded()) process.kill(pid, 'SIGTERM');
  return (await ended).every(Boolean) ? statusWhenAsked(ctx.signal) : 1;
}

/** Looks every two seconds whether the master lives, and starts it when not, until it is interrupted. */
async function keepMaster(ctx: CommandContext, wanted: Wanted): Promise<number> {
  while (!ctx.signal.aborted) {
    if (!isRunning(ctx, 'master')) {
      ctx.out.line(`Restarting the system master...`);
      await start(ctx, { ...wanted, running: 'leave', wait: 'healthy' }, 'master');
      await ctx.out.drained();
    }
    await sleep(SAFE_MS, undefined, { signal: ctx.signal }).catch(() => undefined);
  }
  return statusWhenAsked(ctx.signal);
}
