/** Extended ACLs: inheritance from a default ACL. */
import type { AclEntry } from '../journal/records.ts';

/**
 * What a new entry takes from its parent's default ACL. A directory takes it with the mask cut by its mode, a file cut by its create mode;
 * without a default ACL the mode alone holds. The mode's group triplet then stands for the mask.
 */
export function inheritAcl(defaults: readonly AclEntry[], mode: number, directory: boolean): { mode: number; acl: readonly AclEntry[] } {
  if (defaults.length === 0) return { mode, acl: [] };
  const base = (type: AclEntry['type']) => defaults.find((entry) => entry.type === type && entry.subject === '')?.bits;
  const userBits = (base('user') ?? 7) & (mode >> 6);
  const otherBits = (base('other') ?? 0) & mode & 7;
  const groupLimit = directory ? 7 : (mode >> 3) & 7;
  const extended = defaults.some((entry) => entry.subject !== '');
  const groupBits = (base('group') ?? 0) & (extended ? 7 : mode >> 3);
  if (!extended) return { mode: (userBits << 6) | (groupBits << 3) | otherBits, acl: [] };
  const mask = (base('mask') ?? 7) & groupLimit & ((mode >> 3) & 7);
  const named = defaults.filter((entry) => entry.subject !== '');
  return {
    mode: (userBits << 6) | (mask << 3) | otherBits,
    acl: [{ type: 'group', subject: '', bits: groupBits }, ...named, { type: 'mask', subject: '', bits: mask }],
  };
}
