/** Brings the sources of the configuration together: command line > environment > site file > built-in defaults. */
import { availableParallelism } from 'node:os';
import { join, sep } from 'node:path';
import { AlluxioError } from '../errors.ts';
import { propertyOf } from './catalogue.ts';
import type { Config } from './config.ts';
import type { Define } from './defines.ts';
import { environmentSettings, fullPath, type ProcessName } from './environment.ts';
import { type Layer, layerOf, ResolvedConfig } from './resolved-config.ts';
import { readSiteFile } from './site-file.ts';
import { VERSION } from './version.ts';

export interface ConfigInput {
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  /** Where the software is installed. ALLUXIO_HOME is not asked: the launcher knows better. */
  readonly installDir: string;
  /** `-D` of the command line, in order; the last of several equal keys wins. */
  readonly defines: readonly Define[];
  /** Default `USER`: the shell. */
  readonly process?: ProcessName;
}

export interface LoadedConfig {
  readonly config: Config;
  /** For stderr, one line each; free of secrets. */
  readonly warnings: readonly string[];
}

/** @throws INVALID_CONFIGURATION when the site file cannot be read or understood */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const environment = environmentSettings(input.env, input.process ?? 'USER');
  const given = [...environment.defines, ...input.defines];
  const system = layerOf('SYSTEM_PROPERTY', given.filter(isSettable));
  const defaults = computedDefaults(input);

  // Where the file lies is decided before it is read; what it says about directories of its own comes too late and is refused by validation.
  const before = new ResolvedConfig([system, defaults]);
  const site = before.boolean('alluxio.test.mode') ? undefined : readSiteFile(before.list('alluxio.site.conf.dir'));

  const siteLayer: Layer[] = site === undefined ? [] : [layerOf('SITE_PROPERTY', site.entries)];
  const config = new ResolvedConfig([system, ...siteLayer, defaults], site?.path);
  return { config, warnings: [...environment.warnings, ...given.filter((define) => !isSettable(define)).map(([key]) => `Warning: ${key} is read only; the given value is ignored.`), ...(site?.warnings ?? []), ...deprecations(config)] };
}

/** Below `node_modules` the software is npm's, and the next update would wipe any state kept beside it. */
function isPackageInstall(installDir: string): boolean {
  return installDir.split(sep).includes('node_modules');
}

/** The version is that of this software, whatever anybody says. In the site file it is refused. */
function isSettable([key]: Define): boolean {
  return key.trim() !== 'alluxio.version';
}

/**
 * Where the shell's logs go is derived before alluxio-env.sh is read: a log directory that the file sets does not move them. bin/alluxio says what it was before,
 * empty for none.
 */
function shellLogs({ env }: ConfigInput): Define[] {
  const before = env.ALLUXIO_LOGS_DIR_BEFORE;
  if (before === undefined) return [];
  return [['alluxio.user.logs.dir', before === '' ? '${alluxio.work.dir}/logs/user' : fullPath('ALLUXIO_LOGS_DIR', `${before}/user`)]];
}

function computedDefaults(input: ConfigInput): Layer {
  const { homeDir, installDir } = input;
  const cpus = availableParallelism();
  const personal = homeDir === '' ? [] : [join(homeDir, '.alluxio')];
  return layerOf('DEFAULT', [
    ['alluxio.home', installDir],
    ...(isPackageInstall(installDir) ? packageDirectories(personal[0]) : []),
    ['alluxio.site.conf.dir', ['${alluxio.conf.dir}', ...personal, '/etc/alluxio'].map((directory) => `${directory}/`).join(',')],
    ['alluxio.version', VERSION],
    ...shellLogs(input),
    ['alluxio.underfs.io.threads', String(Math.max(4, 3 * cpus))],
    ['alluxio.user.transfer.threads', String(Math.max(32, 8 * cpus))],
  ]);
}

function packageDirectories(personal: string | undefined): Define[] {
  if (personal === undefined) throw new AlluxioError('INVALID_CONFIGURATION', 'Your home directory is unknown, so there is no place for state.', { hint: 'Set HOME.' });
  return [
    ['alluxio.work.dir', personal],
    ['alluxio.conf.dir', join(personal, 'conf')],
  ];
}

function deprecations(config: Config): string[] {
  return config.keys().flatMap((key) => {
    const advice = propertyOf(key)?.deprecated;
    return advice === undefined ? [] : [`Warning: ${key} is deprecated. ${advice}`];
  });
}
