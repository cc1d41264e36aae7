/** What must not be shown, and how it is shown instead. */
import { propertyOf } from './catalogue.ts';
import { MISSING_SECRET, isReference } from './references.ts';

export const MASK = '******';

/** Wherever one of these stands in a key, the value is a secret: user-defined keys, mount options, options of the root mount. */
const SECRET_NAME = /accesskeyid|accesskeysecret|secretkey|secretaccesskey|securitytoken|password/i;

export function isCredentialKey(key: string): boolean {
  return propertyOf(key)?.credential === true || SECRET_NAME.test(key);
}

/** The value as it may be shown. A reference says where a secret stands and is none itself. */
export function shownValue(key: string, value: string): string {
  return isCredentialKey(key) && !isReference(value) ? MASK : value;
}

/** A copy in which every credential is masked; the order of the keys stays. */
export function maskProperties(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, shownValue(key, value)]));
}

/** A copy that may leave the machine: credentials only as references to where they stand. */
export function withoutSecrets(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, isCredentialKey(key) && !isReference(value) ? MISSING_SECRET : value]));
}

/** Shorter ones, such as the keys of a server for trying things out, are also found inside of other words, and are masked where they stand alone. */
const TELLING = 8;

/** The text without these secrets. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  // Longer ones first: one may hold another.
  const known = [...new Set(secrets)].filter((secret) => secret !== '').sort((a, b) => b.length - a.length);
  return known.reduce((shown, secret) => (secret.length < TELLING ? shown.replace(standingAlone(secret), MASK) : shown.replaceAll(secret, MASK)), text);
}

function standingAlone(secret: string): RegExp {
  return new RegExp(`(?<![A-Za-z0-9])${secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}(?![A-Za-z0-9])`, 'g');
}
