/**
 * What a user sees of a namespace, and how commands change it: small enough to be obviously right. A command is a list of steps; each is done whole or not at all.
 * A command that ended well has done all of them. One that was killed has done any of them, and each in one of its ways: a file that was finished for a dead
 * writer has its bytes, but nothing of it is cached.
 */
export interface Entry {
  readonly directory: boolean;
  /** Tells the content: no two contents are equally long. */
  readonly length: number;
  readonly mode: number;
  readonly pinned: boolean;
  readonly ttlMs: number;
  readonly acl: string;
  /** Who owns it; '' is who runs the test. */
  readonly owner: string;
  /** Most copies in the cache; -1 unlimited. */
  readonly copies: number;
  /** Directories only: compared with the storage by whoever comes by. */
  readonly followed: boolean;
  /** Files only: a copy in the under storage. */
  readonly stored: boolean;
  /** Files only: every byte is in the cache. An empty file never is. */
  readonly cached: boolean;
}

export type Tree = ReadonlyMap<string, Entry>;

export type Change = (tree: Map<string, Entry>) => void;

export interface Step {
  /** The first is how a command that ended well has done it. */
  readonly ways: readonly Change[];
}

/** The mount points that no command touches are not part of a tree. */
export const SECOND = '/m';
const ALWAYS: ReadonlySet<string> = new Set(['/', SECOND]);

export const DIRECTORY: Entry = { directory: true, length: 0, mode: 0o755, pinned: false, ttlMs: -1, acl: '', owner: '', copies: -1, followed: false, stored: false, cached: false };

export function file(length: number, kept: { stored: boolean; cached: boolean }): Entry {
  return { ...DIRECTORY, directory: false, length, mode: 0o644, stored: kept.stored, cached: kept.cached && length > 0 };
}

export function below(tree: Tree, path: string): string[] {
  return [...tree.keys()].filter((each) => each === path || each.startsWith(path === '/' ? '/' : `${path}/`)).sort();
}

export function parentOf(path: string): string {
  return path.lastIndexOf('/') <= 0 ? '/' : path.slice(0, path.lastIndexOf('/'));
}

/** Puts an entry with the directories above it. */
export function put(path: string, entry: Entry): Change {
  return (tree) => {
    for (let up = parentOf(path); !ALWAYS.has(up) && !tree.has(up); up = parentOf(up)) tree.set(up, DIRECTORY);
    tree.set(path, entry);
  };
}

export function remove(path: string): Change {
  return (tree) => {
    for (const each of below(tree, path)) tree.delete(each);
  };
}

export function move(from: string, to: string): Change {
  return (tree) => {
    for (const each of below(tree, from)) {
      const entry = tree.get(each) ?? DIRECTORY;
      tree.delete(each);
      tree.set(to + each.slice(from.length), entry);
    }
  };
}

/** Changes attributes of what is there. */
export function alter(path: string, change: (entry: Entry) => Partial<Entry>): Change {
  return (tree) => {
    const entry = tree.get(path);
    if (entry !== undefined) tree.set(path, { ...entry, ...change(entry) });
  };
}

export function once(...ways: readonly Change[]): Step {
  return { ways };
}

/** One step that does several changes together. */
export function together(changes: readonly Change[]): Step {
  return once((tree) => {
    for (const change of changes) change(tree);
  });
}

export function textOf(tree: Tree): string {
  return [...tree].map(([path, entry]) => lineOf(path, entry)).sort().join('\n');
}

function lineOf(path: string, entry: Entry): string {
  const flags = [entry.pinned ? 'pinned' : '', entry.stored ? 'stored' : '', entry.cached ? 'cached' : ''].filter((flag) => flag !== '').join('+');
  const rest = [entry.owner, entry.copies === -1 ? '' : `at most ${entry.copies} copies`, entry.followed ? 'followed' : ''].filter((each) => each !== '').join(' ');
  return `${path} ${entry.directory ? 'dir' : `file of ${entry.length}`} ${entry.mode.toString(8)} ttl ${entry.ttlMs} ${entry.acl} ${flags} ${rest}`;
}

export interface Done {
  readonly steps: readonly Step[];
  /** It ended well and said so. */
  readonly acknowledged: boolean;
}

/** Every tree that commands may leave: all of an acknowledged one, any steps of another, commands side by side in any order of their steps. */
export function* outcomes(before: Tree, commands: readonly Done[]): Generator<Tree> {
  const open = commands.filter(({ steps }) => steps.length > 0);
  if (open.length === 0) yield before;
  for (const command of open) {
    const [next, ...later] = command.steps;
    const rest = open.map((each) => (each === command ? { ...each, steps: later } : each));
    for (const way of command.acknowledged ? next?.ways.slice(0, 1) ?? [] : next?.ways ?? []) {
      const after = new Map(before);
      way(after);
      yield* outcomes(after, rest);
    }
    if (!command.acknowledged) yield* outcomes(before, rest);
  }
}
