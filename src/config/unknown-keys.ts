/** Keys that nothing reads: user-defined ones are allowed, but most often it was a slip of the pen. */
import { allProperties, isKnownKey } from './catalogue.ts';
import type { Config } from './config.ts';
import { removedMessage } from './removed-keys.ts';

export interface UnknownKey {
  readonly key: string;
  /** Built-in keys that differ in one part of the name, or only in dots and case. */
  readonly similar: readonly string[];
}

/** The keys in Alluxio's name space that are set and that nobody knows. */
export function unknownKeys(config: Config): UnknownKey[] {
  return config
    .keys()
    .filter((key) => /^(alluxio|fs\.oss)\./.test(key) && !isKnownKey(key) && removedMessage(key) === undefined)
    .map((key) => ({ key, similar: allProperties().map((property) => property.key).filter((candidate) => isSimilar(key, candidate)) }));
}

function isSimilar(key: string, candidate: string): boolean {
  if (plain(key) === plain(candidate)) return true;
  const parts = key.split('.');
  const others = candidate.split('.');
  return parts.length === others.length && parts.filter((part, index) => part !== others[index]).length === 1;
}

function plain(key: string): string {
  return key.replaceAll('.', '').toLowerCase();
}
