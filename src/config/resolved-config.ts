/** The configuration as layers of text, strongest first; `${…}` is resolved when a value is read. */
import { AlluxioError } from '../errors.ts';
import { canonicalKey, isKnownKey, propertyOf } from './catalogue.ts';
import type { Config, ConfigSource } from './config.ts';
import { isCredentialKey, MASK } from './redact.ts';
import { isReference } from './references.ts';
import { removedMessage } from './removed-keys.ts';
import { bytesMessage, DURATION_HINT, durationMessage, readBytes, readDuration, SIZE_HINT } from './units.ts';

const STRENGTH: readonly ConfigSource[] = ['DEFAULT', 'CLUSTER_DEFAULT', 'SITE_PROPERTY', 'SYSTEM_PROPERTY', 'PATH_DEFAULT', 'RUNTIME', 'MOUNT_OPTION'];

const REFERENCE = /\$\{([^{}]*)\}/g;

export interface Layer {
  readonly source: ConfigSource;
  /** Real keys (no aliases) to trimmed text. */
  readonly values: ReadonlyMap<string, string>;
}

/** `borrows`: a credential is part of the value. */
type Resolution = { readonly value: string; readonly borrows?: boolean } | { readonly unset: string };

/** A layer from pairs in order: aliases become real keys, the last of several equal keys wins. */
export function layerOf(source: ConfigSource, pairs: Iterable<readonly [string, string]>): Layer {
  const values = new Map<string, string>();
  for (const [key, value] of pairs) values.set(canonicalKey(key.trim()), value.trim());
  return { source, values };
}

export class ResolvedConfig implements Config {
  readonly #layers: readonly Layer[];
  readonly #resolved = new Map<string, Resolution>();

  /** @param layers strongest first; built-in defaults lie below all of them. */
  constructor(
    layers: readonly Layer[],
    readonly siteFile?: string | undefined,
  ) {
    this.#layers = layers;
  }

  find(key: string): string | undefined {
    const resolution = this.#resolve(canonicalKey(key));
    return 'value' in resolution ? resolution.value : undefined;
  }

  get(key: string): string {
    const real = canonicalKey(key);
    const resolution = this.#resolve(real);
    if ('value' in resolution) return resolution.value;
    const missing = `No value set for configuration key ${resolution.unset}`;
    throw invalid(resolution.unset === real ? missing : `Could not resolve ${real}: ${missing}`, `Set ${resolution.unset} in alluxio-site.properties or with -D.`);
  }

  boolean(key: string): boolean {
    return this.get(key).toLowerCase() === 'true';
  }

  integer(key: string): number {
    const text = this.get(key);
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value)) throw invalid(valueMessage(key, text), 'A whole number is expected.');
    return value;
  }

  bytes(key: string): number {
    const text = this.get(key);
    return readBytes(text) ?? fail(key, bytesMessage(shown(key, text)), SIZE_HINT);
  }

  duration(key: string): number {
    const text = this.get(key);
    return readDuration(text) ?? fail(key, durationMessage(shown(key, text)), DURATION_HINT);
  }

  list(key: string): string[] {
    return this.get(key).split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');
  }

  choice<T extends string>(key: string, allowed: readonly T[]): T {
    const text = this.get(key);
    const found = allowed.find((word) => word.toLowerCase() === text.toLowerCase());
    if (found === undefined) throw invalid(valueMessage(key, text), `One of ${allowed.join(', ')} is expected.`);
    return found;
  }

  sourceOf(key: string): ConfigSource {
    return this.#lookUp(canonicalKey(key))?.source ?? 'DEFAULT';
  }

  borrowsSecret(key: string): boolean {
    const resolution = this.#resolve(canonicalKey(key));
    return 'value' in resolution && resolution.borrows === true;
  }

  keys(): string[] {
    const keys = new Set<string>();
    for (const layer of this.#layers) {
      if (layer.source !== 'DEFAULT') for (const key of layer.values.keys()) keys.add(key);
    }
    return [...keys].sort();
  }

  withPrefix(prefix: string): Record<string, string> {
    const found: [string, string][] = [];
    for (const key of this.keys()) {
      const value = key.startsWith(prefix) && key !== prefix ? this.find(key) : undefined;
      if (value !== undefined) found.push([key.slice(prefix.length), value]);
    }
    return Object.fromEntries(found);
  }

  overlay(properties: Readonly<Record<string, string>>, source: 'PATH_DEFAULT' | 'RUNTIME' | 'MOUNT_OPTION'): Config {
    const layer = layerOf(source, Object.entries(properties));
    const weaker = this.#layers.findIndex((other) => STRENGTH.indexOf(other.source) <= STRENGTH.indexOf(source));
    const at = weaker < 0 ? this.#layers.length : weaker;
    return new ResolvedConfig([...this.#layers.slice(0, at), layer, ...this.#layers.slice(at)], this.siteFile);
  }

  #lookUp(key: string): { value: string; source: ConfigSource } | undefined {
    for (const layer of this.#layers) {
      const value = layer.values.get(key);
      if (value !== undefined) return { value, source: layer.source };
    }
    const value = propertyOf(key)?.default;
    return value === undefined ? undefined : { value, source: 'DEFAULT' };
  }

  #resolve(key: string): Resolution {
    const known = this.#resolved.get(key);
    if (known !== undefined) return known;
    const resolution = this.#resolveKey(key, []);
    this.#resolved.set(key, resolution);
    return resolution;
  }

  /** @param path the keys whose values are being resolved, outermost first */
  #resolveKey(key: string, path: readonly string[]): Resolution {
    const text = this.#lookUp(key)?.value;
    if (text === undefined) return { unset: key };
    if (!text.includes('${')) return { value: text };
    if (path.includes(key)) throw invalid(`Circular dependency found while resolving ${shown(key, text)}`, `Mend the value of ${path.join(' or ')}.`);
    let result = '';
    let end = 0;
    let borrows = false;
    for (const match of text.matchAll(REFERENCE)) {
      const name = match[1] ?? '';
      if (!isKnownKey(name)) throw invalid(removedMessage(name) ?? `Invalid property key ${name}`, `It is used in the value of ${key}.`);
      const inner = this.#resolveKey(canonicalKey(name), [...path, key]);
      if ('unset' in inner) return inner;
      borrows ||= inner.borrows === true || (isCredentialKey(canonicalKey(name)) && inner.value !== '' && !isReference(inner.value));
      result += text.slice(end, match.index) + inner.value;
      end = match.index + match[0].length;
    }
    return { value: result + text.slice(end), borrows };
  }
}

/** A configuration of these values alone, over the built-in defaults: for tests, and for tools without a site file. */
export function configOf(values: Readonly<Record<string, string>>): Config {
  return new ResolvedConfig([layerOf('SYSTEM_PROPERTY', Object.entries(values))]);
}

function shown(key: string, text: string): string {
  return isCredentialKey(key) ? MASK : text;
}

function valueMessage(key: string, text: string): string {
  return `Invalid value ${shown(key, text)} for configuration key ${canonicalKey(key)}`;
}

function invalid(message: string, hint: string): AlluxioError {
  return new AlluxioError('INVALID_CONFIGURATION', message, { hint });
}

function fail(key: string, message: string, hint: string): never {
  throw invalid(message, `It is the value of ${canonicalKey(key)}. ${hint}`);
}
