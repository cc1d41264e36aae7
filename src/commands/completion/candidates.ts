/** What a word of a line may become: commands, options, values, paths. Each candidate begins with what is typed already. */
import type { CommandContext, CommandGroup, CommandSpec, OptionSpec, WordKind } from '../command.ts';
import type { CommandLists, CommandLoader } from '../index.ts';
import { localCandidates, pathCandidates } from './paths.ts';

export interface Candidate {
  readonly word: string;
  /** The word is complete: a blank may follow. */
  readonly final: boolean;
}

/** Words of a line after `alluxio`. */
export interface TypedLine {
  readonly before: readonly string[];
  readonly current: string;
}

const SHELL_OPTIONS = ['--help', '--quiet', '--debug', '--no-color'];
const JSON_OPTION = '--json';

export async function candidatesFor(line: TypedLine, lists: CommandLists, ctx: CommandContext): Promise<Candidate[]> {
  const { current } = line;
  if (current.startsWith('-D')) return defines(current);
  const { group, spec, rest } = await commandOf(line.before, lists);
  if (spec !== undefined) return wordsOf(spec, { before: rest, current }, { lists, ctx });
  if (group === undefined) return [];
  const names = namesIn(lists[group] ?? {});
  const groups = Object.keys(lists).filter((name) => name !== 'top');
  if (!current.startsWith('-')) return finals(group === 'top' ? [...names, ...groups] : names, current);
  const script = lists[group]?.['-'];
  return finals([...SHELL_OPTIONS, ...(script === undefined ? [] : ['-', ...optionsOf((await script()).command)])], current);
}

async function defines(current: string): Promise<Candidate[]> {
  const { allProperties } = await import('../../config/catalogue.ts');
  const cut = current.indexOf('=');
  if (cut === -1) return allProperties().map(({ key }) => ({ word: `-D${key}=`, final: false })).filter(({ word }) => word.startsWith(current));
  const property = allProperties().find(({ key }) => key === current.slice('-D'.length, cut));
  const values = property?.values ?? (property?.type === 'boolean' ? ['true', 'false'] : []);
  return finals(values.map((value) => current.slice(0, cut + 1) + value), current);
}

interface Named {
  readonly group: CommandGroup | undefined;
  readonly spec: CommandSpec | undefined;
  readonly rest: readonly string[];
}

/** The command that the words name, the group where only that is named, neither when they name what is not there. */
async function commandOf(before: readonly string[], lists: CommandLists): Promise<Named> {
  const words = before.filter((word) => !word.startsWith('-D'));
  let group: CommandGroup = 'top';
  for (const [i, word] of words.entries()) {
    if (word.startsWith('--') && !isScriptOption(word)) continue;
    if (group === 'top' && isGroup(word, lists)) {
      group = word;
      continue;
    }
    const load = loaderOf(lists[group], isScriptOption(word) ? '-' : word);
    return load === undefined ? { group: undefined, spec: undefined, rest: [] } : { group, spec: (await load()).command, rest: words.slice(isScriptOption(word) ? i : i + 1) };
  }
  return { group, spec: undefined, rest: [] };
}

function isScriptOption(word: string): boolean {
  return word === '--file' || word === '--stop-on-error';
}

function isGroup(word: string, lists: CommandLists): word is CommandGroup {
  return word !== 'top' && Object.hasOwn(lists, word);
}

function loaderOf(list: CommandLists[CommandGroup], name: string): CommandLoader | undefined {
  return list !== undefined && Object.hasOwn(list, name) ? list[name] : undefined;
}

function namesIn(list: Readonly<Record<string, CommandLoader>>): string[] {
  return Object.keys(list).filter((name) => /^[a-z]/i.test(name));
}

interface Surroundings {
  readonly lists: CommandLists;
  readonly ctx: CommandContext;
}

async function wordsOf(spec: CommandSpec, { before, current }: TypedLine, around: Surroundings): Promise<Candidate[]> {
  const { open, positionals, ended } = readTyped(spec, before);
  if (open !== undefined) return valuesOf(open.words ?? 'text', current, { spec, ...around });
  if (ended || !current.startsWith('-') || current === '-') {
    const kinds = spec.words ?? [spec.group === 'fs' ? 'path' : 'text'];
    const kind = positionals >= spec.args.max ? 'text' : (kinds[Math.min(positionals, kinds.length - 1)] ?? 'text');
    const values = await valuesOf(kind, current, { spec, ...around });
    if (current !== '-') return values;
  }
  const cut = current.indexOf('=');
  if (cut === -1) return finals([...optionsOf(spec), ...(spec.json === undefined ? [] : [JSON_OPTION]), ...SHELL_OPTIONS], current);
  const option = find(spec, current.slice(0, cut));
  const values = await valuesOf(option?.words ?? 'text', current.slice(cut + 1), { spec, ...around });
  return values.map(({ word, final }) => ({ word: current.slice(0, cut + 1) + word, final }));
}

function optionsOf(spec: CommandSpec): string[] {
  return spec.options.filter(({ hidden }) => hidden !== true).map(({ short, long }) => (long === undefined ? `-${short ?? ''}` : `--${long}`));
}

/** How far the line has got: an option that waits for its value, positionals so far, whether `--` has come. */
function readTyped(spec: CommandSpec, before: readonly string[]): { open: OptionSpec | undefined; positionals: number; ended: boolean } {
  let open: OptionSpec | undefined;
  let positionals = 0;
  let ended = false;
  for (const word of before) {
    if (open !== undefined) open = undefined;
    else if (!ended && word === '--') ended = true;
    else if (!ended && word.startsWith('-') && word !== '-') {
      const option = find(spec, word);
      if (option?.value !== undefined) open = option;
    } else positionals += 1;
  }
  return { open, positionals, ended };
}

function find(spec: CommandSpec, word: string): OptionSpec | undefined {
  const bare = word.replace(/^--?/, '');
  return spec.options.find(({ short, long }) => long === bare || short === bare);
}

async function valuesOf(kind: WordKind, current: string, around: Surroundings & { spec: CommandSpec }): Promise<Candidate[]> {
  const { spec, lists, ctx } = around;
  if (typeof kind !== 'string') return finals(kind, current);
  switch (kind) {
    case 'path':
      return pathCandidates(current, ctx);
    case 'local':
      return localCandidates(current, '', ctx);
    case 'place':
      if (current.startsWith('file://')) return localCandidates(current.slice('file://'.length), 'file://', ctx);
      return current !== '' && 'file://'.startsWith(current) ? [{ word: 'file://', final: false }] : pathCandidates(current, ctx);
    case 'property':
      return finals(await propertyKeys(), current);
    case 'command':
      return finals(namesIn(lists[spec.group] ?? {}), current);
    default:
      return [];
  }
}

async function propertyKeys(): Promise<string[]> {
  const { allProperties } = await import('../../config/catalogue.ts');
  return allProperties().map(({ key }) => key);
}

function finals(words: readonly string[], current: string): Candidate[] {
  return [...new Set(words)].filter((word) => word.startsWith(current)).sort().map((word) => ({ word, final: true }));
}
