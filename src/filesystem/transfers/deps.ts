/** What transfers stand on, and how they read their options. */
import type { Config } from '../../config/config.ts';
import type { Changes, Content, CreateOptions, Entries, OpenOptions, TransferOptions } from '../file-system.ts';
import type { LaneOptions } from './lanes.ts';

export interface TransferDeps {
  readonly entries: Entries;
  readonly changes: Changes;
  readonly content: Content;
  readonly config: Config;
}

export function laneOptions(deps: TransferDeps, options: TransferOptions, { ordered }: { ordered: boolean }): LaneOptions {
  const width = Math.max(1, options.parallel ?? deps.config.integer('alluxio.user.transfer.threads'));
  return { width, ordered, signal: options.signal };
}

export function writeType({ writeType: type }: TransferOptions): Pick<CreateOptions, 'writeType'> {
  return type === undefined ? {} : { writeType: type };
}

export function writeOptions(options: TransferOptions): Pick<CreateOptions, 'writeType' | 'signal'> {
  return { ...writeType(options), ...(options.signal !== undefined && { signal: options.signal }) };
}

export function readOptions({ readType, signal }: TransferOptions): Pick<OpenOptions, 'readType' | 'signal'> {
  return { ...(readType !== undefined && { readType }), ...(signal !== undefined && { signal }) };
}
