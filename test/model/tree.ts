/** The model: a plain tree in memory, and what each command does to it. Commands are the words after `alluxio fs`. */
import { aclText, handedDown } from './acl.ts';
import type { Step } from './attributes.ts';
import { holds, isOurs, settingOf, stepOf } from './attributes.ts';
import type { Mount, Stored } from './mounts.ts';
import { MountTable } from './mounts.ts';
import type { Attributes, Node } from './node.ts';
import { NEW_FILE_TTL, NO_TTL, ancestors, isAtOrBelow, isThrough, join, lineOf, nameOf, parentOf, ranked, relativeTo, split } from './node.ts';

export interface Outcome {
  readonly ok: boolean;
  /** What must be printed, where that matters. */
  readonly text?: string;
  /** Takes it back; false: that is refused. Without it there is nothing that an undo would see. */
  readonly undo?: () => boolean;
  /** Of an undo: the name of the command that it took back. */
  readonly undone?: string;
}

const REFUSED: Outcome = { ok: false };
const DONE: Outcome = { ok: true };

export interface World {
  /** Local files by name. */
  readonly sources: ReadonlyMap<string, string>;
  /** Directories that are mount points at the beginning, and their storages. */
  readonly mounts: ReadonlyMap<string, string>;
  /** Whoever types. */
  readonly owner: string;
  readonly group: string;
  /** The storages know owners and modes. */
  readonly keepsModes: boolean;
}

const TRASH_TTL = '86400000 DELETE';

export class Tree {
  readonly nodes = new Map<string, Node>();
  readonly #world: World;
  readonly #mounts = new MountTable();
  /** How to take back what was done, the latest last. What was there before the first of them cannot be. */
  readonly #deeds: { readonly name: string; undo(): boolean }[] = [];
  #removals = 0;

  constructor(world: World) {
    this.#world = world;
    this.nodes.set('/', { ...this.#directory(undefined), persisted: true });
    for (const [path, storage] of world.mounts) this.#mount(path, storage, false);
  }

  get mounts(): string[] {
    return this.#mounts.points;
  }

  run(command: readonly string[]): Outcome {
    const outcome = this.#do(command);
    const { undo } = outcome;
    if (undo !== undefined) this.#deeds.push({ name: split(command).words[0] ?? '', undo });
    return outcome;
  }

  #do(command: readonly string[]): Outcome {
    const { defines, words } = split(command);
    const [name = '', ...rest] = words;
    const flags = rest.filter((word) => word.startsWith('-'));
    const [a = '', b = ''] = rest.filter((word) => !word.startsWith('-'));
    const recursive = flags.includes('-R');
    const type = defines.get('alluxio.user.file.writetype.default') ?? 'ASYNC_THROUGH';
    switch (name) {
      case 'mkdir':
        return this.#makeDirectory(a, type);
      case 'touch':
        return this.#create(a, '', type);
      case 'copyFromLocal':
        return this.#upload(a, b, type);
      case 'cp':
        return this.#copy(a, b, { recursive, type });
      case 'mv':
        return a === b ? (this.nodes.has(a) && this.#mounts.isWritable(a) ? DONE : REFUSED) : this.#moveUndoably(a, b);
      case 'rm':
        return this.#remove(a, recursive, defines.has('alluxio.user.trash.interval'));
      case 'cat':
        return this.#read(a);
      case 'persist':
        return this.#persist(a);
      case 'load':
        return this.#each(a, (node) => void (node.cached = true));
      case 'free':
        return this.#free(a, flags.includes('-f'));
      case 'count':
        return this.#count(a);
      case 'getfacl':
        return this.nodes.has(a) ? { ok: true, text: aclText(a, this.#get(a)) } : REFUSED;
      case 'checkConsistency':
      case 'loadMetadata':
        return this.nodes.has(a) ? DONE : REFUSED;
      case 'mount':
        return a === '' ? { ok: true, text: this.#mounts.text() } : this.#mountAt(a, b, flags.includes('--readonly'));
      case 'unmount':
        return this.#unmountAt(a);
      case 'updateMount':
        return this.#update(a, flags.includes('--readonly'));
      case 'undo':
        return this.#undo();
      default:
        return this.#setAttributes(name, rest);
    }
  }

  #undo(): Outcome {
    const last = this.#deeds[this.#deeds.length - 1];
    if (last?.undo() !== true) return REFUSED;
    this.#deeds.pop();
    return { ok: true, undone: last.name };
  }

  /** One line an entry, in path order: what `ls -R` must show. */
  listing(): string[] {
    const lines = [...this.nodes].filter(([path]) => path !== '/').map(([path, node]) => {
      const extended = node.acl.bob !== undefined || node.defaults !== undefined;
      return lineOf(path, node.directory, { ...node, size: node.content.length, extended, mount: this.#mounts.at(path) !== undefined });
    });
    return ranked(lines);
  }

  /** Paths whose access control lists a listing does not show whole. */
  withLists(): string[] {
    return [...this.nodes].filter(([path, { acl, defaults }]) => !path.includes('#') && (path === '/' || acl.bob !== undefined || defaults !== undefined)).map(([path]) => path);
  }

  /** What lies in the storages: each entry's path, after the name of its storage. */
  stored(): Map<string, Node> {
    const all = new Map<string, Node>();
    for (const [storage, stored] of this.#mounts.left) for (const [path, node] of stored) all.set(`${storage}/${path}`, node);
    for (const [path, { storage }] of this.#mounts.all) for (const [relative, node] of this.#storedBelow(path)) all.set(`${storage}/${relative}`, node);
    return all;
  }

  #storedBelow(mount: string): Stored {
    return new Map([...this.nodes].flatMap(([path, node]) => (node.persisted && path !== mount && this.#mounts.at(path) === undefined && this.#mounts.of(path) === mount ? [[relativeTo(path, mount), node] as const] : [])));
  }

  #makeDirectory(path: string, type: string): Outcome {
    if (this.nodes.has(path) || !this.#leadsTo(path) || !this.#mounts.isWritable(path)) return REFUSED;
    const made = [...ancestors(path), path].filter((each) => !this.nodes.has(each));
    for (const each of made) this.nodes.set(each, this.#directory(this.nodes.get(parentOf(each))));
    if (isThrough(type)) this.#persistUpTo(path);
    return { ok: true, undo: this.#unmake(made) };
  }

  /** False when a file is in the way. */
  #leadsTo(path: string): boolean {
    return ancestors(path).every((each) => this.nodes.get(each)?.directory !== false);
  }

  #directory(parent: Node | undefined, mode = 0o755): Node {
    const defaults = parent?.defaults;
    const { owner, group } = this.#world;
    return { directory: true, content: '', persisted: false, storedMode: 0, cached: false, pinned: parent?.pinned ?? false, owner, group, ttl: NO_TTL, defaults, ...handedDown(defaults, mode) };
  }

  #create(path: string, content: string, type: string): Outcome {
    const parent = this.nodes.get(parentOf(path));
    if (this.nodes.has(path) || parent?.directory !== true || !this.#mounts.isWritable(path)) return REFUSED;
    const file = { directory: false, content, cached: type !== 'THROUGH' || content === '', ttl: NEW_FILE_TTL, defaults: undefined };
    this.nodes.set(path, { ...this.#directory(parent), ...file, ...handedDown(parent.defaults, 0o644) });
    if (type !== 'MUST_CACHE') this.#persistUpTo(path);
    return { ok: true, undo: this.#unmake([path]) };
  }

  /** How to take away what was made just now: never what has content, or what only has its name by then, as after a mount was gone. */
  #unmake(paths: readonly string[]): () => boolean {
    const made = paths.map((path) => [path, this.#get(path)] as const);
    return () => {
      const left = made.filter(([path, node]) => this.nodes.get(path) === node).map(([path]) => path);
      if (made.some(([, { content }]) => content !== '')) return false;
      this.#forget(left);
      return left.length > 0;
    };
  }

  #forget(paths: readonly string[]): void {
    for (const path of paths) this.nodes.delete(path);
  }

  #persistUpTo(path: string): void {
    for (const each of [path, ...ancestors(path).reverse()]) {
      const node = this.#get(each);
      if (node.persisted && each !== path) return;
      if (!node.persisted) Object.assign(node, { persisted: true, storedMode: node.mode });
    }
  }

  #upload(source: string, target: string, type: string): Outcome {
    const content = this.#world.sources.get(source);
    if (content === undefined) throw new Error(`there is no source ${source}`);
    const place = this.nodes.get(target)?.directory === true ? join(target, source) : target;
    return this.#create(place, content, type);
  }

  #copy(from: string, to: string, how: { recursive: boolean; type: string }): Outcome {
    const source = this.nodes.get(from);
    if (source === undefined) return REFUSED;
    const target = this.nodes.get(to);
    const place = target?.directory === true ? join(to, nameOf(from)) : to;
    if (!source.directory) {
      const done = this.#create(place, source.content, how.type);
      if (done.ok) source.cached = true;
      return done;
    }
    if (!how.recursive || target?.directory === false || this.nodes.has(place) || this.nodes.get(parentOf(place))?.directory !== true || !this.#mounts.isWritable(place)) return REFUSED;
    const below = this.#below(from).filter(([path]) => path !== from);
    const made = [place];
    this.#makeDirectory(place, how.type);
    for (const [path, node] of below) {
      const at = join(place, relativeTo(path, from));
      made.push(at);
      if (node.directory) this.#makeDirectory(at, how.type);
      else if (this.#create(at, node.content, how.type).ok) node.cached = true;
    }
    return { ok: true, undo: this.#unmake(made) };
  }

  #move(from: string, to: string): Outcome {
    const source = this.nodes.get(from);
    if (source === undefined || from === '/' || to === '/' || this.#mounts.of(from) !== this.#mounts.of(to) || !this.#mounts.isWritable(from)) return REFUSED;
    if (this.#mounts.isPointAtOrBelow(from) || this.#mounts.at(to) !== undefined) return REFUSED;
    if (isAtOrBelow(to, from) || this.nodes.has(to) || this.nodes.get(parentOf(to))?.directory !== true) return REFUSED;
    for (const [path, node] of this.#below(from)) {
      this.nodes.delete(path);
      this.nodes.set(join(to, relativeTo(path, from)), node);
    }
    if (source.persisted) this.#persistUpTo(to);
    return DONE;
  }

  #moveUndoably(from: string, to: string): Outcome {
    const moved = this.nodes.get(from);
    const outcome = this.#move(from, to);
    return outcome.ok ? { ok: true, undo: () => this.nodes.get(to) === moved && this.#move(to, from).ok } : outcome;
  }

  #remove(path: string, recursive: boolean, keep: boolean): Outcome {
    const node = this.nodes.get(path);
    if (node === undefined || path === '/' || (node.directory && !recursive) || !this.#mounts.isWritable(path)) return REFUSED;
    if (this.#mounts.isPointAtOrBelow(path)) return REFUSED;
    if (keep && !this.#mounts.isInTrash(path)) return this.#keep(path);
    this.#forget(this.#below(path).map(([each]) => each));
    return { ok: true, undo: () => false };
  }

  /** Into the trash of its mount. */
  #keep(path: string): Outcome {
    const mount = this.#mounts.of(path);
    const user = join(join(mount, '.Trash'), this.#world.owner);
    const when = `#${String(++this.#removals).padStart(3, '0')}`;
    const to = join(join(user, when), relativeTo(path, mount));
    for (const each of ancestors(to).filter((above) => !this.nodes.has(above))) {
      const owned = each === parentOf(user) ? { mode: 0o755, group: this.#get(mount).group } : { mode: 0o700 };
      this.nodes.set(each, { ...this.#directory(undefined), ...owned, ttl: each === join(user, when) ? TRASH_TTL : NO_TTL });
    }
    return this.#moveUndoably(path, to);
  }

  #read(path: string): Outcome {
    const node = this.nodes.get(path);
    if (node === undefined || node.directory) return REFUSED;
    node.cached = true;
    return { ok: true, text: node.content };
  }

  #persist(path: string): Outcome {
    let refused = false;
    const done = this.#each(path, (node, each) => {
      if (node.persisted) return;
      if (this.#mounts.isWritable(each)) this.#persistUpTo(each);
      else refused = true;
    });
    return refused ? REFUSED : done;
  }

  /** Files at and below. */
  #each(path: string, work: (node: Node, path: string) => void): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    for (const [each, node] of this.#below(path)) if (!node.directory) work(node, each);
    return DONE;
  }

  #free(path: string, forced: boolean): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    const below = this.#below(path).map(([, node]) => node);
    if (below.some((node) => !node.directory && (!node.persisted || (node.pinned && !forced)))) return REFUSED;
    for (const node of below) {
      if (forced) node.pinned = false;
      if (!node.directory && node.content !== '') node.cached = false;
    }
    return DONE;
  }

  #count(path: string): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    const below = this.#below(path).filter(([each, { directory }]) => each !== path || !directory).map(([, node]) => node);
    const files = below.filter(({ directory }) => !directory);
    return { ok: true, text: `${files.length} ${below.length - files.length} ${files.reduce((sum, { content }) => sum + content.length, 0)}` };
  }

  /** All or nothing. */
  #setAttributes(name: string, words: readonly string[]): Outcome {
    const setting = settingOf(name, words, this.#world.group);
    if (setting === undefined || !this.nodes.has(setting.path) || (setting.refusesReadOnly && !this.#mounts.isWritable(setting.path))) return REFUSED;
    const steps: Step[] = [];
    for (const [path, node] of this.#below(setting.path)) {
      if (!setting.recursive && path !== setting.path) continue;
      const after = setting.changeOf(node);
      if (after === undefined || !this.#storageTakes(path, node, after)) return REFUSED;
      steps.push(stepOf(path, node, after));
    }
    for (const { path, node, after } of steps) this.#set(path, node, after);
    return { ok: true, undo: () => this.#changeBack(steps) };
  }

  #set(path: string, node: Node, change: Partial<Attributes>): void {
    Object.assign(node, change);
    if (change.mode !== undefined && this.#mounts.isWritable(path)) node.storedMode = change.mode;
  }

  /** A storage with owners knows those of the machine only. */
  #storageTakes(path: string, node: Node, { owner, group }: Partial<Attributes>): boolean {
    if (!this.#world.keepsModes || !node.persisted || !this.#mounts.isWritable(path)) return true;
    return (owner ?? this.#world.owner) === this.#world.owner && (group ?? this.#world.group) === this.#world.group;
  }

  #changeBack(steps: readonly Step[]): boolean {
    const todo = steps.filter(({ path, node, before }) => this.nodes.get(path) === node && !holds(node, before));
    const possible = todo.every(({ path, node, before, after }) => holds(node, after) && (this.#mounts.isWritable(path) || isOurs(before)) && this.#storageTakes(path, node, before));
    if (todo.length === 0 || !possible) return false;
    for (const { path, node, before } of todo) this.#set(path, node, before);
    return true;
  }

  #mountAt(path: string, storage: string, readOnly: boolean): Outcome {
    const parent = this.nodes.get(parentOf(path));
    if (this.nodes.has(path) || parent?.directory !== true || !this.#mounts.isWritable(path)) return REFUSED;
    if (this.#mounts.holds(storage)) return REFUSED;
    const { id } = this.#mount(path, storage, readOnly);
    return { ok: true, undo: () => this.#mounts.at(path)?.id === id && this.#unmount(path) };
  }

  /** What the storage holds shows, as far as it is kept there. */
  #mount(path: string, storage: string, readOnly: boolean): Mount {
    const mount = { id: Symbol(), storage, readOnly };
    this.#mounts.set(path, mount);
    this.nodes.set(path, { ...this.#directory(this.nodes.get(parentOf(path))), persisted: true });
    for (const [relative, { directory, content, storedMode }] of [...(this.#mounts.left.get(storage) ?? [])].sort(([x], [y]) => (x < y ? -1 : 1))) {
      const at = join(path, relative);
      const parent = this.#get(parentOf(at));
      const handed = handedDown(parent.defaults, 0o777);
      const mode = this.#world.keepsModes ? storedMode : directory || parent.defaults === undefined ? 0o777 : handed.mode;
      const found = { directory, content, persisted: true, storedMode, cached: content === '', mode, acl: handed.acl, defaults: directory ? parent.defaults : undefined };
      this.nodes.set(at, { ...this.#directory(parent), ...found });
    }
    this.#mounts.left.delete(storage);
    return mount;
  }

  #unmountAt(path: string): Outcome {
    const mount = this.#mounts.at(path);
    if (mount === undefined || path === '/' || this.mounts.some((other) => other !== path && isAtOrBelow(other, path))) return REFUSED;
    const lost = this.#below(path).some(([, node]) => !node.directory && !node.persisted);
    this.#unmount(path);
    return { ok: true, undo: () => !lost && this.#mount(path, mount.storage, mount.readOnly).storage === mount.storage };
  }

  #unmount(path: string): true {
    this.#mounts.left.set(this.#mounts.at(path)?.storage ?? '', this.#storedBelow(path));
    this.#forget(this.#below(path).map(([each]) => each));
    this.#mounts.delete(path);
    return true;
  }

  #update(path: string, readOnly: boolean): Outcome {
    const before = this.#mounts.at(path);
    if (before === undefined || path === '/') return REFUSED;
    this.#mounts.set(path, { ...before, readOnly });
    return { ok: true, undo: () => this.#mounts.at(path)?.id === before.id && this.#mounts.set(path, before) };
  }

  /** It and all below, parents first. */
  #below(path: string): [string, Node][] {
    return [...this.nodes].filter(([each]) => isAtOrBelow(each, path)).sort(([x], [y]) => (x < y ? -1 : 1));
  }

  #get(path: string): Node {
    const node = this.nodes.get(path);
    if (node === undefined) throw new Error(`${path} is not in the model`);
    return node;
  }
}
