/**
 * Random commands while requests to OSS go wrong at random. A command succeeds and has done all of it, or fails with the true cause and has done each of its steps whole or not
 * at all. When nothing goes wrong any more, the next command tidies up, and nothing is left over that nobody knows of.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultMatch, FaultName } from '../../src/oss-server/faults.ts';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { UfsUri } from '../../src/uri.ts';
import type { Lab } from '../crash/lab.ts';
import { BUCKET } from '../crash/lab.ts';
import type { Step, Tree } from '../crash/model.ts';
import { SECOND, alter, below, file, once, outcomes, put, textOf } from '../crash/model.ts';
import { observe } from '../crash/observe.ts';
import { KIND_NAMES, LENGTHS, Workload } from '../crash/workload.ts';
import type { Said } from '../model/session.ts';
import { Session } from '../model/session.ts';
import { configOf } from '../support/config.ts';
import { putRaw } from '../support/oss.ts';
import type { Rule } from './plan.ts';
import { namesCause, randomRules } from './plan.ts';

export interface Tally {
  commands: number;
  acknowledged: number;
  /** Commands that met a fault and succeeded all the same. */
  overcome: number;
  refused: number;
  readonly met: Map<FaultName, number>;
  readonly failures: string[];
}

/** A command that asks OSS for what a fault is about, and the requests that it is about. */
interface Suited {
  readonly tried: Tried;
  readonly match: FaultMatch;
}

interface Tried {
  readonly kind: string;
  readonly words: readonly string[];
  readonly steps: readonly Step[];
  /** Of an answer that was no refusal; says what is wrong with it. */
  readonly look?: (said: Said) => string | undefined;
  /** Of a file that only the storage has, and that somebody has to have asked for when everything is compared. */
  readonly ensure?: string;
  /** It is refused also where nothing goes wrong, with these words. */
  readonly refusal?: RegExp;
}

/** A larger tree shows nothing more, and costs more. */
const ENOUGH = 40;
const GIVE_UP_AFTER = 3;
/** Entries of a page of a listing of everything. */
const PAGE = 3;
const PATIENCE_MS = 60_000;
/** Nobody else works here, so none of these is ever true of a path that is known. */
const UNTRUE = /does not exist|already exists|NoSuchKey|No such|is held by|was changed or removed|\n {4}at |Not Found/;
/** Lines above or around those that name a cause. */
const HEADS = /^ERRORS:$|^Copy operation portion of Move failed\.|^Failed to start automatic syncing of '[^']*'\.$/;
const ASYNC = /ASYNC_THROUGH/;

export class Rounds {
  readonly tally: Tally = { commands: 0, acknowledged: 0, overcome: 0, refused: 0, met: new Map(), failures: [] };
  readonly #workload: Workload;
  #session: Session;
  #tree: Tree = new Map();
  #names = 0;
  /** Not met yet. Chance alone leaves the rare ones out of a short run. */
  readonly #wanted: Set<FaultName>;

  /** @param wanted faults that must be met, each by a command that cannot but meet it */
  constructor(
    private readonly lab: Lab,
    private readonly random: () => number,
    wanted: readonly FaultName[],
  ) {
    this.#workload = new Workload(random, lab.sources);
    this.#session = new Session(lab.home);
    this.#wanted = new Set(wanted);
  }

  async run(commands: number, over: () => boolean = () => false): Promise<Tally> {
    try {
      while (this.tally.commands < commands && this.tally.failures.length < GIVE_UP_AFTER && !over()) await this.#round();
    } finally {
      await this.#session.end().catch(() => this.#session.kill());
    }
    return this.tally;
  }

  async #round(): Promise<void> {
    const planned = this.random() < 0.5 ? await this.#planned() : undefined;
    const tried = planned?.tried ?? (await this.#next());
    if (tried === undefined) return;
    const rules = planned?.rules ?? (this.random() < 0.9 ? randomRules(this.random) : []);
    const retries = Math.floor(this.random() * 3);
    for (const rule of rules) await this.#admin('POST', JSON.stringify(rule));
    const said = await this.#say([`-Dalluxio.underfs.oss.retry.max=${retries}`, ...tried.words]);
    const met = await this.#metFaults();
    await this.#admin('DELETE');
    this.tally.commands++;
    for (const name of met) this.tally.met.set(name, (this.tally.met.get(name) ?? 0) + 1);
    for (const name of met) this.#wanted.delete(name);
    const ok = said.errors.length === 0;
    if (ok) this.tally.acknowledged++;
    else this.tally.refused++;
    if (ok && met.length > 0) this.tally.overcome++;
    const label = `${tried.words.join(' ')} with ${retries} retries, ${shown(rules)}: ${ok ? 'done' : said.errors.join(' | ')}`;
    this.#fail(label, ok ? [tried.look?.(said) ?? ''] : untold(tried, said.errors, met));
    if (!ok && tried.refusal === undefined) await this.#check(`${label}; before anybody tidied up`, { tried, ok, tidied: false });
    const tidied = await this.#say(ok || tried.ensure === undefined ? ['chmod', '755', '/'] : ['cat', tried.ensure]);
    this.#fail(label, tidied.errors.map((error) => `afterwards, with nothing going wrong: ${error}`));
    await this.#check(label, { tried, ok: ok || tried.ensure !== undefined, tidied: true });
  }

  /** For the first fault that is still to be met and that some command can meet on the tree as it is. */
  async #planned(): Promise<{ readonly tried: Tried; readonly rules: readonly Rule[] } | undefined> {
    for (const name of this.#wanted) {
      const suited = await this.#suited(name);
      if (suited !== undefined) return { tried: suited.tried, rules: [{ name, match: suited.match, times: 1, delayMs: 20 }] };
    }
    return undefined;
  }

  async #suited(name: FaultName): Promise<Suited | undefined> {
    const stored = (top: string) => [...this.#tree].filter(([path, entry]) => path.startsWith(`${top}/`) && entry.stored && !entry.directory && this.#inOss(path)).length;
    switch (name) {
      case 'lost-complete':
        return this.#drawn('copyFromLocal', ({ words }) => words.some((word) => word.endsWith('=THROUGH')) && words.includes(this.lab.sources.file(LENGTHS[3])) && this.#inOss(words.at(-1) ?? ''), { subresource: 'uploadId' });
      case 'partial-delete':
        // Or first something that can be removed so.
        return (
          this.#drawn('rm-R', ({ words }) => stored(words.at(-1) ?? '') > 1 && this.#inOss(words.at(-1) ?? ''), { subresource: 'delete' }) ??
          this.#drawn('copyFromLocal-tree', ({ words }) => words.some((word) => word.endsWith('=THROUGH')) && this.#inOss(words.at(-1) ?? ''), { subresource: 'delete' })
        );
      case 'repeated-page':
        return stored('') > PAGE + 1 ? { tried: this.#look(), match: { method: 'GET' } } : undefined;
      default: {
        const tried = await this.#arrived();
        return { tried, match: { method: 'GET', keyPrefix: this.#keyOf(tried.ensure ?? '') } };
      }
    }
  }

  #drawn(kind: string, fits: (tried: Tried) => boolean, match: FaultMatch): Suited | undefined {
    for (let tries = 0; tries < 50; tries++) {
      const command = this.#workload.next(kind, this.#tree);
      if (command === undefined) return undefined;
      const tried = { kind, words: command.args.slice(1), steps: command.steps };
      if (fits(tried)) return { tried, match };
    }
    return undefined;
  }

  #inOss(path: string): boolean {
    return !path.startsWith('/n') && path.startsWith(`${SECOND}/`) === (this.lab.root !== 'oss');
  }

  /** In the bucket. */
  #keyOf(path: string): string {
    return this.lab.root === 'oss' ? `root${path}` : path.slice(SECOND.length + 1);
  }

  async #next(): Promise<Tried | undefined> {
    const special = this.random();
    if (special < 0.06) return this.#look();
    if (special < 0.1) return { kind: 'missing', words: ['cat', `/none${++this.#names}`], steps: [], look: () => 'it read a file that was never there', refusal: /does not exist/ };
    if (special < 0.16) return this.#arrived();
    if (special < 0.22) return this.#download();
    for (let tries = 0; tries < 50; tries++) {
      const kind = this.#tree.size > ENOUGH ? 'rm-R' : (KIND_NAMES[Math.floor(this.random() * KIND_NAMES.length)] ?? '');
      const command = this.#workload.next(kind, this.#tree);
      // Lines of a script of its own cannot be typed here, nor what is no command of `fs`.
      if (command === undefined || command.input !== undefined || command.args[0] !== 'fs' || command.steps.length > 8) continue;
      const [, ...words] = command.args;
      const steps = words.some((word) => ASYNC.test(word)) ? command.steps.map(keptHere) : command.steps;
      return { kind, words, steps, ...(kind === 'cat' ? { look: this.#isContentOf(words.at(-1) ?? '') } : {}) };
    }
    return undefined;
  }

  /** Everything is compared with the storages, and shown. */
  #look(): Tried {
    const paths = [...this.#tree.keys()].filter((path) => !path.startsWith('/n')).sort().join('\n');
    const look = ({ text }: Said) => {
      const is = text.split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { path: string }).path).filter((path) => path !== '/m' && !path.startsWith('/n')).sort().join('\n');
      return is === paths ? undefined : `it shows\n${is}\ninstead of\n${paths}`;
    };
    return { kind: 'ls', words: [`-Dalluxio.underfs.listing.length=${PAGE}`, '--json', 'ls', '-R', '-f', '/'], steps: [], look };
  }

  /** An object that somebody else has written, and that nobody has asked for. */
  async #arrived(): Promise<Tried> {
    const [name, length] = [`y${++this.#names}`, LENGTHS[1 + Math.floor(this.random() * (LENGTHS.length - 1))] ?? 0];
    const client = await OssClient.create(UfsUri.parse(`oss://${BUCKET}/`), configOf(this.lab.properties));
    const path = this.lab.root === 'oss' ? `/${name}` : `${SECOND}/${name}`;
    await putRaw(client, this.#keyOf(path), this.lab.contents.get(length));
    const mode = 0o777;
    const known = { ...file(length, { stored: true, cached: true }), mode };
    return { kind: 'arrived', words: ['cat', path], steps: [once(put(path, known), put(path, { ...known, cached: false }))],  ensure: path, look: ({ text }) => (text === this.lab.contents.get(length) ? undefined : `${text.length} other bytes`) };
  }

  #download(): Tried | undefined {
    const files = [...this.#tree].filter(([path, { directory }]) => !directory && !path.startsWith('/n'));
    const path = files[Math.floor(this.random() * files.length)]?.[0];
    if (path === undefined) return undefined;
    const folder = mkdtempSync(join(this.lab.home.dir, 'down-'));
    const look = () => {
      const names = readdirSync(folder);
      const right = names.length === 1 && readFileSync(join(folder, 'f'), 'utf8') === this.lab.contents.get(this.#tree.get(path)?.length ?? -1);
      rmSync(folder, { recursive: true });
      return right ? undefined : `the copy is not what it should be (${names.join()})`;
    };
    return { kind: 'copyToLocal', words: ['copyToLocal', path, join(folder, 'f')], steps: [once(alter(path, ({ length }) => ({ cached: length > 0 })))], look };
  }

  #isContentOf(path: string): (said: Said) => string | undefined {
    return ({ text }) => (text === this.lab.contents.get(this.#tree.get(path)?.length ?? -1) ? undefined : `${text.length} bytes that are not those of the file`);
  }

  async #say(words: readonly string[]): Promise<Said> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#session.kill();
        reject(new Error(`did not end within ${PATIENCE_MS} ms: ${words.join(' ')}`));
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([this.#session.say(words), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #admin(method: string, body?: string): Promise<string> {
    const answer = await fetch(`${this.lab.endpoint}/-/faults`, { method, ...(body === undefined ? {} : { body }) });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.text();
  }

  async #metFaults(): Promise<FaultName[]> {
    const { faults } = JSON.parse(await this.#admin('GET')) as { faults: { name: FaultName; hits: number }[] };
    return faults.filter(({ hits }) => hits > 0).map(({ name }) => name);
  }

  async #check(label: string, { tried, ok, tidied }: { tried: Tried; ok: boolean; tidied: boolean }): Promise<void> {
    const { tree, problems } = await observe(this.lab);
    const text = textOf(tree);
    let expected = '';
    let explained = false;
    for (const outcome of outcomes(this.#tree, [{ steps: tried.steps, acknowledged: ok }])) {
      expected = textOf(outcome);
      explained = expected === text;
      if (explained) break;
    }
    if (!explained && !ok && tried.kind === 'rm-R') explained = isPartlyRemoved(this.#tree, tree, tried.words.at(-1) ?? '');
    const unexplained = explained ? [] : ['no outcome of the command explains what is there:', ...changed(textOf(this.#tree), text), 'one outcome:', ...changed(textOf(this.#tree), expected)];
    this.#fail(label, tidied ? [...problems, ...unexplained] : unexplained);
    if (tidied) this.#tree = tree;
  }

  #fail(label: string, problems: readonly string[]): void {
    const real = problems.filter((problem) => problem !== '');
    if (real.length === 0) return;
    this.tally.failures.push(`command ${this.tally.commands}, root ${this.lab.root}: ${label}\n  ${real.join('\n  ')}`);
    console.info(this.tally.failures.at(-1));
  }
}

/** A file that waits to be persisted may be left in the cache, whole. */
function keptHere({ ways }: Step): Step {
  const here = ways.map((way) => (tree: Map<string, Parameters<typeof put>[1]>) => {
    const before = new Map(tree);
    way(tree);
    for (const [path, entry] of tree) if (!before.has(path) && entry.stored) tree.set(path, { ...entry, stored: false, cached: entry.length > 0 });
  });
  return { ways: [...ways, ...here] };
}

/** What the store did not delete is still there, as it was or without its blocks; the rest is gone. */
function isPartlyRemoved(before: Tree, after: Tree, top: string): boolean {
  const uncached = (tree: Tree) => new Map([...tree].map(([path, entry]) => [path, { ...entry, cached: false }]));
  const inside = new Set(below(before, top));
  const outside = (tree: Tree) => textOf(new Map([...tree].filter(([path]) => !inside.has(path))));
  const [was, is] = [uncached(before), uncached(after)];
  return outside(before) === outside(after) && [...is].filter(([path]) => inside.has(path)).every(([path, entry]) => JSON.stringify(entry) === JSON.stringify(was.get(path)));
}

/** What is wrong with a refusal. */
function untold({ refusal }: Tried, errors: readonly string[], met: readonly FaultName[]): string[] {
  if (refusal !== undefined && errors.every((error) => refusal.test(error))) return [];
  // A machine that is busy enough answers too late by itself.
  if (met.length === 0) return errors.every((error) => /no answer within/.test(error)) ? [] : ['it was refused, though nothing went wrong'];
  return errors.flatMap((error) => [...(UNTRUE.test(error) ? [`that is not true: ${error}`] : []), ...(namesCause(error, met) || HEADS.test(error) ? [] : [`it does not name the cause, ${met.join(' or ')}: ${error}`])]);
}

function shown(rules: readonly Rule[]): string {
  return rules.map(({ name, match, times }) => `${name} ${Object.values(match).join(' ')} ${times === undefined ? 'always' : `${times} x`}`).join(' and ') || 'no fault';
}

function changed(before: string, after: string): string[] {
  const [was, is] = [before.split('\n'), after.split('\n')];
  return [...was.filter((line) => !is.includes(line)).map((line) => `- ${line}`), ...is.filter((line) => !was.includes(line)).map((line) => `+ ${line}`)];
}
