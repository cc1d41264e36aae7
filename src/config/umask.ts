import { AlluxioError } from '../errors.ts';
import type { Config } from './config.ts';

const KEY = 'alluxio.security.authorization.permission.umask';

/** Bits that new files and directories do not get. @throws INVALID_CONFIGURATION: a umask that cannot be read must not become none */
export function umaskFrom(config: Config): number {
  const text = config.get(KEY);
  if (!/^[0-7]{1,4}$/.test(text)) throw new AlluxioError('INVALID_CONFIGURATION', `Invalid value ${text} for configuration key ${KEY}: it must be up to four octal digits.`);
  return Number.parseInt(text, 8) & 0o777;
}
