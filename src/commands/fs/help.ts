import type { CommandSpec, OptionSpec } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { AlluxioError } from '../../errors.ts';
import { wrapped } from '../../terminal/wrap.ts';

type Loaders = Readonly<Record<string, () => Promise<{ readonly command: CommandSpec }>>>;

/** @param loaders the commands of the shell; handed in, because the list names this command too */
export function helpCommand(loaders: () => Loaders): CommandSpec {
  return {
    group: 'fs',
    name: 'help',
    usage: 'help [<command>]',
    summary: 'Prints help message for the given command. If there is no given command, prints help messages for all commands.',
    args: { min: 0, max: 1 },
    words: ['command'],
    options: [],
    examples: [{ command: 'alluxio fs help ls', does: 'What ls takes.' }],
    json: 'name, aliases, usage, summary, description (null when there is none), options, examples, exitCodes, json (null when it prints no data)',
    async run(input, ctx) {
      const [name] = input.args;
      const known = loaders();
      if (name !== undefined) {
        const loader = Object.hasOwn(known, name) ? known[name] : undefined;
        if (loader === undefined) throw new AlluxioError('INVALID_ARGUMENT', `${name} is an unknown command.`);
        const { command } = await loader();
        return ctx.out.json ? ctx.out.record(recordOf(command)) : ctx.out.line(page(command, ctx.out.width));
      }
      const names = Object.keys(known).sort();
      for (const each of names) {
        const { command } = await (known[each] as Loaders[string])();
        if (command.name !== each || command.hidden === true) continue;
        if (ctx.out.json) ctx.out.record(recordOf(command));
        else ctx.out.line(`${page(command, ctx.out.width)}\n`);
      }
    },
  };
}

function recordOf(spec: CommandSpec): Record<string, unknown> {
  return {
    name: spec.name,
    aliases: spec.aliases ?? [],
    usage: spec.usage,
    summary: spec.summary,
    description: spec.description ?? null,
    options: spec.options
      .filter(({ hidden }) => hidden !== true)
      .map(({ short, long, value, description }) => ({ short: short ?? null, long: long ?? null, value: value ?? null, description })),
    examples: spec.examples.map(({ command, does }) => ({ command, does })),
    exitCodes: exitCodes(spec),
    json: spec.json ?? null,
  };
}

function page(spec: CommandSpec, width: number): string {
  const description = `${spec.name}: ${[spec.summary, spec.description ?? ''].join('\n').trimEnd()}`;
  const usage = `usage: ${spec.usage}`;
  const lines = [wrapped(description, width, 0), wrapped(usage, width, 'usage: '.length + spec.usage.indexOf(' ') + 1)];
  if (spec.options.length > 0) lines.push(optionTable(spec.options, width));
  return lines.join('\n');
}

/** As commons-cli lays it out: one blank in front, three between the columns, in the order of the letters. */
function optionTable(options: readonly OptionSpec[], width: number): string {
  const rows = options
    .filter((option) => option.hidden !== true)
    .map((option) => ({ key: option.short ?? option.long ?? '', left: ` ${spelling(option)}${option.value === undefined ? '' : ` <${option.value}>`}`, text: option.description }))
    .sort((a, b) => (a.key.toLowerCase() < b.key.toLowerCase() ? -1 : 1));
  const column = Math.max(...rows.map(({ left }) => left.length)) + 3;
  return rows.map(({ left, text }) => wrapped(`${left.padEnd(column)}${text}`, width, column)).join('\n');
}

function spelling({ short, long }: OptionSpec): string {
  if (short === undefined) return `   --${long ?? ''}`;
  return long === undefined ? `-${short}` : `-${short},--${long}`;
}
