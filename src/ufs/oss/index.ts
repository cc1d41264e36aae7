import type { Config } from '../../config/config.ts';
import type { UfsUri } from '../../uri.ts';
import type { Ufs } from '../ufs.ts';
import type { OpenOptions } from '../registry.ts';
import { retryBy, retryPolicyOf } from '../wrappers/retry.ts';
import { BlockPool, ByteBudget } from './byte-budget.ts';
import { OssClient } from './oss-client.ts';
import { OssUfs } from './oss-ufs.ts';
import { tuningOf } from './tuning.ts';
import type { OssTuning } from './tuning.ts';

/** `tuning` replaces single sizes, for tests of borders that no property reaches. */
export async function openOss(uri: UfsUri, config: Config, options: OpenOptions = {}, tuning: Partial<OssTuning> = {}): Promise<Ufs> {
  const tuned = { ...tuningOf(config), ...tuning };
  const breadcrumbs = tuned.breadcrumbs && options.readOnly !== true;
  return new OssUfs(uri, {
    client: await OssClient.create(uri, config),
    retry: retryBy(retryPolicyOf(config)),
    tuning: { ...tuned, breadcrumbs },
    parts: new BlockPool(tuned.writeBudget),
    readBudget: new ByteBudget(tuned.readBudget),
  });
}
