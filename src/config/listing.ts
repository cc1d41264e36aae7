/** The configuration as data to show: `getConf`, the web UI and the JSON API. Whatever leaves here is free of secrets. */
import { isAlluxioError } from '../errors.ts';
import { allProperties } from './catalogue.ts';
import type { Config } from './config.ts';
import { isCredentialKey, MASK, shownValue } from './redact.ts';
import { isReference } from './references.ts';

export interface PropertyRow {
  readonly key: string;
  /** Resolved and masked; undefined when it is unset. */
  readonly value: string | undefined;
  /** As `getConf --source` says it: `DEFAULT`, `SITE_PROPERTY (<file>)`, … */
  readonly source: string;
}

/** Shorter values would be found by accident in others. */
const SHORTEST_SECRET = 8;

/** Every built-in property, sorted by key. Instead of a value that cannot be resolved the reason stands in parentheses: this must work with a broken file. */
export function listProperties(config: Config): PropertyRow[] {
  const secrets = secretValues(config);
  return allProperties().map(({ key }) => ({ key, value: masked(config, { key, value: lenient(config, key) }, secrets), source: sourceText(config, key) }));
}

/** One property's value to show. @throws INVALID_CONFIGURATION when it cannot be resolved */
export function displayValue(config: Config, key: string): string | undefined {
  return masked(config, { key, value: config.find(key) }, secretValues(config));
}

export function sourceText(config: Config, key: string): string {
  const source = config.sourceOf(key);
  return source === 'SITE_PROPERTY' && config.siteFile !== undefined ? `${source} (${config.siteFile})` : source;
}

function masked(config: Config, { key, value }: { key: string; value: string | undefined }, secrets: readonly string[]): string | undefined {
  if (value === undefined || value === '') return value;
  const secret = borrowsSecret(config, key) || secrets.some((each) => value.includes(each));
  return secret ? MASK : shownValue(key, value);
}

/** A value that cannot be resolved has nothing in it. */
function borrowsSecret(config: Config, key: string): boolean {
  try {
    return config.borrowsSecret(key);
  } catch (error) {
    if (isAlluxioError(error)) return false;
    throw error;
  }
}

/** A secret may stand in another property, written out. */
function secretValues(config: Config): string[] {
  return config.keys().flatMap((key) => {
    const value = isCredentialKey(key) ? lenient(config, key) : undefined;
    return value !== undefined && value.length >= SHORTEST_SECRET && !isReference(value) ? [value] : [];
  });
}

function lenient(config: Config, key: string): string | undefined {
  try {
    return config.find(key);
  } catch (error) {
    if (isAlluxioError(error)) return `(${error.message})`;
    throw error;
  }
}
