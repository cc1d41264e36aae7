/** What `validateEnv` looks at. */
import { execFile } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import type { Role } from '../http/resident.ts';
import { liveResident, residentsFolder } from '../resident/records.ts';
import { formatSize } from '../terminal/size.ts';
import { ROOT } from '../uri.ts';
import type { CommandContext } from './command.ts';

export interface TaskResult {
  readonly state: 'OK' | 'WARNING' | 'FAILED' | 'SKIPPED';
  readonly why?: string;
}

export interface EnvTask {
  readonly name: string;
  readonly does: string;
  readonly targets: readonly Role[];
  check(): Promise<TaskResult>;
}

const FEW_FILES = 1024;
const FEW_PROCESSES = 1024;
const OK: TaskResult = { state: 'OK' };

export function envTasks(ctx: CommandContext): EnvTask[] {
  return [
    ...(['master', 'worker'] as const).map((role) => ({
      name: `${role}.web.port.available`,
      does: `the web port of the ${role} is free, or the ${role} has it`,
      targets: [role],
      check: () => webPort(ctx, role),
    })),
    { name: 'ufs.path.accessible', does: 'the under storage at / answers with these credentials', targets: ['master', 'worker'], check: () => rootAnswers(ctx) },
    { name: 'worker.storage.space', does: 'the disks have room for the cache', targets: ['worker'], check: () => room(ctx) },
    { name: 'ulimit.nofile', does: 'enough files may be open', targets: ['master', 'worker'], check: () => limit('-n', FEW_FILES, 'open files') },
    { name: 'ulimit.nproc', does: 'enough processes may run', targets: ['master', 'worker'], check: () => limit('-u', FEW_PROCESSES, 'processes') },
  ];
}

async function webPort(ctx: CommandContext, role: Role): Promise<TaskResult> {
  const config = ctx.services.configFor(role);
  if (liveResident(residentsFolder(config), role) !== undefined) return { state: 'SKIPPED', why: `the ${role} is running` };
  const port = config.integer(`alluxio.${role}.web.port`);
  const error = await listenError(port, config.get(`alluxio.${role}.web.bind.host`));
  return error === undefined ? OK : { state: 'FAILED', why: `port ${port}: ${error}. Free it, or set alluxio.${role}.web.port.` };
}

function listenError(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(systemCode(error) ?? messageOf(error)));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

async function rootAnswers(ctx: CommandContext): Promise<TaskResult> {
  try {
    const fs = await ctx.fileSystem();
    for await (const page of fs.entries.list(ROOT, { loadType: 'ALWAYS' })) {
      void page;
      break;
    }
    return OK;
  } catch (error) {
    if (error instanceof AlluxioError && error.code === 'CANCELLED') throw error;
    return { state: 'FAILED', why: messageOf(error) };
  }
}

async function room(ctx: CommandContext): Promise<TaskResult> {
  const directories = (await (await ctx.fileSystem()).storage.capacity()).flatMap((tier) => tier.directories);
  const small = directories.flatMap(({ path, capacity, used }) => {
    const { bavail, bsize } = statfsSync(nearest(path));
    const [free, needed] = [bavail * bsize, capacity - used];
    return free >= needed ? [] : [`${path} may grow by ${formatSize(needed)}, but its disk has ${formatSize(free)}`];
  });
  return small.length === 0 ? OK : { state: 'WARNING', why: small.join('; ') };
}

function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path));
}

function limit(flag: string, least: number, what: string): Promise<TaskResult> {
  return new Promise((resolve) => {
    execFile('/bin/bash', ['-c', `ulimit ${flag}`], (error, stdout) => {
      const value = stdout.trim() === 'unlimited' ? Infinity : Number(stdout.trim());
      if (error !== null || Number.isNaN(value)) return resolve({ state: 'SKIPPED', why: 'this system does not tell' });
      resolve(value >= least ? OK : { state: 'WARNING', why: `only ${value} ${what}; ${least} are recommended` });
    });
  });
}
