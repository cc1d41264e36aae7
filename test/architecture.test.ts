/** Reads the import lines and sizes of src and names the rule that a file breaks. */
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** Lower never imports higher; rooms of one rank never import each other, except where `also` says so. */
const RANKS: Readonly<Record<string, number>> = {
  root: 0,
  config: 1,
  terminal: 1,
  journal: 2,
  cache: 2,
  ufs: 2,
  'oss-server': 2,
  namespace: 3,
  filesystem: 4,
  web: 4.5,
  http: 5,
  resident: 6,
  master: 7,
  worker: 7,
  commands: 8,
  compose: 9,
  main: 10,
};

/** Rooms that may see less than their rank allows. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  namespace: ['root', 'journal'],
  'oss-server': ['root', 'config'],
};

/** Files at the top of src that are no room of their own: what everybody may use. */
const COMMON = ['errors.ts', 'uri.ts', 'process-identity.ts', 'byte-stream.ts', 'write-file.ts', 'make-folders.ts', 'hand-over.ts', 'wasm-assembler.ts', 'checked-memory.ts', 'fault-points.ts'];

/** Packages and the only place that may import them. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  commander: /^(main|cli-.*)\.ts$/,
  chalk: /^terminal\//,
  ora: /^terminal\//,
  'ali-oss': /^ufs\/oss\//,
  lmdb: /^(journal\/lmdb-store|oss-server\/.*)\.ts$/,
  'properties-reader': /^config\//,
  winston: /^resident\/log\.ts$/,
  hono: /^http\//,
  '@hono/node-server': /^http\//,
  'prom-client': /^http\//,
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => file.split(sep).join('/'));

function roomOf(file: string): string {
  if (!file.includes('/')) {
    if (COMMON.includes(file)) return 'root';
    return file === 'compose.ts' ? 'compose' : 'main';
  }
  return file.slice(0, file.indexOf('/'));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:from\s+|import\(|import\s+)'([^']+)'/g)].map((match) => match[1] ?? '');
}

function brokenRule(file: string, target: string): string | undefined {
  const [from, to] = [roomOf(file), roomOf(target)];
  if (target === '../package.json') return undefined;
  if (target.startsWith('..')) return `${file} imports ${target}, which is outside src`;
  if (from === to) return undefined;
  const [own, other] = [RANKS[from], RANKS[to]];
  if (own === undefined || other === undefined) return `${file} or ${target} lies in a room that test/architecture.test.ts does not know`;
  if (ONLY[from] !== undefined && !ONLY[from].includes(to)) return `${file} imports ${target}: ${from} may see only ${ONLY[from].join(', ')}`;
  // The one use of a room by its neighbour that is meant: commands start what compose hands them, and ossServer runs the embedded server.
  if (other < own) return undefined;
  if (from === 'main' || (from === 'compose' && to !== 'main')) return undefined;
  return `${file} imports ${target}: imports go downwards only, ${from} is not above ${to}`;
}

describe('architecture', () => {
  it('imports go downwards only', () => {
    const broken = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => path.startsWith('.'))
        .flatMap((path) => brokenRule(file, relative(SRC, resolve(SRC, dirname(file), path)).split(sep).join('/')) ?? []),
    );
    expect(broken).toEqual([]);
  });

  it('each package has one owner', () => {
    const broken = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => OWNERS[name] !== undefined && !OWNERS[name].test(file))
        .map((name) => `${file} imports ${name}, which belongs to ${String(OWNERS[name])}`),
    );
    expect(broken).toEqual([]);
  });

  it('has no import cycle at run time', () => {
    expect(cycles()).toEqual([]);
  });

  it('folders are made with their parents in one place, because Node\'s recursive mkdir may never end', () => {
    const broken = files.filter((file) => file !== 'make-folders.ts' && /mkdir\w*\([^;]*?recursive: true/.test(readFileSync(join(SRC, file), 'utf8')));
    expect(broken).toEqual([]);
  });

  it('keeps files small: median at most 100 lines of code per file, none over 400', () => {
    const sizes = files.map((file) => ({ file, lines: readFileSync(join(SRC, file), 'utf8').split('\n').length })).sort((a, b) => a.lines - b.lines);
    expect(sizes.filter(({ lines }) => lines > 400)).toEqual([]);
    expect(sizes[Math.floor(sizes.length / 2)]?.lines).toBeLessThanOrEqual(100);
    expect(sizes[Math.floor(sizes.length * 0.95)]?.lines).toBeLessThanOrEqual(300);
  });
});

/** Groups of files that import each other, type-only imports ignored (they are gone at run time), dynamic ones too (they wait for a call). */
function cycles(): string[][] {
  const edges = new Map(files.map((file) => [file, runtimeImports(file)]));
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      found.push([...trail.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

function runtimeImports(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/^(?:import|export) (?!type)[^;]*?from '(\.[^']+)';/gms)]
    .filter((match) => !/^(?:import|export) \{\s*(?:type [^,}]+,?\s*)+\}/.test(match[0]))
    .map((match) => relative(SRC, resolve(SRC, dirname(file), match[1] ?? '')).split(sep).join('/'));
}
