/** From the words of a line to the command that is meant. */
import type { CommandGroup, CommandSpec } from './commands/command.ts';
import type { CommandLoader } from './commands/index.ts';
import { COMMANDS, DROPPED } from './commands/index.ts';
import { noShellOptions, takeShellOption } from './cli-dialect.ts';
import type { ShellOptions } from './cli-dialect.ts';

export type Group = keyof typeof COMMANDS;

/** What the line asks for. */
export type Request =
  | { readonly kind: 'command'; readonly group: Group; readonly name: string; readonly load: CommandLoader; readonly words: readonly string[] }
  /** The list of a group's commands: asked for with --help, or nothing was asked. */
  | { readonly kind: 'usage'; readonly group: Group; readonly asked: boolean }
  | { readonly kind: 'unknown'; readonly group: Group; readonly name: string }
  | { readonly kind: 'dropped'; readonly group: Group; readonly name: string; readonly why: string };

export function readRequest(rest: readonly string[]): { readonly request: Request; readonly shell: ShellOptions } {
  const shell = noShellOptions();
  const words = [...rest];
  const next = (): string | undefined => {
    let word = words.shift();
    while (word !== undefined && (takeShellOption(word, shell) || isHelp(word, shell))) word = words.shift();
    return word;
  };
  const top = next();
  if (top === undefined) return { request: { kind: 'usage', group: 'top', asked: shell.help }, shell };
  if (!isGroup(top)) return { request: find('top', top, words), shell };
  const name = next();
  if (top === 'fs' && name !== undefined && SCRIPT_WORDS.test(name)) return { request: find(top, SCRIPT, [name, ...words]), shell };
  if (name === undefined) return { request: { kind: 'usage', group: top, asked: shell.help }, shell };
  return { request: find(top, name, words), shell };
}

/** `alluxio fs -` runs a script; its options may stand where a command's name does. */
const SCRIPT = '-';
const SCRIPT_WORDS = /^-$|^--(?:file|stop-on-error)(?:=|$)/;

function isHelp(word: string, shell: ShellOptions): boolean {
  if (word !== '-h') return false;
  shell.help = true;
  return true;
}

function isGroup(word: string): word is Group {
  return word !== 'top' && Object.hasOwn(COMMANDS, word);
}

function find(group: Group, name: string, words: readonly string[]): Request {
  const list: Readonly<Record<string, CommandLoader>> = COMMANDS[group];
  const load = Object.hasOwn(list, name) ? list[name] : undefined;
  if (load !== undefined) return { kind: 'command', group, name, load, words };
  const dropped = DROPPED[group] ?? {};
  const why = Object.hasOwn(dropped, name) ? dropped[name] : undefined;
  return why === undefined ? { kind: 'unknown', group, name } : { kind: 'dropped', group, name, why };
}

/** The names of a group that are listed, each once: aliases answer, but are not shown. */
export async function specsOf(group: Group): Promise<CommandSpec[]> {
  const list: Readonly<Record<string, CommandLoader>> = COMMANDS[group];
  const named = await Promise.all(Object.entries(list).map(async ([name, load]) => ({ name, spec: (await load()).command })));
  return named.filter(({ name, spec }) => spec.name === name && spec.hidden !== true).map(({ spec }) => spec).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Without those that stand in no list, which are no words. */
export function namesOf(group: Group): string[] {
  return Object.keys(COMMANDS[group]).filter((name) => /^[a-z]/i.test(name) && !name.endsWith('.sh'));
}

/** Status when no command of the group could be run. */
export function misuseStatus(group: CommandGroup): number {
  return group === 'top' ? 1 : 255;
}
