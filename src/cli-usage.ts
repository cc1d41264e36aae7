/** The lists that `alluxio` and `alluxio fs` print, when asked, and when nothing or something unknown was asked. */
import { misuseStatus, namesOf, specsOf } from './cli-request.ts';
import type { Group } from './cli-request.ts';
import { nearest } from './cli-suggest.ts';
import type { CommandSpec } from './commands/command.ts';
import type { Output } from './terminal/output.ts';

export async function printUsage(group: Group, out: Output): Promise<void> {
  const specs = await specsOf(group);
  for (const line of group === 'top' ? topUsage(specs) : groupUsage(group, specs)) out.line(line);
}

/** Says that there is no such command, offers the nearest, lists them all; returns the exit status. */
export async function refuseUnknown(group: Group, name: string, out: Output): Promise<number> {
  out.warn(group === 'top' ? `Unsupported command ${name}` : `${name} is an unknown command.`);
  const near = nearest(name, group === 'top' ? [...namesOf('top'), 'fs', 'fsadmin', 'job'] : namesOf(group));
  if (near !== undefined) out.warn(`Did you mean "alluxio ${group === 'top' ? '' : `${group} `}${near}"?`);
  await printUsage(group, out);
  return misuseStatus(group);
}

/** As Alluxio's launcher: a line of usage, the commands with what they do, the one generic option. */
function topUsage(specs: readonly CommandSpec[]): string[] {
  const rows: (readonly [string, string])[] = [
    ...specs.map(({ usage, summary }) => [usage, summary] as const),
    ['fs', 'Command line input for the Alluxio file system; see "alluxio fs".'] as const,
    ['fsadmin', 'Command line input for operators: reports, backups, path defaults; see "alluxio fsadmin".'] as const,
    ['job', 'Command line input for jobs; see "alluxio job".'] as const,
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  const names = rows.map(([usage]) => usage.split(' ')[0] ?? '');
  const width = Math.max(...names.map((name) => name.length));
  return [
    'Usage: alluxio COMMAND [GENERIC_COMMAND_OPTIONS] [COMMAND_ARGS]',
    '',
    'COMMAND is one of:',
    ...rows.map(([, summary], i) => `  ${(names[i] ?? '').padEnd(width)}\t${summary}`),
    '',
    'GENERIC_COMMAND_OPTIONS supports:',
    '  -D<property=value>\tUse a value for a given Alluxio property',
    '',
    'Commands print help when invoked with --help.',
  ];
}

/** As Alluxio's shells: each usage in brackets, after a tab and a blank, padded to 60. */
function groupUsage(group: string, specs: readonly CommandSpec[]): string[] {
  return [`Usage: alluxio ${group} [generic options]`, ...specs.map(({ usage }) => `\t [${usage}]`.padEnd(60))];
}
