import type { CommandSpec, OptionSpec } from '../command.ts';
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
    async run(input, ctx) {
      const [name] = input.args;
      const known = loaders();
      if (name !== undefined) {
        const loader = Object.hasOwn(known, name) ? known[name] : undefined;
        if (loader === undefined) throw new AlluxioError('INVALID_ARGUMENT', `${name} is an unknown command.`);
        return ctx.out.line(page((await loader()).command, ctx.out.width));
      }
      const names = Object.keys(known).sort();
      for (const each of names) {
        const { command } = await (known[each] as Loaders[string])();
        if (command.name === each && command.hidden !== true) ctx.out.line(`${page(command, ctx.out.width)}\n`);
      }
    },
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
