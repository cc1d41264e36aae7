/** Access control lists as far as the model goes: one named user, the mask, and a directory's default list of the same. */
import type { Attributes } from './node.ts';

export interface Acl {
  readonly bob?: number;
  readonly mask?: number;
}

type Lists = Pick<Attributes, 'mode' | 'acl' | 'defaults'>;

/** What `setfacl` is asked in the model, as it is typed. */
export const ACL_CHANGES: readonly (readonly string[])[] = [
  ['-m', 'user:bob:rwx'],
  ['-m', 'user:bob:r--'],
  ['-m', 'group::-wx'],
  ['-x', 'user:bob'],
  ['-b'],
  ['-d', '-m', 'user:bob:r-x'],
  ['-m', 'default:user:bob:-w-'],
  ['-k'],
];

/** Undefined: a file cannot have it. */
export function changedLists({ mode, acl, defaults }: Lists, directory: boolean, asked: readonly string[]): Lists | undefined {
  const entry = asked[asked.length - 1] ?? '';
  const bits = bitsOf(entry);
  if (asked.includes('-b')) return { mode, acl: {}, defaults };
  if (asked.includes('-k')) return { mode, acl, defaults: undefined };
  if (asked.includes('-x')) return { mode, acl: acl.mask === undefined ? {} : { mask: acl.mask }, defaults };
  if (asked.includes('-d') || entry.startsWith('default:')) {
    const base = defaults?.mode ?? mode;
    return directory ? { mode, acl, defaults: { mode: base, bob: bits, mask: groupBits(base) | bits } } : undefined;
  }
  if (!entry.startsWith('group:')) return { mode, acl: { bob: bits, mask: groupBits(mode) | bits }, defaults };
  return { mode: (mode & ~0o70) | (bits << 3), acl: acl.bob === undefined ? acl : { bob: acl.bob, mask: bits | acl.bob }, defaults };
}

/** What a new entry gets of its parent's default list; without one, the mode it is made with. */
export function handedDown(defaults: Attributes['defaults'], mode: number): Pick<Attributes, 'mode' | 'acl'> {
  if (defaults === undefined) return { mode, acl: {} };
  return { mode: defaults.mode & (mode | 0o070), acl: { bob: defaults.bob ?? 0, mask: (defaults.mask ?? 0) & groupBits(mode) } };
}

/** What `getfacl` prints. */
export function aclText(path: string, { owner, group, mode, acl, defaults }: Pick<Attributes, 'owner' | 'group'> & Lists): string {
  const of = (list: Acl & { mode: number }) => [
    `user::${text(list.mode >> 6)}`,
    `group::${text(list.mode >> 3)}`,
    `other::${text(list.mode)}`,
    ...(list.bob === undefined ? [] : [`user:bob:${text(list.bob)}`, `mask::${text(list.mask ?? 0)}`]),
  ];
  const lines = [`# file: ${path}`, `# owner: ${owner}`, `# group: ${group}`, ...of({ ...acl, mode }), ...(defaults === undefined ? [] : of(defaults).map((line) => `default:${line}`))];
  return lines.map((line) => `${line}\n`).join('');
}

const groupBits = (mode: number) => (mode >> 3) & 7;
const text = (bits: number) => `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`;
const bitsOf = (entry: string) => [...entry.slice(-3)].reduce((sum, letter) => sum * 2 + (letter === '-' ? 0 : 1), 0);
