/** A home in which commands of the model are played on the real binary, and compared after each. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { TestOss } from '../support/oss.ts';
import { OSS_KEYS, startTestOss } from '../support/oss.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import { SOURCES } from './generate.ts';
import { mountLine } from './mounts.ts';
import { lineOf, ranked, split } from './node.ts';
import { Session } from './session.ts';
import type { Said } from './session.ts';
import type { Kind, Storages } from './storages.ts';
import { STORAGES, localStorages, ossStorages, storedLines } from './storages.ts';
import type { Tally } from './tally.ts';
import type { Outcome } from './tree.ts';
import { Tree } from './tree.ts';

export type { Kind } from './storages.ts';

const MOUNTS: ReadonlyMap<string, string> = new Map([['/m', 'mnt']]);

export interface Mismatch {
  /** How many commands were played, the one that differs included. */
  readonly at: number;
  readonly why: string;
}

export class Stage {
  #session: Session;
  #user = { owner: '', group: '' };

  private constructor(
    readonly home: Home,
    readonly oss: TestOss | undefined,
    readonly storages: Storages,
  ) {
    this.#session = new Session(home);
  }

  static async open(kind: Kind): Promise<Stage> {
    const oss = kind === 'oss' ? await startTestOss() : undefined;
    const home = await makeHome(oss === undefined ? {} : { ufs: `oss://${oss.bucket}/root` });
    await home.configure({
      'alluxio.user.block.size.bytes.default': '64B',
      'alluxio.user.shell.error.stream': 'stdout',
      'alluxio.user.lease.wait.timeout': '20s',
      ...(oss === undefined ? {} : { 'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret }),
    });
    const storages = oss === undefined ? localStorages(home) : ossStorages(oss);
    await storages.make();
    for (const [name, content] of SOURCES) await writeFile(join(home.dir, name), content);
    await runAlluxio(home, ['format']);
    const stage = new Stage(home, oss, storages);
    const [, owner = '', group = ''] = /owner: (.*)\n# group: (.*)\n/.exec((await stage.#session.say(['getfacl', '/'])).text) ?? [];
    stage.#user = { owner, group };
    await stage.#begin();
    return stage;
  }

  get user(): { readonly owner: string; readonly group: string } {
    return this.#user;
  }

  newTree(): Tree {
    return new Tree({ sources: SOURCES, mounts: MOUNTS, keepsModes: this.storages.keepsModes, ...this.#user });
  }

  /** Plays on an empty namespace, and leaves an empty one. */
  async play(commands: Iterable<readonly string[]>, tree: Tree, tally?: Tally): Promise<Mismatch | undefined> {
    let at = 0;
    for (const command of commands) {
      at++;
      const why = await this.#step(command, tree, tally);
      if (why !== undefined) return { at, why: `${command.join(' ')}: ${why}` };
    }
    for (const path of tree.withLists()) {
      const why = await this.#step(['getfacl', path], tree);
      if (why !== undefined) return { at, why: `at the end, getfacl ${path}: ${why}` };
    }
    const left = await this.#tidy(tree);
    return left === undefined ? undefined : { at, why: `when all was removed: ${left}` };
  }

  async #step(command: readonly string[], tree: Tree, tally?: Tally): Promise<string | undefined> {
    const expected = tree.run(command);
    tally?.note(command, expected);
    const said = await this.#session.say(this.#typed(command));
    return this.#difference(command, expected, said) ?? (await this.#stateDifference(tree));
  }

  async #stateDifference(tree: Tree): Promise<string | undefined> {
    const [listed, stored] = await Promise.all([this.listing(), this.storages.lines()]);
    return listDifference('', tree.listing(), listed) ?? listDifference('in the storages', storedLines(tree.stored(), this.storages.keepsModes), stored);
  }

  async #tidy(tree: Tree): Promise<string | undefined> {
    const done: Said[] = [];
    const say = async (...words: string[]): Promise<void> => void done.push(await this.#session.say(words));
    for (const path of tree.mounts.reverse()) await say('unmount', path);
    for (const storage of STORAGES) if (storage !== 'root') await this.storages.empty(storage);
    for (const line of await this.listing()) if (/^\/[^/:]+:/.test(line)) await say('rm', '-R', line.slice(0, line.indexOf(':')));
    const { owner, group } = this.#user;
    for (const words of [['chmod', '755'], ['chown', owner], ['chgrp', group], ['setfacl', '-b'], ['setfacl', '-k'], ['unpin'], ['unsetTtl']]) await say(...words, '/');
    await this.#begin();
    const refused = done.flatMap(({ errors }) => errors);
    return refused.length > 0 ? refused.join(' ') : this.#stateDifference(this.newTree());
  }

  async #begin(): Promise<void> {
    for (const [path, storage] of MOUNTS) {
      const { errors } = await this.#session.say(['mount', path, this.storages.uriOf(storage)]);
      if (errors.length > 0) throw new Error(errors.join(' '));
    }
    // What cannot be undone: an undo does not reach behind the beginning.
    for (const words of [['-Dalluxio.user.file.writetype.default=MUST_CACHE', 'copyFromLocal', join(this.home.dir, 's1'), '/begin'], ['rm', '/begin']]) await this.#session.say(words);
  }

  say(words: readonly string[]): Promise<Said> {
    return this.#session.say(words);
  }

  async listing(): Promise<string[]> {
    const { text, errors } = await this.#session.say(['--json', 'ls', '-R', '/']);
    if (errors.length > 0) return [`ls: ${errors.join(' ')}`];
    return ranked(recordsOf(text).map(shown));
  }

  /** Local names become paths, storages their URIs; what is compared as numbers is asked for as JSON. */
  #typed(command: readonly string[]): string[] {
    const { words } = split(command);
    const [name] = words;
    const typed = name === 'copyFromLocal' ? command.map((word) => (SOURCES.has(word) ? join(this.home.dir, word) : word)) : name === 'mount' ? command.map((word) => (STORAGES.some((storage) => storage === word) ? this.storages.uriOf(word) : word)) : [...command];
    return isAskedAsJson(words) ? ['--json', ...typed] : typed;
  }

  #difference(command: readonly string[], expected: Outcome, said: Said): string | undefined {
    const ok = said.errors.length === 0;
    if (ok !== expected.ok) return ok ? 'it succeeded, and should have been refused' : `it was refused, and should have succeeded: ${said.errors.join(' ')}`;
    if (!ok || expected.text === undefined) return undefined;
    const { words } = split(command);
    const text = isAskedAsJson(words) ? (words[0] === 'count' ? counted(said.text) : this.#mounted(said.text)) : said.text;
    return text === expected.text ? undefined : `it said ${JSON.stringify(text)} instead of ${JSON.stringify(expected.text)}`;
  }

  #mounted(text: string): string {
    const mounts = recordsOf(text) as unknown as readonly { path: string; ufsUri: string; readOnly: boolean }[];
    const nameOf = (uri: string) => STORAGES.find((storage) => this.storages.uriOf(storage) === uri) ?? uri;
    return mounts.map(({ path, ufsUri, readOnly }) => mountLine(path, nameOf(ufsUri), readOnly)).sort().join('\n');
  }

  /** What `fsck` finds; nothing when all is well. */
  async fsck(): Promise<string> {
    const { status, stdout } = await runAlluxio(this.home, ['fsck', '--deep']);
    return status === 0 ? '' : stdout;
  }

  async close(): Promise<void> {
    await this.#session.end();
    await this.oss?.close();
    await this.home.remove();
  }
}

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly size: number;
  readonly owner: string;
  readonly group: string;
  readonly mode: number;
  readonly permission: string;
  readonly persistence: string;
  readonly cachedPercent: number | null;
  readonly pinned: boolean;
  readonly ttlMs: number;
  readonly ttlAction: string;
  readonly mountPoint: boolean;
}

function recordsOf(text: string): Entry[] {
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Entry);
}

function shown(entry: Entry): string {
  const { path, size, owner, group, mode, pinned, ttlMs, ttlAction } = entry;
  const extended = entry.permission.endsWith('+');
  const node = { persisted: entry.persistence === 'PERSISTED', cached: entry.cachedPercent === 100, pinned, mode, size, owner, group, ttl: `${ttlMs} ${ttlAction}`, extended, mount: entry.mountPoint };
  return lineOf(path, entry.type === 'directory', node);
}

const isAskedAsJson = (words: readonly string[]) => words[0] === 'count' || (words[0] === 'mount' && words.length === 1);

function counted(text: string): string {
  const { files, directories, bytes } = JSON.parse(text) as { files: number; directories: number; bytes: number };
  return `${files} ${directories} ${bytes}`;
}

function listDifference(where: string, expected: readonly string[], actual: readonly string[]): string | undefined {
  const missing = expected.filter((line) => !actual.includes(line));
  const extra = actual.filter((line) => !expected.includes(line));
  return missing.length + extra.length === 0 && expected.length === actual.length ? undefined : `afterwards ${where}\n  should be: ${missing.join(' | ')}\n  is: ${extra.join(' | ')}`;
}
