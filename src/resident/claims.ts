/**
 * One process at a time for a name, and a record of it that everybody can read: `<folder>/<name>-<n>.json`. The greatest `n` is the record that counts, and its process
 * must live; a dead one's is no claim. Nobody ever takes a record away but the holder of a greater one: only so can two that come at the same moment
 * not both win. A record is whole as soon as it is there.
 */
import { linkSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import { writeOwnFile } from '../hand-over.ts';
import { makeOwnFoldersSync } from '../make-folders.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { isAlive } from '../process-identity.ts';

export interface Claimed {
  readonly identity: ProcessIdentity;
}

export interface Claim<T extends Claimed> {
  /** Replaces the record. */
  update(record: T): void;
  /** False when somebody else's record counts now, or the folder is gone. */
  holds(): boolean;
  /** Gives the name up while this process lives on. */
  release(): void;
}

/** Thrown when a living process has the name. */
export class ClaimHeld extends Error {
  constructor(readonly holder: Claimed) {
    super(`held by process ${holder.identity.pid}`);
  }
}

/** The record that counts, whether its process lives or not. */
export function readClaim(folder: string, name: string): unknown {
  const newest = numbersOf(folder, name).at(-1);
  return newest === undefined ? undefined : readJson(fileOf(folder, name, newest));
}

/** @throws ClaimHeld, or what is wrong with the folder */
export function takeClaim<T extends Claimed>(folder: string, name: string, record: T): Claim<T> {
  const draft = join(folder, `.${name}-${record.identity.pid}-${record.identity.startedAt}`);
  try {
    makeOwnFoldersSync(folder, 0o700);
    for (;;) {
      const numbers = numbersOf(folder, name);
      const newest = numbers.at(-1) ?? 0;
      const holder = newest === 0 ? undefined : readJson(fileOf(folder, name, newest));
      if (isClaimed(holder) && isAlive(holder.identity)) throw new ClaimHeld(holder);
      const own = newest + 1;
      writeOwnFile(draft, JSON.stringify(record));
      if (!linked(draft, fileOf(folder, name, own))) continue;
      // Somebody may have taken a greater number meanwhile, and removed the one that is ours now.
      if (numbersOf(folder, name).at(-1) !== own) {
        rmSync(fileOf(folder, name, own), { force: true });
        continue;
      }
      for (const number of numbers) rmSync(fileOf(folder, name, number), { force: true });
      return claimOf({ folder, name, number: own, draft }, record);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new AlluxioError('PERMISSION_DENIED', `Cannot write in ${folder}: ${messageOf(error)}.`, { hint: 'It must belong to the user who runs this; see alluxio.work.dir.', cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Of no boot that there ever was: its process does not live. */
const NO_BOOT = 'released';

function claimOf<T extends Claimed>({ folder, name, number, draft }: { folder: string; name: string; number: number; draft: string }, first: T): Claim<T> {
  const holds = (): boolean => numbersOf(folder, name).at(-1) === number;
  let current = first;
  const update = (record: T): void => {
    current = record;
    writeOwnFile(draft, JSON.stringify(record));
    renameSync(draft, fileOf(folder, name, number));
  };
  return { holds, update, release: () => void (holds() && update({ ...current, identity: { ...current.identity, bootId: NO_BOOT } })) };
}

/** False when the name is taken. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function numbersOf(folder: string, name: string): number[] {
  const prefix = `${name}-`;
  return namesIn(folder)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
    .map((file) => Number(file.slice(prefix.length, -'.json'.length)))
    .filter((number) => Number.isSafeInteger(number) && number > 0)
    .sort((a, b) => a - b);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function fileOf(folder: string, name: string, number: number): string {
  return join(folder, `${name}-${number}.json`);
}

/** What somebody else wrote there by hand is no record. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function isClaimed(value: unknown): value is Claimed {
  if (typeof value !== 'object' || value === null || !('identity' in value)) return false;
  const { identity } = value;
  if (typeof identity !== 'object' || identity === null) return false;
  return 'pid' in identity && typeof identity.pid === 'number' && 'host' in identity && typeof identity.host === 'string' && 'startedAt' in identity && typeof identity.startedAt === 'number' && 'bootId' in identity && typeof identity.bootId === 'string';
}
