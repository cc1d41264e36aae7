/**
 * Sessions typed at the shell, written as they look on a screen. Lines of one step:
 *
 *     $ words            runs `alluxio fs words`; what follows, up to the next step, is all of its stdout
 *     $MUST_CACHE words  the same with this write type;  $= words  lines of stdout in any order;  $alluxio words  not below `fs`
 *     = 255              its exit status, 0 where nothing is said;  err> text  a line of its stderr;  <empty>  an empty line;  …  any further lines
 *     @put k text, @del k    another program writes or deletes an object;  @keys k …  the objects that are there now
 *     @file path text    a local file and what is in it;  @none path  nothing is there;  @local path text  another program writes it
 *
 * `~` is the case's own directory in Alluxio (its keys too), `%` the local folder of fixtures, `%o` a local folder of the case's own, `{a-b}` the fixture's
 * bytes from a to b, `·` a blank at the end of a line, `\` at the end of stdout: no newline there. Dates, ids and the host are shown as DATE, ID, N, HOST.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

export interface Step {
  /** Ran, or did, and nothing more to compare but what `expected` says. */
  readonly command: string;
  readonly expected: readonly string[];
}

export interface World {
  /** `/case012` */
  readonly dir: string;
  readonly fixtures: string;
  readonly out: string;
  run(args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }>;
  put(key: string, content: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Keys below the case's directory, sorted. */
  keys(): Promise<string[]>;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/** What a fixture of any size holds: its first bytes are those of every other. */
export function fixtureBytes(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => ALPHABET[(from + i) % ALPHABET.length]).join('');
}

/** Plays the session and gives back how it looked, to be compared with the text itself. */
export async function play(session: string, world: World): Promise<{ wanted: string; seen: string }> {
  const steps = readSteps(session);
  const seen: string[] = [];
  for (const step of steps) seen.push(...(await perform(step, world)));
  return { wanted: steps.flatMap(({ command, expected }) => [command, ...expected]).join('\n'), seen: seen.join('\n') };
}

function readSteps(session: string): Step[] {
  const lines = session.replace(/^\n/, '').replace(/\n *$/, '').split('\n');
  const margin = /^ */.exec(lines[0] ?? '')?.[0] ?? '';
  const steps: { command: string; expected: string[] }[] = [];
  for (const line of lines.map((text) => (text.startsWith(margin) ? text.slice(margin.length) : text.trimStart()))) {
    if (line === '') continue;
    if (/^[$@]/.test(line)) steps.push({ command: line, expected: [] });
    else steps.at(-1)?.expected.push(line);
  }
  return steps;
}

async function perform({ command, expected }: Step, world: World): Promise<string[]> {
  const [verb = '', ...rest] = wordsOf(command, world);
  const content = rest.slice(1).join(' ');
  switch (verb) {
    case '@put': await world.put(rest[0] ?? '', content); return [command];
    case '@del': for (const key of rest) await world.remove(key); return [command];
    case '@keys': return [['@keys', ...(await world.keys())].join(' ')];
    case '@file': return [existsSync(rest[0] ?? '') && readFileSync(rest[0] ?? '', 'utf8') === content ? command : `${command}: differs`];
    case '@local': mkdirSync(dirname(rest[0] ?? ''), { recursive: true }); writeFileSync(rest[0] ?? '', content); return [command];
    case '@none': return [existsSync(rest[0] ?? '') ? `${command}: is there` : command];
    default: return [command, ...shown(await world.run(argumentsOf(verb, rest)), { world, anyOrder: verb.endsWith('='), expected })];
  }
}

function argumentsOf(verb: string, rest: readonly string[]): readonly string[] {
  if (verb === '$alluxio') return rest;
  const writeType = verb.slice(1).replace('=', '');
  return ['fs', ...(writeType === '' ? [] : [`-Dalluxio.user.file.writetype.default=${writeType}`]), ...rest];
}

function shown(done: { status: number; stdout: string; stderr: string }, how: { world: World; anyOrder: boolean; expected: readonly string[] }): string[] {
  const lines = done.stdout === '' ? [] : `${done.stdout}\\`.replace(/\n\\$/, '').split('\n');
  const stdout = lines.map((line) => marked(line, how.world));
  const open = how.expected.indexOf('…');
  if (open >= 0 && stdout.length > open) stdout.splice(open, Infinity, '…');
  const wanted = how.expected.filter((line) => !/^(= |err> )/.test(line)).map((line) => expand(line));
  if (how.anyOrder && [...stdout].sort().join('\n') === [...wanted].sort().join('\n')) stdout.splice(0, stdout.length, ...wanted);
  // Bytes are compared, but shown as the session names them.
  const out = stdout.map((line, i) => (line === wanted[i] ? (how.expected[i] ?? line) : line));
  const err = done.stderr === '' ? [] : done.stderr.replace(/\n$/, '').split('\n').map((line) => `err> ${marked(line, how.world)}`);
  return [...out, ...err, ...(done.status === 0 ? [] : [`= ${done.status}`])];
}

/** What differs from run to run, and blanks that nobody sees. */
function marked(line: string, world: World): string {
  return line
    .replaceAll(world.out, '%o')
    .replaceAll(world.fixtures, '%')
    .replaceAll(world.dir, '~')
    .replaceAll(hostname(), 'HOST')
    .replace(/\b\d\d-\d\d-\d{4} \d\d:\d\d:\d\d:\d{3}\b/g, 'DATE')
    .replace(/with file id \d+/, 'with file id ID')
    .replace(/jobControlId = \d+/, 'jobControlId = N')
    .replace(/^$/, '<empty>')
    .replace(/ +$/, (blanks) => '·'.repeat(blanks.length));
}

function expand(text: string): string {
  return text.replace(/\{(\d+)-(\d+)\}/g, (_, from: string, to: string) => fixtureBytes(Number(from), Number(to)));
}

/** Words as a POSIX shell splits them, as far as quotes go. */
function wordsOf(line: string, world: World): string[] {
  const words = [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => double ?? single ?? ''));
  return words.map((word) => expand(word).replaceAll('~', world.dir).replace(/%o(?=\/|$)/g, world.out).replace(/%(?=\/)/g, world.fixtures).replaceAll('HOST', hostname()));
}
