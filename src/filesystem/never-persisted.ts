import type { Config } from '../config/config.ts';

/** The master leaves files alone whose path contains one of these. */
export function neverPersisted(config: Config): readonly string[] {
  return config.find('alluxio.master.persistence.blacklist') === undefined ? [] : config.list('alluxio.master.persistence.blacklist');
}
