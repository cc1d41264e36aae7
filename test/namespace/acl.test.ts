/** The lists that a change makes, and what is inherited: the tables of Alluxio's own tests, and their borders. */
import { describe, expect, it } from 'vitest';
import type { AclEntry } from '../../src/journal/records.ts';
import type { AclAction, WantedEntry } from '../../src/namespace/acl.ts';
import { applyAcl, hasExtended, inheritAcl, requireApplicable, requireBase } from '../../src/namespace/acl.ts';

type Lists = Parameters<typeof applyAcl>[0];

const RWX = (text: string) => [...text].reduce((bits, letter) => bits * 2 + (letter === '-' ? 0 : 1), 0);

function entry(text: string): WantedEntry {
  const isDefault = text.startsWith('default:');
  const [type = '', subject = '', bits = '---'] = text.slice(isDefault ? 8 : 0).split(':');
  return { type: type as AclEntry['type'], subject, bits: RWX(bits), default: isDefault };
}

function text(acl: readonly AclEntry[]): string {
  return acl.map(({ type, subject, bits }) => `${type}:${subject}:${(bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (bits & 1 ? 'x' : '-')}`).join(' ');
}

const plain = (mode: number): Lists => ({ mode, acl: [], defaultAcl: [] });
const change = (lists: Lists, action: AclAction, ...entries: string[]) => applyAcl(lists, { action, entries: entries.map(entry) });
const shown = ({ mode, acl, defaultAcl }: Lists) => [mode.toString(8), text(acl), text(defaultAcl)];

describe('an ACL', () => {
  const bob = change(plain(0o644), 'modify', 'user:bob:rwx');

  it.each<[string, Lists, [string, string, string]]>([
    ['a named user makes the mask the union with the owning group, whose bits stay in the mode', bob, ['644', 'user:bob:rwx mask::rwx', '']],
    ['a base entry alone makes no mask', change(plain(0o644), 'modify', 'user::rwx'), ['744', '', '']],
    ['users come before groups, each sorted, the mask last', change(plain(0o640), 'modify', 'group:ops:--x', 'user:zoe:-w-', 'user:ann:---'), ['640', 'user:ann:--- user:zoe:-w- group:ops:--x mask::rwx', '']],
    ['a mask that is given holds', change(plain(0o640), 'modify', 'user:bob:rwx', 'mask::r--'), ['640', 'user:bob:rwx mask::r--', '']],
    ['the next change without a mask computes it again', change(change(plain(0o640), 'modify', 'user:bob:rwx', 'mask::r--'), 'modify', 'user:ann:---'), ['640', 'user:ann:--- user:bob:rwx mask::rwx', '']],
    ['other and owner leave a mask alone', change(change(plain(0o640), 'modify', 'user:bob:rwx', 'mask::r--'), 'modify', 'other::r--', 'user::r--'), ['444', 'user:bob:rwx mask::r--', '']],
    ['the owning group counts for the mask', change(change(plain(0o600), 'modify', 'user:bob:r--'), 'modify', 'group::-wx'), ['630', 'user:bob:r-- mask::rwx', '']],
    ['an entry that is named again is replaced', change(bob, 'modify', 'user:bob:r--'), ['644', 'user:bob:r-- mask::r--', '']],
    ['a removal computes the mask again', change(change(bob, 'modify', 'group:ops:-w-'), 'remove', 'user:bob'), ['644', 'group:ops:-w- mask::rw-', '']],
    ['what is not there can be removed', change(bob, 'remove', 'user:nobody', 'default:user:bob'), ['644', 'user:bob:rwx mask::rwx', '']],
    ['-b leaves the base and the default', change(change(bob, 'modify', 'default:user:bob:r--'), 'removeExtended'), ['644', '', 'user::rw- group::r-- other::r-- user:bob:r-- mask::r--']],
    ['--set replaces everything', change(bob, 'replace', 'user::rw-', 'group::---', 'other::---', 'user:ann:r--'), ['600', 'user:ann:r-- mask::r--', '']],
    ['--set of default entries leaves the access list alone', change(bob, 'replace', 'default:user::rwx', 'default:group::r-x', 'default:other::---'), ['644', 'user:bob:rwx mask::rwx', 'user::rwx group::r-x other::---']],
    ['a first default entry takes the base from the mode', change(plain(0o755), 'modify', 'default:user:bob:rwx'), ['755', '', 'user::rwx group::r-x other::r-x user:bob:rwx mask::rwx']],
    ['a default base entry changes that entry', change(plain(0o755), 'modify', 'default:other::---'), ['755', '', 'user::rwx group::r-x other::---']],
    ['-k drops the default', change(change(plain(0o755), 'modify', 'default:other::---'), 'removeDefault'), ['755', '', '']],
    ['a default base entry that is removed falls back to the mode', change(change(plain(0o755), 'modify', 'default:other::---'), 'remove', 'default:other'), ['755', '', 'user::rwx group::r-x other::r-x']],
  ])('%s', (_, made, expected) => {
    expect(shown(made)).toEqual(expected);
  });

  it('is extended by names, not by a mask', () => {
    expect(hasExtended(change(plain(0o644), 'modify', 'mask::r--').acl)).toBe(false);
    expect(hasExtended(bob.acl)).toBe(true);
  });

  it('refuses what Alluxio refuses', () => {
    const asked = (action: AclAction, ...entries: string[]) => ({ action, entries: entries.map(entry) });
    expect(() => requireBase(asked('replace', 'user::rwx'))).toThrow(
      "Replacing ACL entries must include the base entries for 'user', 'group', and 'other'. missing: OWNING_GROUP, OTHER",
    );
    expect(() => requireBase(asked('replace', 'user::rwx', 'group::rwx', 'other::rwx'))).not.toThrow();
    const file = { directory: false, ...bob };
    expect(() => requireApplicable(file, asked('remove', 'mask'))).toThrow('Deleting the mask for an extended ACL is not allowed. entry: mask::');
    expect(() => requireApplicable({ ...file, acl: [] }, asked('remove', 'mask'))).not.toThrow();
    expect(() => requireApplicable(file, asked('remove', 'other'))).toThrow('Deleting base entry is not allowed. entry: other::');
    expect(() => requireApplicable(file, asked('modify', 'default:user:bob:r--'))).toThrow('Can not set default ACL for a file');
    expect(() => requireApplicable(file, asked('removeDefault'))).not.toThrow();
  });
});

describe('a new entry', () => {
  const defaults = (mode: number, ...entries: string[]) => change(plain(mode), 'modify', ...entries).defaultAcl;

  it.each<[string, readonly AclEntry[], number, [string, string]]>([
    ['without a default ACL has the mode it is made with', [], 0o640, ['640', '']],
    ['of a plain default ACL has what both allow', defaults(0o755, 'default:user::r-x'), 0o644, ['444', '']],
    ['a directory below 755 with a named user', defaults(0o755, 'default:user:bob:rwx'), 0o755, ['755', 'user:bob:rwx mask::r-x']],
    ['a file below it: the owning group keeps its bits, the mask takes the mode\'s', defaults(0o755, 'default:user:bob:rwx'), 0o644, ['654', 'user:bob:rwx mask::r--']],
    ['is never wider than the mask of the default', defaults(0o755, 'default:user:bob:rwx', 'default:mask::-w-'), 0o777, ['755', 'user:bob:rwx mask::-w-']],
  ])('%s', (_, acl, mode, expected) => {
    const made = inheritAcl(acl, mode);
    expect([made.mode.toString(8), text(made.acl)]).toEqual(expected);
  });
});
