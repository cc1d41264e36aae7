/**
 * The resolved configuration as every other room sees it. Text in, typed values out; which source won is
 * decided once, when it is loaded (sources.ts), in the order: mount option > path default > `-D` >
 * environment > site file > default.
 */

/** Where a value comes from, in words of `getConf --source`, weakest first. */
export type ConfigSource = 'DEFAULT' | 'CLUSTER_DEFAULT' | 'SITE_PROPERTY' | 'SYSTEM_PROPERTY' | 'PATH_DEFAULT' | 'RUNTIME' | 'MOUNT_OPTION';

export interface Config {
  /** The `alluxio-site.properties` that was read; absent when there is none. */
  readonly siteFile?: string | undefined;
  /** The value with `${…}` resolved, or undefined when it is set nowhere. Aliases are accepted. */
  find(key: string): string | undefined;
  /** @throws INVALID_CONFIGURATION `No value set for configuration key <key>` */
  get(key: string): string;
  /** Typed readings. @throws INVALID_CONFIGURATION naming key and value when the text is not of the type. */
  boolean(key: string): boolean;
  integer(key: string): number;
  /** Bytes, by the size syntax of the sheet's section 1.7. */
  bytes(key: string): number;
  /** Milliseconds, by the duration syntax; negative means never. */
  duration(key: string): number;
  list(key: string): string[];
  /** One of the given words, matched without regard to case. */
  choice<T extends string>(key: string, allowed: readonly T[]): T;
  sourceOf(key: string): ConfigSource;
  /** True when a credential got into the value by `${…}`, on whatever way. */
  borrowsSecret(key: string): boolean;
  /** Every key that is set somewhere, user-defined ones included; defaults are not listed. */
  keys(): string[];
  /** Every `prefix…` key that is set, without the prefix. For `alluxio.master.mount.table.root.option.`. */
  withPrefix(prefix: string): Record<string, string>;
  /** A view in which the given properties win: a mount's options (MOUNT_OPTION) the defaults of a path (PATH_DEFAULT), or what was changed while the process runs (RUNTIME). */
  overlay(properties: Readonly<Record<string, string>>, source: 'PATH_DEFAULT' | 'RUNTIME' | 'MOUNT_OPTION'): Config;
}
