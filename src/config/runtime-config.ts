/** The configuration of a process that stays: what may be changed while it runs lies over what it was started with. */
import { AlluxioError } from '../errors.ts';
import { canonicalKey } from './catalogue.ts';
import type { Config } from './config.ts';
import { validateValues } from './validate.ts';

/** As 2.9.0 has them. */
const DYNAMIC: ReadonlySet<string> = new Set([
  'alluxio.master.audit.logging.enabled',
  'alluxio.master.metastore.inode.inherit.owner.and.group',
  'alluxio.master.ufs.managed.blocking.enabled',
  'alluxio.master.unsafe.direct.persist.object.enabled',
  'alluxio.master.worker.timeout',
]);
const SWITCH = 'alluxio.conf.dynamic.update.enabled';

export class RuntimeConfig implements Config {
  readonly #started: Config;
  #updates: Readonly<Record<string, string>> = {};
  #now: Config;

  constructor(started: Config) {
    this.#started = started;
    this.#now = started;
  }

  /** Holds until the process ends. @throws FAILED_PRECONDITION, INVALID_ARGUMENT, INVALID_CONFIGURATION; nothing is changed then */
  update(typed: string, value: string): void {
    const key = canonicalKey(typed);
    if (!this.#started.boolean(SWITCH)) throw new AlluxioError('FAILED_PRECONDITION', `${SWITCH} is false.`, { hint: 'Set it to true in alluxio-site.properties and start the master again.' });
    if (!DYNAMIC.has(key)) throw new AlluxioError('INVALID_ARGUMENT', `${key} cannot be changed while the master runs.`, { hint: 'Edit alluxio-site.properties and start it again.' });
    const updates = { ...this.#updates, [key]: value };
    const next = this.#started.overlay(updates, 'RUNTIME');
    const [wrong] = validateValues(next).filter((line) => line.includes(key));
    const mistyped = key !== 'alluxio.master.worker.timeout' && !/^(?:true|false)$/i.test(value);
    if (wrong !== undefined || mistyped) throw new AlluxioError('INVALID_CONFIGURATION', wrong ?? `Invalid value ${value} for configuration key ${key}`);
    [this.#updates, this.#now] = [updates, next];
  }

  get siteFile(): string | undefined {
    return this.#started.siteFile;
  }

  find = (key: string): string | undefined => this.#now.find(key);
  get = (key: string): string => this.#now.get(key);
  boolean = (key: string): boolean => this.#now.boolean(key);
  integer = (key: string): number => this.#now.integer(key);
  bytes = (key: string): number => this.#now.bytes(key);
  duration = (key: string): number => this.#now.duration(key);
  list = (key: string): string[] => this.#now.list(key);
  choice = <T extends string>(key: string, allowed: readonly T[]): T => this.#now.choice(key, allowed);
  sourceOf: Config['sourceOf'] = (key) => this.#now.sourceOf(key);
  borrowsSecret = (key: string): boolean => this.#now.borrowsSecret(key);
  keys = (): string[] => this.#now.keys();
  withPrefix = (prefix: string): Record<string, string> => this.#now.withPrefix(prefix);
  overlay: Config['overlay'] = (properties, source) => this.#now.overlay(properties, source);
}
