/**
 * What `distributedCp`, `distributedLoad` and `distributedMv` share. There is no job service here: the work is done by this process, in parallel, and is done
 * when the command ends; the words are those of Alluxio's job service.
 */
import { writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AlluxioError } from '../errors.ts';
import { onLocal } from '../filesystem/transfers/local-errors.ts';
import { makeFolders } from '../make-folders.ts';
import type { TypedPath } from '../uri.ts';
import type { CommandContext, CommandInput, OptionSpec } from './command.ts';
import { flag, integer, text } from './options.ts';

export const JOB_OPTIONS: readonly OptionSpec[] = [
  { long: 'active-jobs', value: 'num', description: 'number of jobs at once; here, an upper limit of files at once' },
  { long: 'batch-size', value: 'num', description: 'accepted for old scripts; files are not sent anywhere in batches' },
  { long: 'async', description: 'print what a submission prints; the work is done when the command ends all the same' },
];

export const JOB_JSON = 'path, state (COMPLETED or FAILED), error';

/** What one file's work came to. */
interface Failure {
  readonly path: string;
  readonly error: Error;
}

export interface JobReport {
  done(path: string): void;
  failed(path: string, error: Error): void;
}

export interface Job {
  readonly command: 'distributedCp' | 'distributedLoad';
  /** As the words of a submission name it. */
  readonly kind: 'migrate' | 'distLoad';
  /** `copied`, `loaded` */
  readonly verb: string;
  readonly source: TypedPath;
}

/** @throws USAGE for numbers that make no sense */
export function jobLimits(input: CommandInput): { readonly parallel?: number } {
  for (const name of ['active-jobs', 'batch-size', 'replication']) {
    const value = integer(input, name);
    if (value !== undefined && value <= 0) throw new AlluxioError('USAGE', `${name} must be > 0`);
  }
  const active = integer(input, 'active-jobs');
  // Hundreds of jobs are spread over a cluster there; on one machine as many as it has lanes are enough.
  return active === undefined || active >= MANY ? {} : { parallel: active };
}

const MANY = 256;

/** Runs the work between the lines that Alluxio prints around it. Returns how many files failed. */
export async function runJob(job: Job, input: CommandInput, ctx: CommandContext, work: (report: JobReport) => Promise<void>): Promise<number> {
  const id = ctx.now();
  const results: string[] = [];
  const failures: Failure[] = [];
  let done = 0;
  const { out } = ctx;
  const say = (line: string): void => void (out.json || out.line(line));
  const quiet = flag(input, 'async');
  if (quiet) say('Entering async submission mode. ');
  say('Please wait for command submission to finish..');
  if (!quiet) {
    say(`Submitted successfully, jobControlId = ${id}`);
    say('Waiting for the command to finish ...');
  }
  await work({
    done(path) {
      done += 1;
      if (out.json) out.record({ path, state: 'COMPLETED', error: null });
      else if (!quiet) results.push(`Successfully ${job.verb} path ${path}`);
    },
    failed(path, error) {
      failures.push({ path, error });
      if (out.json) out.record({ path, state: 'FAILED', error: error.message });
    },
  });
  if (quiet) say(`Submitted ${job.kind} job successfully, jobControlId = ${id}`);
  else summarise(say, { id, results, done, failed: failures.length });
  if (failures.length > 0) await tellFailures(job, failures, ctx);
  return failures.length;
}

function summarise(say: (line: string) => void, totals: { id: number; results: readonly string[]; done: number; failed: number }): void {
  say('Get command status information below: ');
  if (totals.done + totals.failed === 0) say('Job is completed successfully.');
  for (const line of totals.results) say(line);
  if (totals.done + totals.failed > 0) say(`Total completed file count is ${totals.done}, failed file count is ${totals.failed}`);
  say(`Finished running the command, jobControlId = ${totals.id}`);
}

const SHOWN = 20;

async function tellFailures(job: Job, failures: readonly Failure[], ctx: CommandContext): Promise<void> {
  if (!ctx.out.json) {
    ctx.out.line('Here are failed files: ');
    for (const { path } of failures.slice(0, SHOWN)) ctx.out.line(`${path},`);
  }
  const folder = ctx.config.get('alluxio.user.logs.dir');
  const name = job.source.plain.split('/').filter((part) => part !== '').join('_');
  const file = join(folder, `${job.command}_${name.slice(0, 150)}_failures.csv`);
  await onLocal(folder, () => makeFolders(folder));
  await onLocal(file, () => writeFile(file, failures.map(({ path }) => `${path}\n`).join('')));
  if (!ctx.out.json) ctx.out.line(`Check out ${shownPath(file, ctx)} for full list of failed files.`);
  for (const { path, error } of failures.slice(0, SHOWN)) ctx.out.warn(error.message.includes(path) ? error.message : `${path}: ${error.message}`);
}

/** As Alluxio names it, `./logs/user/…`, where that is right. */
function shownPath(file: string, ctx: CommandContext): string {
  try {
    const below = relative(ctx.localPath('.'), file);
    return below.startsWith('..') ? file : `.${sep}${below}`;
  } catch {
    return file;
  }
}

/** @throws USAGE */
export function overwrites(input: CommandInput): boolean {
  const given = text(input, 'overwrite')?.toLowerCase() ?? 'true';
  if (given !== 'true' && given !== 'false') throw new AlluxioError('USAGE', `Option --overwrite takes true or false, not "${given}"`);
  return given === 'true';
}
