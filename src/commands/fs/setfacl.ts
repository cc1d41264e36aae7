import type { CommandInput, CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import type { AclAction, WantedEntry } from '../../filesystem/file-system.ts';
import { parseEntries } from '../acl-entries.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, flag, text } from '../options.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'setfacl',
  usage: 'setfacl [-d] [-R] [--set | -m | -x <acl_entries> <path>] | [-b | -k <path>]',
  summary: 'Sets the access control list (ACL) for a path.',
  description: [
    'Entries are separated by commas: user::rwx, user:<name>:rw-, group::r-x, group:<name>:r--, mask::r-x, other::---; with default: before them, of the default ACL, which',
    'a directory hands down to what is made in it. The mask limits the owning group and everybody named; unless it is given, it becomes what all of them have together.',
    'The lists live in Alluxio: the under storage does not see them.',
  ].join('\n'),
  args: { min: 1, max: 1 },
  options: [
    { short: 'R', description: 'Apply to all files and directories recursively' },
    { long: 'set', value: 'acl_entries', description: 'Fully replace the ACL while discarding existing entries; must include user, group, and other' },
    { short: 'm', value: 'acl_entries', description: 'Modify the ACL by adding/overwriting new entries' },
    { short: 'x', value: 'acl_entries', description: 'Removes specified ACL entries' },
    { short: 'b', description: 'Removes all of the ACL entries, except for the base entries' },
    { short: 'd', description: 'Operations apply to the default ACL' },
    { short: 'k', description: 'Remove the default ACL; if no default ACL exists, no warnings are given' },
  ],
  examples: [
    { command: 'alluxio fs setfacl -m user:bob:rw- /data/a.bin', does: 'Let bob read and write a file.' },
    { command: 'alluxio fs setfacl -R -x group:ops /data', does: 'Take the entry of a group from everything below the path.' },
    { command: 'alluxio fs setfacl -d -m user:bob:rwx /data', does: 'What is made in the directory from now on lets bob in.' },
    { command: 'alluxio fs setfacl -b /data', does: 'Back to plain owner, group and mode.' },
  ],
  async run(input, ctx) {
    const change = changeOf(input);
    await forEachPath(ctx, arg(input, 0), (path, fs) => fs.changes.setAcl(path.plain, { ...change, recursive: flag(input, 'R') }));
  },
};

/** Options that name an action, in the order in which Alluxio lists them. */
const ACTIONS: readonly (readonly [string, AclAction])[] = [
  ['set', 'replace'],
  ['m', 'modify'],
  ['x', 'remove'],
  ['b', 'removeExtended'],
  ['k', 'removeDefault'],
];

/** @throws INVALID_ARGUMENT */
function changeOf(input: CommandInput): { action: AclAction; entries: readonly WantedEntry[] } {
  const given = ACTIONS.filter(([name]) => input.options[name] !== undefined).map(([name, action]) => ({
    name,
    action,
    entries: parseEntriesOf(input, name),
  }));
  const [only, ...more] = given;
  if (only === undefined) throw new AlluxioError('INVALID_ARGUMENT', 'No actions specified.');
  if (more.length > 0) throw new AlluxioError('INVALID_ARGUMENT', `Only 1 action can be specified: ${given.map(({ name }) => name).join(', ')}`);
  return only;
}

function parseEntriesOf(input: CommandInput, name: string): readonly WantedEntry[] {
  const entries = text(input, name);
  return entries === undefined ? [] : parseEntries(entries, { defaults: flag(input, 'd'), withoutPermissions: name === 'x' });
}
