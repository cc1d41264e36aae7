/**
 * Sends again what may succeed when it is simply sent again (ERROR_TABLE says which codes), with exponential back-off and jitter.
 * `list`, `read`, `write` and `unfinishedWrites` pass through: they can only be resumed in the middle, page by page or part by part, and so a driver of a
 * remote store takes the same `Retry` and applies it to each request of theirs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { AlluxioError, answerOf, hasCode, isAlluxioError, messageOf } from '../../errors.ts';
import type { Ufs } from '../ufs.ts';

export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly retries: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Runs `attempt` until it succeeds or may not be repeated; `tries` counts from 0. */
export type Retry = <T>(attempt: (tries: number) => Promise<T>, signal?: AbortSignal) => Promise<T>;

export const once: Retry = (attempt) => attempt(0);

export function retryPolicyOf(config: Config): RetryPolicy {
  return {
    retries: Math.max(0, config.integer('alluxio.underfs.oss.retry.max')),
    baseMs: Math.max(0, config.duration('alluxio.underfs.eventual.consistency.retry.base.sleep')),
    maxMs: Math.max(0, config.duration('alluxio.underfs.eventual.consistency.retry.max.sleep')),
  };
}

export function retryBy(policy: RetryPolicy): Retry {
  return async (attempt, signal) => {
    let lost = false;
    for (let tries = 0; ; tries++) {
      throwIfAborted(signal);
      try {
        return await attempt(tries);
      } catch (error) {
        if (tries >= policy.retries || !isAlluxioError(error) || !error.retryable) throw lost ? asLost(error) : error;
        lost ||= answerOf(error) === 'lost';
        await pause(delayOf(policy, tries, error), signal).catch((ended: unknown) => {
          throw lost ? asLost(ended) : ended;
        });
      }
    }
  };
}

/** What was said in the end says nothing of what became of the try before, whose answer was lost, or of what could not be taken back. */
export function asLost(error: unknown): unknown {
  if (!isAlluxioError(error) || answerOf(error) === 'lost') return error;
  const { code, message, path, hint, details } = error;
  return new AlluxioError(code, message, { ...(path === undefined ? {} : { path }), ...(hint === undefined ? {} : { hint }), details: { ...details, answer: 'lost' }, cause: error });
}

/** A store under load says how long to stay away; otherwise somewhere in the upper half of a doubling interval. */
function delayOf(policy: RetryPolicy, tries: number, error: AlluxioError): number {
  const asked = Number(error.details['x-oss-qos-delay-time'] ?? 0);
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** tries);
  const delay = ceiling * (0.5 + Math.random() / 2);
  return Number.isFinite(asked) && asked > delay ? Math.min(asked, Math.max(policy.maxMs, 1)) : delay;
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw cancelled(error);
  }
}

export function cancelled(cause?: unknown): AlluxioError {
  return new AlluxioError('CANCELLED', 'Cancelled.', { cause });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled(signal.reason);
}

export function withRetry(ufs: Ufs, retry: Retry): Ufs {
  return {
    uri: ufs.uri,
    type: ufs.type,
    capabilities: ufs.capabilities,
    status: (key, signal) => retry(() => ufs.status(key, signal), signal),
    list: (key, options) => ufs.list(key, options),
    read: (key, options) => ufs.read(key, options),
    write: (key, source, options) => ufs.write(key, source, options),
    isLink: (key) => ufs.isLink(key),
    deleteFiles: (keys, signal) => deleteWithRetry(ufs, retry, { keys, signal }),
    makeDirectory: (key) => retry(() => ufs.makeDirectory(key)),
    removeDirectory: (key) => removeWithRetry(ufs, retry, key),
    copyFile: (from, to, options) => retry(() => ufs.copyFile(from, to, options), options?.signal),
    // Not repeated: after a lost answer a second try would find its own work and call it ALREADY_EXISTS.
    rename: (from, to) => ufs.rename(from, to),
    setOwnership: (key, change) => retry(() => ufs.setOwnership(key, change)),
    unfinishedWrites: (key, scope, signal) => ufs.unfinishedWrites(key, scope, signal),
    space: () => retry(() => ufs.space()),
  };
}

/** Keys that failed for a passing reason are tried again, alone; the others keep the error they had. */
async function deleteWithRetry(ufs: Ufs, retry: Retry, request: { keys: readonly string[]; signal: AbortSignal | undefined }) {
  let remaining = request.keys;
  let failures: Awaited<ReturnType<Ufs['deleteFiles']>> = [];
  const settled: typeof failures = [];
  const lost = new Set<string>();
  let refused = false;
  try {
    await retry(async () => {
      refused = false;
      failures = await ufs.deleteFiles(remaining, request.signal);
      const passing = failures.filter((failure) => isAlluxioError(failure.error) && failure.error.retryable);
      settled.push(...failures.filter((failure) => !passing.includes(failure)));
      for (const { key, error } of failures) if (answerOf(error) === 'lost') lost.add(key);
      failures = passing;
      refused = passing.length > 0;
      remaining = passing.map((failure) => failure.key);
      if (passing[0] !== undefined) throw passing[0].error;
    }, request.signal);
  } catch (error) {
    if (!refused || hasCode(error, 'CANCELLED')) throw error;
  }
  return [...settled, ...failures].map((failure) => (lost.has(failure.key) ? { ...failure, error: asError(asLost(failure.error)) } : failure));
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}

/** A second try that finds nothing after a first one whose answer was lost has removed the directory. */
function removeWithRetry(ufs: Ufs, retry: Retry, key: string): Promise<boolean> {
  return retry(async (tries) => {
    const removed = await ufs.removeDirectory(key);
    return removed || (tries > 0 && (await ufs.status(key)) === undefined);
  });
}
