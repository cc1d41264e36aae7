/** Commander reads the canonical words of a line and lays out the help. Loaded only for lines that hold options, and for `--help`. */
import { Command, Option } from 'commander';
import type { CommandSpec, OptionSpec, OptionValues } from './commands/command.ts';
import { exitCodes } from './commands/exit-codes.ts';

/** @param words canonical, from the dialect reader, so that nothing in them can be refused */
export function parseOptions(spec: CommandSpec, words: readonly string[]): OptionValues {
  const options = spec.options.map((option) => ({ option, parser: parserOption(option) }));
  const command = new Command(spec.name).exitOverride().helpOption(false).allowExcessArguments(true);
  for (const { parser } of options) command.addOption(parser);
  command.parse([...words], { from: 'user' });
  const values: Record<string, OptionValues[string]> = {};
  for (const { option, parser } of options) {
    const value: unknown = command.getOptionValue(parser.attributeName());
    if (value === true || typeof value === 'string' || isTexts(value)) values[nameOf(option)] = value;
  }
  return values;
}

/** What `--help` prints: usage, what it does, options, examples, exit codes. */
export function helpText(spec: CommandSpec, width: number): string {
  const prefix = spec.group === 'top' ? 'alluxio' : `alluxio ${spec.group}`;
  const command = new Command(spec.name).helpOption('--help', 'show this page').configureHelp({ helpWidth: width });
  // The usage of load is a text of several lines that does not begin with its name.
  command.usage(spec.usage.startsWith(spec.name) ? spec.usage.slice(spec.name.length).trim() : spec.usage);
  command.description(spec.description === undefined ? spec.summary : `${spec.summary}\n\n${spec.description}`);
  const parent = new Command(prefix);
  // A script of bin/ is called by its own name.
  if (!spec.name.endsWith('.sh')) parent.addCommand(command);
  for (const option of spec.options) if (option.hidden !== true) command.addOption(parserOption(option));
  if (spec.json !== undefined) command.addOption(new Option('--json', `one JSON object per line: ${spec.json}`));
  return `${command.helpInformation().trimEnd()}\n${examplesOf(spec)}${exitCodesOf(spec)}`;
}

function examplesOf(spec: CommandSpec): string {
  if (spec.examples.length === 0) return '';
  return `\nExamples:\n${spec.examples.map(({ command, does }) => `  $ ${command}\n      ${does}\n`).join('')}`;
}

function exitCodesOf(spec: CommandSpec): string {
  const lines = exitCodes(spec).map(({ status, when }) => `  ${String(status).padEnd(5)}${when}\n`);
  return `\nExit codes:\n${lines.join('')}`;
}

function parserOption(option: OptionSpec): Option {
  const names = [option.short === undefined ? '' : `-${option.short}`, option.long === undefined ? '' : `--${option.long}`].filter((name) => name !== '').join(', ');
  const parser = new Option(option.value === undefined ? names : `${names} <${option.value}>`, option.description);
  // A collector and not commander's variadic form, which would swallow the positionals that follow.
  if (option.repeatable === true) parser.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  return parser;
}

function nameOf(option: OptionSpec): string {
  return option.long ?? option.short ?? '';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
