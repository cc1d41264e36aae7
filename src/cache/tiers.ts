/** Where the cache lies and how much of it there is, read from the tiered-store properties. Touches no disk. */
import { isAbsolute, normalize } from 'node:path';
import type { Config } from '../config/config.ts';
import { AlluxioError } from '../errors.ts';
import type { CacheDirectory } from './block-store.ts';

/** Names of the folders that the store keeps inside each cache directory. */
export interface BlockFolders {
  /** Relative to the cache directory. */
  readonly data: string;
  /** Blocks being written; relative to the data folder. */
  readonly temporary: string;
}

export const DEFAULT_FOLDERS: BlockFolders = { data: 'alluxioworker', temporary: '.tmp_blocks' };

const PREFIX = 'alluxio.worker.tieredstore.';
const MOST_LEVELS = 3;

/**
 * The cache directories of all tiers, fastest tier first. A quota list that is shorter than its list of paths goes on with its last value.
 * @throws INVALID_CONFIGURATION naming key and value
 */
export function cacheDirectories(config: Config): CacheDirectory[] {
  const directories: CacheDirectory[] = [];
  const taken = new Set<string>();
  const levelsKey = `${PREFIX}levels`;
  const levels = config.integer(levelsKey);
  if (levels < 1 || levels > MOST_LEVELS) throw invalid(levelsKey, String(levels), `Use 1 to ${MOST_LEVELS} tiers.`);
  for (let level = 0; level < levels; level += 1) {
    const tier = config.get(`${PREFIX}level${level}.alias`);
    const pathKey = `${PREFIX}level${level}.dirs.path`;
    const quotas = quotasOf(config, `${PREFIX}level${level}.dirs.quota`);
    for (const [position, text] of pathsOf(config, pathKey).entries()) {
      const path = normalize(text).replace(/(?<=.)\/+$/, '');
      if (!isAbsolute(path)) throw invalid(pathKey, text, 'Cache directories are absolute paths.');
      // Two entries for one folder would count its bytes twice and sweep each other's blocks.
      if (taken.has(path)) throw invalid(pathKey, text, 'Each cache directory may be named once.');
      taken.add(path);
      directories.push({ index: directories.length, tier, path, quota: quotas[Math.min(position, quotas.length - 1)] ?? 0 });
    }
  }
  return directories;
}

/** @throws INVALID_CONFIGURATION for a folder that is not strictly inside its parent: formatting empties it. */
export function blockFolders(config: Config): BlockFolders {
  return { data: folder(config, 'alluxio.worker.data.folder'), temporary: folder(config, 'alluxio.worker.data.folder.tmp') };
}

function folder(config: Config, key: string): string {
  const text = config.get(key);
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..')) throw invalid(key, text, 'Name a folder inside each cache directory.');
  return parts.join('/');
}

function pathsOf(config: Config, key: string): string[] {
  config.get(key);
  const paths = config.list(key).filter((path) => path !== '');
  if (paths.length === 0) throw invalid(key, '', 'Name at least one directory.');
  return paths;
}

function quotasOf(config: Config, key: string): number[] {
  const whole = config.get(key);
  // Each entry is read through the configuration itself, so that there is one size syntax and one message for a bad value.
  const quotas = config.list(key).map((quota) => config.overlay({ [key]: quota }, 'MOUNT_OPTION').bytes(key));
  if (quotas.length === 0) throw invalid(key, whole, 'Name a quota such as 10GB.');
  for (const quota of quotas) if (quota < 0) throw invalid(key, whole, 'A quota is 0 or more bytes.');
  return quotas;
}

function invalid(key: string, value: string, hint: string): AlluxioError {
  return new AlluxioError('INVALID_CONFIGURATION', `Invalid value "${value}" for configuration key ${key}.`, { hint });
}
