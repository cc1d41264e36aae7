/** The lists that `alluxio` and `alluxio fs` print. */
import type { CommandSpec } from './commands/command.ts';

/** As Alluxio's launcher: a line of usage, the commands with what they do, the one generic option. */
export function topUsage(specs: readonly CommandSpec[]): string[] {
  const rows: (readonly [string, string])[] = [
    ...specs.map(({ usage, summary }) => [usage, summary] as const),
    ['fs', 'Command line input for the Alluxio file system; see "alluxio fs".'] as const,
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
export function groupUsage(group: string, specs: readonly CommandSpec[]): string[] {
  return [`Usage: alluxio ${group} [generic options]`, ...specs.map(({ usage }) => `\t [${usage}]`.padEnd(60))];
}
