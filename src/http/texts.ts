/** Values as the pages and the JSON API write them. */
import type { Config } from '../config/config.ts';
import type { DateFormat } from '../terminal/dates.ts';
import { DEFAULT_PATTERN, dateFormat } from '../terminal/dates.ts';

export function datesOf(config: Config): DateFormat {
  return dateFormat(config.find('alluxio.user.date.format.pattern') ?? DEFAULT_PATTERN);
}

/** `1 day(s), 2 hour(s), 3 minute(s), and 4 second(s)` */
export function uptimeText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  return `${days} day(s), ${hours} hour(s), ${minutes} minute(s), and ${seconds % 60} second(s)`;
}
