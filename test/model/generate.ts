/** Random commands that are likely to meet what is there. */
import type { Tree } from './tree.ts';

const NAMES = ['a', 'b', 'c'];
export const SOURCES: ReadonlyMap<string, string> = new Map([0, 1, 64, 65, 200].map((size, i) => [`s${i}`, 'abcdefghij'.repeat(20).slice(0, size)]));
const TYPES = ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH'];

export function randomCommand(random: () => number, tree: Tree, mounts: readonly string[]): string[] {
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => {
    const found = from[Math.floor(random() * from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  const anyPath = (): string => {
    const base = random() < 0.2 ? pick(['', ...mounts]) : '';
    return base + Array.from({ length: 1 + Math.floor(random() * 3) }, () => `/${pick(NAMES)}`).join('');
  };
  const known = (): string => (random() < 0.15 ? anyPath() : pick([...tree.nodes.keys()]));
  const free = (): string => (random() < 0.4 ? anyPath() : `${pick([...tree.nodes].filter(([, node]) => node.directory).map(([path]) => path)).replace(/^\/$/, '')}/${pick(NAMES)}`);
  const typed = (...words: string[]): string[] => (random() < 0.75 ? [`-Dalluxio.user.file.writetype.default=${pick(TYPES)}`, ...words] : words);
  const makers: readonly (readonly [number, () => string[]])[] = [
    [10, () => typed('mkdir', free())],
    [6, () => typed('touch', free())],
    [14, () => typed('copyFromLocal', pick([...SOURCES.keys()]), random() < 0.3 ? known() : free())],
    [8, () => typed('cp', ...(random() < 0.5 ? ['-R'] : []), known(), random() < 0.4 ? known() : free())],
    [14, () => ['mv', known(), random() < 0.2 ? known() : free()]],
    [7, () => ['rm', ...(random() < 0.6 ? ['-R'] : []), known()]],
    [8, () => ['cat', known()]],
    [5, () => ['persist', known()]],
    [4, () => ['load', known()]],
    [5, () => ['free', ...(random() < 0.3 ? ['-f'] : []), known()]],
    [3, () => [pick(['pin', 'unpin']), known()]],
    [4, () => ['chmod', ...(random() < 0.5 ? ['-R'] : []), pick(['700', '755', '777']), known()]],
    [4, () => ['count', known()]],
    [1, () => ['checkConsistency', known()]],
    [1, () => ['loadMetadata', known()]],
  ];
  let at = random() * makers.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of makers) {
    at -= weight;
    if (at < 0) return make();
  }
  return ['count', '/'];
}
