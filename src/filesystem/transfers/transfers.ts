/**
 * Copies between the local disk and the namespace, and inside it, on top of entries, changes and content alone.
 * What goes where, and which name is told, follows the three tables of sheet fs-commands.md `cp`.
 */
import { resolve } from 'node:path';
import type { Transfers } from '../file-system.ts';
import { Copy } from './copy.ts';
import type { TransferDeps } from './deps.ts';
import { Download } from './download.ts';
import { createBudget } from './lanes.ts';
import type { Budget } from './lanes.ts';
import { Migrate } from './migrate.ts';
import { Upload } from './upload.ts';

export type { TransferDeps } from './deps.ts';

export function createTransfers(deps: TransferDeps): Transfers {
  let shared: Budget | undefined;
  const budget = (): Budget => (shared ??= createBudget(deps.config.bytes('alluxio.user.transfer.memory')));
  return {
    upload: (source, target, options, report) => new Upload(deps, options, report, budget()).run(resolve(source), target),
    download: (source, target, options, report) => new Download(deps, options, report, budget()).run(source, resolve(target)),
    migrate: (source, target, options, report) => new Migrate(deps, options, report, budget()).run(source, target),
    copy: (source, target, options, report) => new Copy(deps, options, report, budget()).run(source, target),
  };
}
