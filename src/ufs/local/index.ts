import type { Config } from '../../config/config.ts';
import type { UfsUri } from '../../uri.ts';
import type { OpenOptions } from '../registry.ts';
import type { Ufs } from '../ufs.ts';
import { LocalUfs } from './local-ufs.ts';

export async function openLocal(uri: UfsUri, config: Config, { mounted = false }: OpenOptions = {}): Promise<Ufs> {
  return new LocalUfs(uri, { pageLength: Math.max(1, config.integer('alluxio.underfs.listing.length')), mounted });
}
