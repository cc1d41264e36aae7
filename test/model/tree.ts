/** The model: a plain tree in memory, and what each command does to it. Commands are the words after `alluxio fs`. */

export interface Node {
  readonly directory: boolean;
  readonly content: string;
  persisted: boolean;
  cached: boolean;
  pinned: boolean;
  mode: number;
}

export interface Outcome {
  readonly ok: boolean;
  /** What must be printed, where that matters. */
  readonly text?: string;
}

const REFUSED: Outcome = { ok: false };
const DONE: Outcome = { ok: true };

/** Local files by name, and the directories that are mount points. */
export interface World {
  readonly sources: ReadonlyMap<string, string>;
  readonly mounts: readonly string[];
}

export class Tree {
  readonly nodes = new Map<string, Node>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.nodes.set('/', directory(true));
    for (const path of world.mounts) this.nodes.set(path, directory(true));
  }

  run(command: readonly string[]): Outcome {
    const { defines, words } = split(command);
    const [name = '', ...rest] = words;
    const flags = rest.filter((word) => word.startsWith('-'));
    const [a = '', b = ''] = rest.filter((word) => !word.startsWith('-'));
    const type = defines.get('alluxio.user.file.writetype.default') ?? 'ASYNC_THROUGH';
    switch (name) {
      case 'mkdir':
        return this.#makeDirectory(a, type);
      case 'touch':
        return this.#create(a, '', type);
      case 'copyFromLocal':
        return this.#upload(a, b, type);
      case 'cp':
        return this.#copy(a, b, { recursive: flags.includes('-R'), type });
      case 'mv':
        return this.#move(a, b);
      case 'rm':
        return this.#remove(a, flags.includes('-R'));
      case 'cat':
        return this.#read(a);
      case 'persist':
        return this.#each(a, (node, path) => this.#persist(node, path));
      case 'load':
        return this.#each(a, (node) => void (node.cached = true));
      case 'free':
        return this.#free(a, flags.includes('-f'));
      case 'pin':
      case 'unpin':
        return this.#all(a, (node) => void (node.pinned = name === 'pin'));
      case 'chmod':
        return this.#chmod(b, parseInt(a, 8), flags.includes('-R'));
      case 'count':
        return this.#count(a);
      case 'checkConsistency':
      case 'loadMetadata':
        return this.nodes.has(a) ? DONE : REFUSED;
      default:
        throw new Error(`the model does not know ${name}`);
    }
  }

  /** One line an entry, in path order: what `ls -R` must show. */
  listing(): string[] {
    return [...this.nodes]
      .filter(([path]) => path !== '/')
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([path, node]) => lineOf(path, node.directory, { ...node, size: node.content.length }));
  }

  #makeDirectory(path: string, type: string): Outcome {
    if (this.nodes.has(path) || !this.#leadsTo(path)) return REFUSED;
    const parent = this.#above(path);
    for (const each of ancestors(path)) if (!this.nodes.has(each)) this.nodes.set(each, directory(false, parent.pinned));
    this.nodes.set(path, directory(false, parent.pinned));
    if (isThrough(type)) this.#persistUpTo(path);
    return DONE;
  }

  /** False when a file is in the way. */
  #leadsTo(path: string): boolean {
    return ancestors(path).every((each) => this.nodes.get(each)?.directory !== false);
  }

  /** The deepest directory that exists. */
  #above(path: string): Node {
    const found = ancestors(path).reverse().map((each) => this.nodes.get(each)).find((node) => node !== undefined);
    if (found === undefined) throw new Error('a tree without a root');
    return found;
  }

  #create(path: string, content: string, type: string): Outcome {
    const parent = this.nodes.get(parentOf(path));
    if (this.nodes.has(path) || parent?.directory !== true) return REFUSED;
    this.nodes.set(path, { directory: false, content, persisted: false, cached: type !== 'THROUGH' || content === '', pinned: parent.pinned, mode: 0o644 });
    if (type !== 'MUST_CACHE') this.#persistUpTo(path);
    return DONE;
  }

  #persistUpTo(path: string): void {
    for (const each of [path, ...ancestors(path)]) this.#get(each).persisted = true;
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
      if (done.ok) this.#get(from).cached = true;
      return done;
    }
    if (!how.recursive || target?.directory === false || this.nodes.has(place) || this.nodes.get(parentOf(place))?.directory !== true) return REFUSED;
    const below = this.#below(from);
    this.#makeDirectory(place, how.type);
    for (const [path, node] of below) {
      const at = place + path.slice(from === '/' ? 0 : from.length);
      if (node.directory) this.#makeDirectory(at, how.type);
      else if (this.#create(at, node.content, how.type).ok) node.cached = true;
    }
    return DONE;
  }

  #move(from: string, to: string): Outcome {
    const source = this.nodes.get(from);
    if (source === undefined) return REFUSED;
    if (from === to) return DONE;
    if (from === '/' || to === '/' || this.#mountOf(from) !== this.#mountOf(to)) return REFUSED;
    if (this.#world.mounts.some((mount) => isAtOrBelow(mount, from) || mount === to)) return REFUSED;
    if (isAtOrBelow(to, from) || this.nodes.has(to) || this.nodes.get(parentOf(to))?.directory !== true) return REFUSED;
    for (const [path, node] of [...this.nodes]) {
      if (!isAtOrBelow(path, from)) continue;
      this.nodes.delete(path);
      this.nodes.set(to + path.slice(from.length), node);
    }
    if (source.persisted) this.#persistUpTo(to);
    return DONE;
  }

  #mountOf(path: string): string {
    return this.#world.mounts.find((mount) => isAtOrBelow(path, mount)) ?? '/';
  }

  #remove(path: string, recursive: boolean): Outcome {
    const node = this.nodes.get(path);
    if (node === undefined || path === '/' || (node.directory && !recursive)) return REFUSED;
    if (this.#world.mounts.some((mount) => isAtOrBelow(mount, path))) return REFUSED;
    for (const each of [...this.nodes.keys()]) if (isAtOrBelow(each, path)) this.nodes.delete(each);
    return DONE;
  }

  #read(path: string): Outcome {
    const node = this.nodes.get(path);
    if (node === undefined || node.directory) return REFUSED;
    node.cached = true;
    return { ok: true, text: node.content };
  }

  #persist(node: Node, path: string): void {
    if (!node.persisted) this.#persistUpTo(path);
  }

  /** Files at and below. */
  #each(path: string, work: (node: Node, path: string) => void): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    for (const [each, node] of [...this.nodes]) if (!node.directory && isAtOrBelow(each, path)) work(node, each);
    return DONE;
  }

  #all(path: string, work: (node: Node) => void): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    for (const [each, node] of this.nodes) if (isAtOrBelow(each, path)) work(node);
    return DONE;
  }

  #free(path: string, forced: boolean): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    const below = this.#filesAt(path);
    if (below.some((node) => !node.persisted || (node.pinned && !forced))) return REFUSED;
    for (const [each, node] of this.nodes) {
      if (!isAtOrBelow(each, path)) continue;
      if (forced) node.pinned = false;
      if (!node.directory && node.content !== '') node.cached = false;
    }
    return DONE;
  }

  #filesAt(path: string): Node[] {
    return [...this.nodes].flatMap(([each, node]) => (!node.directory && isAtOrBelow(each, path) ? [node] : []));
  }

  #chmod(path: string, mode: number, recursive: boolean): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    for (const [each, node] of this.nodes) if (each === path || (recursive && isAtOrBelow(each, path))) node.mode = mode;
    return DONE;
  }

  #count(path: string): Outcome {
    if (!this.nodes.has(path)) return REFUSED;
    const files = this.#filesAt(path);
    const directories = [...this.nodes].filter(([each, node]) => node.directory && each !== path && isAtOrBelow(each, path)).length;
    return { ok: true, text: `${files.length} ${directories} ${files.reduce((sum, { content }) => sum + content.length, 0)}` };
  }

  #below(path: string): [string, Node][] {
    return [...this.nodes].filter(([each]) => each !== path && isAtOrBelow(each, path)).sort(([x], [y]) => (x < y ? -1 : 1));
  }

  #get(path: string): Node {
    const node = this.nodes.get(path);
    if (node === undefined) throw new Error(`${path} is not in the model`);
    return node;
  }
}

export function lineOf(path: string, isDirectory: boolean, node: Pick<Node, 'persisted' | 'cached' | 'pinned' | 'mode'> & { size: number }): string {
  const kind = isDirectory ? 'directory' : `file of ${node.size}, ${node.cached ? 'cached' : 'not cached'}`;
  return `${path}: ${kind}, ${node.persisted ? 'persisted' : 'only here'}${node.pinned ? ', pinned' : ''}, ${node.mode.toString(8)}`;
}

export function split(command: readonly string[]): { defines: Map<string, string>; words: string[] } {
  const defines = new Map<string, string>();
  const words: string[] = [];
  for (const word of command) {
    const define = /^-D([^=]+)=(.*)$/.exec(word);
    if (define === null) words.push(word);
    else defines.set(define[1] ?? '', define[2] ?? '');
  }
  return { defines, words };
}

function directory(persisted: boolean, pinned = false): Node {
  return { directory: true, content: '', persisted, cached: false, pinned, mode: 0o755 };
}

const isThrough = (type: string) => type === 'CACHE_THROUGH' || type === 'THROUGH';
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const join = (path: string, name: string) => (name === '' ? path : path === '/' ? `/${name}` : `${path}/${name}`);
const isAtOrBelow = (path: string, above: string) => path === above || path.startsWith(above === '/' ? '/' : `${above}/`);

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function ancestors(path: string): string[] {
  return path === '/' ? [] : [...ancestors(parentOf(path)), parentOf(path)];
}
