/** ACL entries as typed: `user:bob:rw-`, `default:mask::r-x`; for a removal without permissions, `user:bob`. */
import { AlluxioError } from '../errors.ts';
import type { WantedEntry } from '../filesystem/file-system.ts';

export interface EntrySyntax {
  /** Every entry is one of the default ACL, said or not. */
  readonly defaults: boolean;
  /** Entries name who, not what. */
  readonly withoutPermissions: boolean;
}

/** @throws INVALID_ARGUMENT in Alluxio's words */
export function parseEntries(text: string, syntax: EntrySyntax): WantedEntry[] {
  return split(text, ',').map((typed) => {
    const isDefault = split(typed, ':')[0]?.trim() === 'default';
    const whole = syntax.defaults && !isDefault ? `default:${typed}` : typed;
    return (syntax.withoutPermissions ? parseName : parseEntry)(whole);
  });
}

function parseEntry(whole: string): WantedEntry {
  const parts = split(whole, ':').map((part) => part.trim());
  const isDefault = parts[0] === 'default';
  if (parts.length !== (isDefault ? 4 : 3)) throw refused('Unexpected acl components', whole);
  const [type = '', subject = '', permissions = ''] = parts.slice(isDefault ? 1 : 0);
  return { ...typed(type, subject, whole), bits: bitsOf(permissions), default: isDefault };
}

function parseName(whole: string): WantedEntry {
  const parts = split(whole, ':').map((part) => part.trim());
  const isDefault = parts[0] === 'default';
  const [type = '', subject = '', permissions = '', ...more] = parts.slice(isDefault ? 1 : 0);
  if (parts.length < 1 || parts.length > 4 || (!isDefault && more.length > 0)) throw refused('Unexpected acl components', whole);
  if (permissions !== '') throw refused('ACL permissions cannot be specified', whole);
  const entry = typed(type, subject, whole);
  if (subject === '' && (type === 'user' || type === 'group')) throw refused('ACL entry must have subject', whole);
  return { ...entry, bits: 0, default: isDefault };
}

function typed(type: string, subject: string, whole: string): Pick<WantedEntry, 'type' | 'subject'> {
  if (type === '') throw refused('ACL entry type is empty', whole);
  if (type !== 'user' && type !== 'group' && type !== 'mask' && type !== 'other') throw refused('Unexpected ACL entry type', whole);
  if (subject !== '' && (type === 'mask' || type === 'other')) throw refused(`Subject for acl ${type} type must be empty`, whole);
  return { type, subject };
}

function bitsOf(text: string): number {
  if (!/^[r-][w-][x-]$/.test(text)) throw new AlluxioError('INVALID_ARGUMENT', `Invalid mode string: ${text}`);
  return [...text].reduce((bits, letter) => bits * 2 + (letter === '-' ? 0 : 1), 0);
}

/** As Java splits: empty parts at the end do not count, so that `user:bob:` is `user:bob`. */
function split(text: string, by: string): string[] {
  const parts = text.split(by);
  while (parts.length > 1 && parts[parts.length - 1] === '') parts.pop();
  return parts;
}

function refused(why: string, entry: string): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', `${why}: ${entry}`);
}
