/** The catalogue of built-in properties, and the rules that tell a valid key from an unknown one. */
import { MASTER_PROPERTIES } from './catalogue-master.ts';
import { UNDER_STORAGE_PROPERTIES } from './catalogue-oss.ts';
import { PROCESS_PROPERTIES } from './catalogue-process.ts';
import { USER_PROPERTIES } from './catalogue-user.ts';
import { WORKER_PROPERTIES } from './catalogue-worker.ts';
import type { PropertySpec } from './property.ts';

export type { PropertyScope, PropertySpec, PropertyType } from './property.ts';

interface Index {
  readonly byName: ReadonlyMap<string, PropertySpec>;
  readonly all: readonly PropertySpec[];
}

let index: Index | undefined;

/** Built at the first look-up: most imports of this file never ask. */
function catalogue(): Index {
  if (index !== undefined) return index;
  const all = [...PROCESS_PROPERTIES, ...UNDER_STORAGE_PROPERTIES, ...MASTER_PROPERTIES, ...USER_PROPERTIES, ...WORKER_PROPERTIES];
  const byName = new Map<string, PropertySpec>();
  for (const property of all) {
    byName.set(property.key, property);
    for (const alias of property.aliases ?? []) byName.set(alias, property);
  }
  index = { all, byName };
  return index;
}

/** Families of keys with a free part, such as the options of the root mount. They are valid, but `getConf` does not list them. */
const TEMPLATES: readonly RegExp[] = [
  /^alluxio\.master\.mount\.table\.root\.option\..+$/,
  /^alluxio\.master\.journal\.ufs\.option\..+$/,
  /^alluxio\.master\.tieredstore\.global\.level\d+\.alias$/,
  /^alluxio\.worker\.tieredstore\.level\d+\.(alias|dirs\.(path|quota|mediumtype)|watermark\.(high|low)\.ratio)$/,
];

/** Every built-in property, sorted by key as the shell lists them. */
export function allProperties(): PropertySpec[] {
  return [...catalogue().all].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The property of this key or alias; undefined for template and user-defined keys. */
export function propertyOf(key: string): PropertySpec | undefined {
  return catalogue().byName.get(key);
}

/** The real key for an alias, any other key unchanged. */
export function canonicalKey(key: string): string {
  return catalogue().byName.get(key)?.key ?? key;
}

/** True for built-in keys, their aliases and template keys. */
export function isKnownKey(key: string): boolean {
  return catalogue().byName.has(key) || TEMPLATES.some((template) => template.test(key));
}

/** May it be set for a path? */
export function hasClientScope(key: string): boolean {
  const scope = propertyOf(key)?.scope;
  return scope === 'ALL' || scope === 'CLIENT';
}
