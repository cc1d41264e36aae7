/** The statuses that a command may end with, as its help and its page list them. */
import type { CommandSpec } from './command.ts';

export function exitCodes(spec: CommandSpec): { status: number; when: string }[] {
  const codes = new Map<number, string>([[0, 'success']]);
  for (const { status, when } of spec.exitCodes ?? []) codes.set(status, when);
  const failure = spec.failureStatus ?? (spec.group === 'top' ? 1 : 255);
  if (!codes.has(failure)) codes.set(failure, 'failure; the reason is on stderr');
  codes.set(130, 'interrupted');
  return [...codes].map(([status, when]) => ({ status, when })).sort((a, b) => a.status - b.status);
}
