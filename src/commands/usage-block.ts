/** What follows a message about misuse: the usage line and what the command does. */
import type { CommandSpec } from './command.ts';

export function usageBlock(spec: CommandSpec): string[] {
  const usage = spec.group === 'top' && !spec.usage.startsWith('alluxio-') ? `Usage: alluxio ${spec.usage}` : `Usage: ${spec.usage}`;
  return [...usage.split('\n'), ...spec.summary.split('\n')];
}
