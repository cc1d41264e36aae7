/** Random commands that are likely to meet what is there. */
import { ACL_CHANGES } from './acl.ts';
import { STORAGES } from './storages.ts';
import type { Tree } from './tree.ts';

const NAMES = ['a', 'b', 'c'];
export const SOURCES: ReadonlyMap<string, string> = new Map([0, 1, 64, 65, 200].map((size, i) => [`s${i}`, 'abcdefghij'.repeat(20).slice(0, size)]));
const TYPES = ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH'];
const TRASH = '-Dalluxio.user.trash.interval=1d';

type Makers = readonly (readonly [number, () => string[]])[];

/** @param user whoever types; without him only commands that write, read and move, each of which knows nothing of the others */
export function randomCommand(random: () => number, tree: Tree, user?: { readonly owner: string; readonly group: string }): string[] {
  const pick = <T>(from: readonly [T, ...T[]] | readonly T[]): T => {
    const found = from[Math.floor(random() * from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  const maybe = (probability: number, ...words: string[]): string[] => (random() < probability ? words : []);
  const anyPath = (): string => {
    const base = random() < 0.2 ? pick(['', ...tree.mounts]) : '';
    return base + Array.from({ length: 1 + Math.floor(random() * 3) }, () => `/${pick(NAMES)}`).join('');
  };
  // What the directories of one removal are called is known to the real shell only.
  const there = [...tree.nodes].filter(([path]) => !path.includes('#'));
  const made = there.filter(([path]) => path !== '/' && !tree.mounts.includes(path));
  const known = (): string => (random() < 0.15 ? anyPath() : pick(made.length === 0 || random() < 0.2 ? there : made)[0]);
  const files = there.filter(([, node]) => !node.directory);
  const file = (): string => (random() < 0.3 || files.length === 0 ? known() : pick(files)[0]);
  const place = (): string => `${pick(there.filter(([, node]) => node.directory))[0].replace(/^\/$/, '')}/${pick(NAMES)}`;
  const free = (): string => (random() < 0.4 ? anyPath() : place());
  const mountPoint = (): string => (random() < 0.2 || tree.mounts.length === 0 ? known() : pick(tree.mounts));
  const typed = (...words: string[]): string[] => (random() < 0.75 ? [`-Dalluxio.user.file.writetype.default=${pick(TYPES)}`, ...words] : words);
  const plain: Makers = [
    [10, () => typed('mkdir', free())],
    [6, () => typed('touch', free())],
    [14, () => typed('copyFromLocal', pick([...SOURCES.keys()]), random() < 0.3 ? known() : free())],
    [8, () => typed('cp', ...maybe(0.5, '-R'), file(), random() < 0.4 ? known() : free())],
    [14, () => ['mv', known(), random() < 0.15 ? known() : random() < 0.2 ? anyPath() : place()]],
    [7, () => [...(user === undefined ? [] : maybe(0.6, TRASH)), 'rm', ...maybe(0.75, '-R'), known()]],
    [8, () => ['cat', file()]],
    [5, () => ['persist', known()]],
    [4, () => ['load', known()]],
    [5, () => ['free', ...maybe(0.3, '-f'), known()]],
    [3, () => [pick(['pin', 'unpin']), known()]],
    [4, () => ['chmod', ...maybe(0.5, '-R'), pick(['700', '755', '777']), known()]],
    [4, () => ['count', known()]],
    [1, () => ['checkConsistency', known()]],
    [1, () => ['loadMetadata', known()]],
  ];
  const more = ({ owner, group }: { owner: string; group: string }): Makers => [
    [3, () => ['chown', ...maybe(0.5, '-R'), pick([owner, `${owner}:${group}`, `${owner}:ghosts`, 'ghost']), known()]],
    [2, () => ['chgrp', ...maybe(0.5, '-R'), pick([group, 'ghosts']), known()]],
    [5, () => ['setfacl', ...maybe(0.3, '-R'), ...pick(ACL_CHANGES), known()]],
    [2, () => ['getfacl', known()]],
    [3, () => ['setTtl', ...maybe(0.5, '--action=free'), known(), pick(['10d', '20d'])]],
    [2, () => ['unsetTtl', known()]],
    [3, () => ['mount', ...maybe(0.3, '--readonly'), free(), pick(STORAGES)]],
    [2, () => ['unmount', mountPoint()]],
    [2, () => ['updateMount', ...maybe(0.5, '--readonly'), mountPoint()]],
    [1, () => ['mount']],
    [16, () => ['undo']],
  ];
  const makers = user === undefined ? plain : [...plain, ...more(user)];
  let at = random() * makers.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of makers) {
    at -= weight;
    if (at < 0) return make();
  }
  return ['count', '/'];
}
