/**
 * What every under storage must do, as data: the cases of Alluxio's `runUfsTests`. The command runs them on a user's own bucket, the contract
 * suite on every driver.
 */
import { randomUUID } from 'node:crypto';
import { Bench } from './conformance/bench.ts';
import type { ConformanceCase } from './conformance/bench.ts';
import { CREATE_CASES } from './conformance/create-cases.ts';
import { DELETE_CASES } from './conformance/delete-cases.ts';
import { DIRECTORY_CASES, LIST_CASES } from './conformance/list-cases.ts';
import { RENAME_CASES } from './conformance/rename-cases.ts';
import { STATUS_CASES } from './conformance/status-cases.ts';
import { joinKey } from './keys.ts';
import { deleteTree } from './rename.ts';
import type { Ufs } from './ufs.ts';

export const CONFORMANCE_CASES: readonly ConformanceCase[] = [...CREATE_CASES, ...DELETE_CASES, ...STATUS_CASES, ...LIST_CASES, ...DIRECTORY_CASES, ...RENAME_CASES];

/** The storage's properties during a run, so that small data meets the borders of pages and pieces. */
export const CONFORMANCE_SETTINGS: Readonly<Record<string, string>> = {
  'alluxio.underfs.listing.length': '50',
  'alluxio.user.block.size.bytes.default': '512B',
};

export interface ConformanceResult {
  readonly test: ConformanceCase;
  /** Why it failed; undefined when it passed. */
  readonly error: unknown;
  readonly ms: number;
}

export interface ConformanceOptions {
  /** Names; default all. */
  readonly tests?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onStart?: (test: ConformanceCase) => void;
  readonly onResult?: (result: ConformanceResult) => void;
}

/** The cases of the given names that apply to the storage; unknown names match nothing. */
export function conformanceCasesFor(ufs: Ufs, names?: readonly string[]): ConformanceCase[] {
  return CONFORMANCE_CASES.filter((test) => (names === undefined || names.includes(test.name)) && (test.appliesTo?.(ufs) ?? true));
}

/** Works in a new folder of the storage and removes it, however the cases end. Returns how many failed. */
export async function runConformance(ufs: Ufs, options: ConformanceOptions = {}): Promise<number> {
  const folder = randomUUID();
  let failed = 0;
  try {
    for (const test of conformanceCasesFor(ufs, options.tests)) {
      if (options.signal?.aborted === true) break;
      options.onStart?.(test);
      const result = await runConformanceCase(ufs, test, joinKey(folder, test.name));
      if (result.error !== undefined) failed += 1;
      options.onResult?.(result);
    }
  } finally {
    if ((await ufs.status(folder)) !== undefined) await deleteTree(ufs, folder);
  }
  return failed;
}

/** Runs one case in the given folder, which it makes; the caller removes it. */
export async function runConformanceCase(ufs: Ufs, test: ConformanceCase, folder: string): Promise<ConformanceResult> {
  const begun = performance.now();
  let error: unknown;
  try {
    await ufs.makeDirectory(folder);
    await test.run(new Bench(ufs, folder));
  } catch (failure) {
    error = failure;
  }
  return { test, error, ms: performance.now() - begun };
}
