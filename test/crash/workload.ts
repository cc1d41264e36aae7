/** Random commands that change something, each with what it does to the tree. */
import { userInfo } from 'node:os';
import type { Entry, Step, Tree } from './model.ts';
import { DIRECTORY, SECOND, alter, below, file, move, once, put, remove, together } from './model.ts';

export interface Command {
  readonly kind: string;
  /** What is typed after `alluxio`. */
  readonly args: readonly string[];
  readonly steps: readonly Step[];
  /** Lines of a script. */
  readonly input?: string;
}

/** A folder of the home with a local file of each length, and a local tree. */
export interface Sources {
  file(length: number): string;
  /** Paths below it and their lengths; a directory has none. */
  readonly tree: { readonly path: string; readonly entries: readonly (readonly [string, number | undefined])[] };
  /** A storage that nobody else uses, with files in it. */
  readonly foreign: string;
  /** Where files are copied out to, and backups. */
  readonly out: string;
}

/** Nothing, less than a block, two blocks, three parts of an upload. */
export const LENGTHS = [0, 40, 70_000, 250_000] as const;
/** Where `mount` mounts. */
export const FOREIGN = '/n';
/** Stands in a tree for the path defaults of the root. */
export const DEFAULTS = 'defaults';
export const READ_TYPE = 'alluxio.user.file.readtype.default';
/** Only root can give a local file away. */
const ANOTHER = process.getuid?.() === 0 ? 'daemon' : '';
const KEPT: Readonly<Record<string, { stored: boolean; cached: boolean }>> = {
  MUST_CACHE: { stored: false, cached: true },
  CACHE_THROUGH: { stored: true, cached: true },
  THROUGH: { stored: true, cached: false },
  ASYNC_THROUGH: { stored: true, cached: true },
};

export class Workload {
  #names = 0;

  constructor(
    private readonly random: () => number,
    private readonly sources: Sources,
  ) {}

  /** A command of this kind that can succeed on the tree; undefined when there is none now. */
  next(kind: string, tree: Tree): Command | undefined {
    const made = ALL[kind]?.({ tree, sources: this.sources, pick: (list) => list[Math.floor(this.random() * list.length)], fresh: () => this.#fresh(tree) });
    return made === undefined ? undefined : { kind, ...made, args: [...(made.group === undefined ? ['fs'] : made.group), ...made.args] };
  }

  /** A new name, in any directory but a deep one: a tree that always grows would make the run slower and slower. */
  #fresh(tree: Tree): string {
    const parents = ['/', SECOND, ...directoriesOf(tree).filter((path) => path.split('/').length < 4)];
    const parent = parents[Math.floor(this.random() * parents.length)] ?? '/';
    return `${parent === '/' ? '' : parent}/x${++this.#names}`;
  }
}

interface Choice {
  readonly tree: Tree;
  readonly sources: Sources;
  pick<T>(list: readonly T[]): T | undefined;
  fresh(): string;
}

type Made = { readonly group?: readonly string[]; readonly args: readonly string[]; readonly steps: readonly Step[]; readonly input?: string } | undefined;

const KINDS: Readonly<Record<string, (choice: Choice) => Made>> = {
  copyFromLocal({ sources, pick, fresh }) {
    const [type, length, path] = [pick(Object.keys(KEPT)) ?? '', pick(LENGTHS) ?? 0, fresh()];
    return { args: [...as(type), 'copyFromLocal', sources.file(length), path], steps: [written(path, length, type)] };
  },
  'copyFromLocal-tree'({ sources, pick, fresh }) {
    const [type, path] = [pick(Object.keys(KEPT)) ?? '', fresh()];
    const inside = sources.tree.entries.map(([name, length]) => (length === undefined ? once(put(`${path}/${name}`, DIRECTORY)) : written(`${path}/${name}`, length, type)));
    return { args: [...as(type), 'copyFromLocal', sources.tree.path, path], steps: [once(put(path, DIRECTORY)), ...inside] };
  },
  touch({ pick, fresh }) {
    const [type, path] = [pick(Object.keys(KEPT)) ?? '', fresh()];
    return { args: [...as(type), 'touch', path], steps: [written(path, 0, type)] };
  },
  mkdir({ pick, fresh }) {
    const path = `${fresh()}/sub`;
    return { args: [...as(pick(['MUST_CACHE', 'CACHE_THROUGH']) ?? ''), 'mkdir', path], steps: [once(put(path, DIRECTORY))] };
  },
  rm: ({ tree, pick }) => on(pick(filesOf(tree)), (path) => ({ args: ['rm', path], steps: [once(remove(path))] })),
  'rm-R': ({ tree, pick }) => on(pick(directoriesOf(tree)), (path) => ({ args: ['rm', '-R', path], steps: [once(remove(path))] })),
  mv({ tree, pick, fresh }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree), ...directoriesOf(tree)]), (from) => {
      const to = fresh();
      const possible = mountOf(from) === mountOf(to) && !to.startsWith(`${from}/`);
      return possible ? { args: ['mv', from, to], steps: [once(move(from, to))] } : undefined;
    });
  },
  cp({ tree, pick, fresh }) {
    return on(pick(filesOf(tree)), (from) => {
      const [type, to] = [pick(Object.keys(KEPT)) ?? '', fresh()];
      return { args: [...as(type), 'cp', from, to], steps: [cachedBy(from), written(to, tree.get(from)?.length ?? 0, type)] };
    });
  },
  'cp-R'({ tree, pick, fresh }) {
    return on(pick(directoriesOf(tree).filter((path) => below(tree, path).length < 6)), (from) => {
      const [type, to] = [pick(Object.keys(KEPT)) ?? '', fresh()];
      if (to.startsWith(`${from}/`)) return undefined;
      const steps = below(tree, from).flatMap((path) => {
        const [entry, target] = [tree.get(path) ?? DIRECTORY, to + path.slice(from.length)];
        return entry.directory ? [once(put(target, DIRECTORY))] : [cachedBy(path), written(target, entry.length, type)];
      });
      return { args: [...as(type), 'cp', '-R', from, to], steps };
    });
  },
  persist({ tree, pick }) {
    return on(pick(['/', ...filesOf(tree), ...directoriesOf(tree)]), (path) => {
      const waiting = filesOf(tree, path).filter((each) => !entryOf(tree, each).stored);
      return waiting.length === 0 || waiting.length > 6 ? undefined : { args: ['persist', path], steps: waiting.map((each) => once(alter(each, () => ({ stored: true })))) };
    });
  },
  free({ tree, pick }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree)]), (path) => {
      const inside = filesOf(tree, path).map((each) => [each, entryOf(tree, each)] as const);
      if (inside.some(([, entry]) => !entry.stored || entry.pinned)) return undefined;
      return { args: ['free', path], steps: [together(inside.map(([each]) => alter(each, () => ({ cached: false }))))] };
    });
  },
  load({ tree, pick }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree)]), (path) => {
      const missing = filesOf(tree, path).filter((each) => !entryOf(tree, each).cached && entryOf(tree, each).length > 0);
      return missing.length === 0 || missing.length > 6 ? undefined : { args: ['load', path], steps: missing.map((each) => cachedBy(each)) };
    });
  },
  copyToLocal: ({ tree, sources, pick }) => on(pick(filesOf(tree)), (path) => ({ args: ['copyToLocal', path, `${sources.out}/${path.replaceAll('/', '_')}`], steps: [cachedBy(path)] })),
  backup: ({ sources }) => ({ group: ['fsadmin'], args: ['backup', sources.out, '--local'], steps: [] }),
  pathConf({ tree, pick }) {
    const [type, there] = [pick(['CACHE', 'CACHE_PROMOTE']) ?? '', tree.has(DEFAULTS)];
    if (there) return { group: ['fsadmin'], args: ['pathConf', 'remove', '/'], steps: [once(remove(DEFAULTS))] };
    return { group: ['fsadmin'], args: ['pathConf', 'add', '--property', `${READ_TYPE}=${type}`, '/'], steps: [once(put(DEFAULTS, defaults(type)))] };
  },
  cat: ({ tree, pick }) => on(pick(filesOf(tree).filter((path) => !entryOf(tree, path).cached)), (path) => ({ args: ['cat', path], steps: [cachedBy(path)] })),
  pin({ tree, pick }) {
    return on(pick(filesOf(tree)), (path) => {
      const { pinned } = entryOf(tree, path);
      return { args: [pinned ? 'unpin' : 'pin', path], steps: [once(alter(path, () => ({ pinned: !pinned })))] };
    });
  },
  chmod({ tree, pick }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree)].filter((path) => below(tree, path).every((each) => entryOf(tree, each).acl === ''))), (path) => {
      const mode = pick([0o700, 0o755, 0o640, 0o777]) ?? 0;
      return { args: ['chmod', '-R', mode.toString(8), path], steps: [together(below(tree, path).map((each) => alter(each, () => ({ mode }))))] };
    });
  },
  setTtl({ tree, pick }) {
    return on(pick(filesOf(tree)), (path) => {
      const ttlMs = entryOf(tree, path).ttlMs === -1 ? 86_400_000 : -1;
      return { args: ttlMs === -1 ? ['unsetTtl', path] : ['setTtl', '--action', 'delete', path, String(ttlMs)], steps: [once(alter(path, () => ({ ttlMs })))] };
    });
  },
  setfacl({ tree, pick }) {
    return on(pick(filesOf(tree).filter((path) => entryOf(tree, path).mode === 0o644)), (path) => {
      const acl = entryOf(tree, path).acl === '' ? 'user:bob:4' : '';
      return { args: acl === '' ? ['setfacl', '-b', path] : ['setfacl', '-m', 'user:bob:r--', path], steps: [once(alter(path, () => ({ acl })))] };
    });
  },
  chown({ tree, pick }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree)].filter((path) => below(tree, path).length < 20)), (path) => {
      const owner = entryOf(tree, path).owner === '' ? ANOTHER : '';
      return { args: ['chown', '-R', owner === '' ? userInfo().username : owner, path], steps: [together(below(tree, path).map((each) => alter(each, () => ({ owner }))))] };
    });
  },
  /** It unpins, too: a pinned file is one with a least number of copies. */
  setReplication({ tree, pick }) {
    return on(pick(filesOf(tree).filter((path) => !entryOf(tree, path).pinned)), (path) => {
      const copies = entryOf(tree, path).copies === -1 ? 3 : -1;
      return { args: ['setReplication', '--max', String(copies), path], steps: [once(alter(path, () => ({ copies })))] };
    });
  },
  updateMount: ({ pick }) => ({ args: ['updateMount', ...(pick([['--shared'], []]) ?? []), SECOND], steps: [] }),
  follow({ tree, pick }) {
    const followed = directoriesOf(tree).filter((path) => entryOf(tree, path).followed);
    // Below one that is followed, all is.
    const free = directoriesOf(tree).filter((path) => !followed.some((top) => path.startsWith(`${top}/`)));
    return on(pick(followed.length > 1 ? followed : free), (path) => {
      const is = entryOf(tree, path).followed;
      return { args: [is ? 'stopSync' : 'startSync', path], steps: [once(alter(path, () => ({ followed: !is })))] };
    });
  },
  mount({ tree, sources }) {
    if (tree.has(FOREIGN)) return { args: ['unmount', FOREIGN], steps: [once(remove(FOREIGN))] };
    return { args: ['mount', FOREIGN, sources.foreign], steps: [once(put(FOREIGN, DIRECTORY))] };
  },
  distributedMv({ tree, pick, fresh }) {
    return on(pick(filesOf(tree)), (from) => {
      const to = fresh();
      const { length } = entryOf(tree, from);
      const copied = put(to, file(length, { stored: true, cached: true }));
      if (mountOf(from) === mountOf(to)) return undefined;
      return { args: [...as('CACHE_THROUGH'), 'distributedMv', from, to], steps: [cachedBy(from), { ways: [together([copied, remove(from)]).ways[0] ?? copied, copied, put(to, file(length, { stored: true, cached: false }))] }] };
    });
  },
};

/** What needs more than one command, as a script. */
const SCRIPTS: Readonly<Record<string, (choice: Choice) => Made>> = {
  script({ pick, fresh }) {
    const [file, directory, type] = [fresh(), fresh(), pick(Object.keys(KEPT)) ?? ''];
    return script([[...as(type), 'touch', file], ['mkdir', directory], ['chmod', '700', file]], [written(file, 0, type), once(put(directory, DIRECTORY)), once(alter(file, () => ({ mode: 0o700 })))]);
  },
  /** Lines that are made together, some of them below what others of them make. */
  'script-creates'({ fresh }) {
    const [directory, file] = [fresh(), fresh()];
    const lines = [['touch', file], ['mkdir', directory], ['touch', `${directory}/a`], ['mkdir', `${directory}/d`], ['touch', `${directory}/d/b`], ['touch', `${directory}/c`]];
    const steps = lines.map(([word, path = '']) => (word === 'mkdir' ? once(put(path, DIRECTORY)) : written(path, 0, 'MUST_CACHE')));
    const made = script(lines, steps);
    return made === undefined ? undefined : { ...made, args: [...as('MUST_CACHE'), ...made.args] };
  },
  'mv-undo'({ tree, pick, fresh }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree)].filter((path) => below(tree, path).length < 8)), (from) => {
      const to = fresh();
      if (mountOf(from) !== mountOf(to) || to.startsWith(`${from}/`)) return undefined;
      return script([['mv', from, to], ['undo']], [once(move(from, to)), once(move(to, from))]);
    });
  },
  'chmod-undo'({ tree, pick }) {
    return on(pick(filesOf(tree).filter((path) => entryOf(tree, path).acl === '' && entryOf(tree, path).mode !== 0o600)), (path) => {
      const { mode } = entryOf(tree, path);
      return script([['chmod', '600', path], ['undo']], [once(alter(path, () => ({ mode: 0o600 }))), once(alter(path, () => ({ mode })))]);
    });
  },
  /** A time to live that is over at once: whoever looks next removes the file, also the one who recovers. */
  expire: ({ tree, pick }) => on(pick(filesOf(tree)), (path) => script([['setTtl', '--action', 'delete', path, '1'], ['ls', '/']], [once(remove(path))])),
  /** Into the trash, and the trash emptied: whatever was in it is of no other command. */
  trash({ tree, pick }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree)].filter((path) => below(tree, path).length < 8)), (path) =>
      script([[TRASH, 'rm', '-R', path], ['rm', '-R', `${mountOf(path) === '/' ? '' : mountOf(path)}/.Trash`]], [once(remove(path))]));
  },
  'trash-undo'({ tree, pick }) {
    return on(pick([...filesOf(tree), ...directoriesOf(tree)].filter((path) => below(tree, path).length < 8)), (path) => {
      const kept = below(tree, path).map((each) => [each, entryOf(tree, each)] as const);
      return script([[TRASH, 'rm', '-R', path], ['undo']], [once(remove(path)), together(kept.map(([each, entry]) => (now) => void now.set(each, entry)))]);
    });
  },
};
const TRASH = '-Dalluxio.user.trash.interval=1d';

function script(lines: readonly (readonly string[])[], steps: readonly Step[]): Made {
  return { args: ['-'], input: lines.map((words) => `${words.join(' ')}\n`).join(''), steps };
}

const ALL: typeof KINDS = { ...KINDS, ...SCRIPTS };

export const KIND_NAMES: readonly string[] = Object.keys(ALL);

export function defaults(readType: string): Entry {
  return { ...DIRECTORY, acl: readType };
}

/** Options that make a command write so. */
export function as(type: string): string[] {
  return [`-Dalluxio.user.file.writetype.default=${type}`];
}

/** A file that comes to be, with the write type's kind of safety. */
export function written(path: string, length: number, type: string): Step {
  const kept = KEPT[type] ?? { stored: true, cached: true };
  const whole = put(path, file(length, kept));
  return kept.stored && kept.cached ? once(whole, put(path, file(length, { stored: true, cached: false }))) : once(whole);
}

/** Reading a file to its end caches it. */
export function cachedBy(path: string): Step {
  return once(alter(path, ({ length }) => ({ cached: length > 0 })));
}

function on(path: string | undefined, make: (path: string) => Made): Made {
  return path === undefined ? undefined : make(path);
}

function entryOf(tree: Tree, path: string): Entry {
  return tree.get(path) ?? DIRECTORY;
}

function isOurs(path: string): boolean {
  return path !== '/' && path !== SECOND && path !== FOREIGN;
}

function filesOf(tree: Tree, top = '/'): string[] {
  return below(tree, top).filter((path) => isOurs(path) && !entryOf(tree, path).directory);
}

function directoriesOf(tree: Tree): string[] {
  return below(tree, '/').filter((path) => isOurs(path) && entryOf(tree, path).directory);
}

function mountOf(path: string): string {
  return path === SECOND || path.startsWith(`${SECOND}/`) ? SECOND : '/';
}
