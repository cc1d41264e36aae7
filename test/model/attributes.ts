/** Commands of the model that set attributes: what each makes of an entry, and what was before. */
import { changedLists } from './acl.ts';
import type { Attributes, Node } from './node.ts';
import { NO_TTL } from './node.ts';

const DAY_MS = 86_400_000;

export interface Setting {
  readonly path: string;
  readonly recursive: boolean;
  /** Where a mount is read-only. Lists live in the namespace alone. */
  readonly refusesReadOnly: boolean;
  /** Undefined: it cannot have that. */
  changeOf(node: Node): Partial<Attributes> | undefined;
}

/** Undefined: nobody can have that. */
export function settingOf(name: string, words: readonly string[], group: string): Setting | undefined {
  const plain = words.filter((word) => !word.startsWith('-'));
  const [first = '', second = ''] = plain;
  const tree = (changeOf: Setting['changeOf']): Setting => ({ path: first, recursive: true, refusesReadOnly: false, changeOf });
  const posix = (changeOf: Setting['changeOf']): Setting => ({ path: second, recursive: words.includes('-R'), refusesReadOnly: true, changeOf });
  switch (name) {
    case 'pin':
    case 'unpin':
      return tree(() => ({ pinned: name === 'pin' }));
    case 'setTtl':
      return tree(() => ({ ttl: `${parseInt(second, 10) * DAY_MS} ${words.includes('--action=free') ? 'FREE' : 'DELETE'}` }));
    case 'unsetTtl':
      return tree(() => ({ ttl: NO_TTL }));
    case 'chmod':
      return posix(() => ({ mode: parseInt(first, 8) }));
    case 'chgrp':
      return posix(() => ({ group: first }));
    case 'chown': {
      const [owner = '', given] = first.split(':');
      return given !== undefined && given !== group ? undefined : posix(() => ({ owner, ...(given === undefined ? {} : { group: given }) }));
    }
    case 'setfacl': {
      const asked = words.filter((word) => word !== '-R');
      return { path: asked.pop() ?? '', recursive: words.includes('-R'), refusesReadOnly: false, changeOf: (node) => changedLists(node, node.directory, asked) };
    }
    default:
      throw new Error(`the model does not know ${name}`);
  }
}

/** One entry that was changed. */
export interface Step {
  readonly path: string;
  readonly node: Node;
  readonly before: Partial<Attributes>;
  readonly after: Partial<Attributes>;
}

export function stepOf(path: string, node: Node, after: Partial<Attributes>): Step {
  return { path, node, after, before: Object.fromEntries(Object.keys(after).map((key) => [key, node[key as keyof Attributes]])) };
}

export function holds(node: Node, values: Partial<Attributes>): boolean {
  return Object.entries(values).every(([key, value]) => JSON.stringify(node[key as keyof Attributes]) === JSON.stringify(value));
}

/** Pins and times to live are nobody's but ours; the rest is not taken back where a mount is read-only. */
export function isOurs(change: Partial<Attributes>): boolean {
  return 'pinned' in change || 'ttl' in change;
}
