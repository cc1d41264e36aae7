/**
 * Where the crash test kills us: each boundary between two states that others can see, the journal's, a disk's or a bucket's. Each has a moment before and one after.
 * Without the environment variables below a boundary costs one comparison.
 *
 *   ALLUXIO_FAULT_POINT=<boundary>.<before|after>:<n>   this process kills itself with SIGKILL when it passes there for the n-th time; `*:<n>` counts every passing
 *   ALLUXIO_FAULT_SIGNAL=SIGSTOP                        it stops there instead, to be killed by somebody else while others wait for it
 *   ALLUXIO_FAULT_LOG=<file>                            every passing becomes a line of this file, the last one included
 */
import { appendFileSync } from 'node:fs';

export const BOUNDARIES = {
  'journal.commit': 'A transaction: before, all of it is written and nothing of it counts; after, it is on disk and nobody was told.',
  'journal.publish': 'The rename that makes a new store the current one (format, restore).',
  'journal.sync': 'The sync of a new store and of the folder that names it.',
  'cache.sync': 'The sync of a block file, or of the folder that it was renamed into.',
  'cache.rename': 'A block file gets its name.',
  'cache.remove': 'A block file goes.',
  'local.sync': 'The sync of a file or a folder of a local storage.',
  'local.publish': 'A file that was written under a temporary name gets its own: a link, or a rename over another.',
  'local.tidy': 'The temporary name goes.',
  'local.rename': 'A rename within a local storage.',
  'local.make': 'A folder of a local storage is made.',
  'local.remove': 'A file or folder of a local storage goes.',
  'local.owner': 'Owner, group or mode of a local file changes.',
  'download.rename': 'A file that was copied out to this machine gets its name.',
  'oss.request': 'A request to OSS: before, nothing of it was sent; after, the operating system has all of it.',
  'oss.answer': 'The answer: before, its first bytes are here, so what was asked is done; after, all of it is here and was not looked at.',
} as const;

export type Boundary = keyof typeof BOUNDARIES;

interface Plan {
  readonly point: string;
  readonly nth: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  readonly log: string | undefined;
}

const { ALLUXIO_FAULT_POINT: where, ALLUXIO_FAULT_LOG: log, ALLUXIO_FAULT_SIGNAL: signal } = process.env;
const plan: Plan | undefined = where === undefined && log === undefined ? undefined : planOf(where ?? '');
let passed = 0;

export function reached(boundary: Boundary, moment: 'before' | 'after'): void {
  if (plan !== undefined) pass(plan, `${boundary}.${moment}`);
}

/** The step with both its moments. One that fails has no moment after it. */
export async function around<T>(boundary: Boundary, step: () => Promise<T>): Promise<T> {
  reached(boundary, 'before');
  const result = await step();
  reached(boundary, 'after');
  return result;
}

export function aroundSync<T>(boundary: Boundary, step: () => T): T {
  reached(boundary, 'before');
  const result = step();
  reached(boundary, 'after');
  return result;
}

function planOf(text: string): Plan {
  const colon = text.lastIndexOf(':');
  return { point: text.slice(0, Math.max(0, colon)), nth: Number(text.slice(colon + 1)), signal: signal === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL', log };
}

function pass(to: Plan, point: string): void {
  if (to.log !== undefined) appendFileSync(to.log, `${point}\n`);
  if (to.point !== '*' && to.point !== point) return;
  passed += 1;
  if (passed === to.nth) process.kill(process.pid, to.signal);
}
