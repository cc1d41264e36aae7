/** What environment variables say, as `-D` options in the order in which the launcher of Alluxio put them: later ones win. */
import { isAbsolute, resolve } from 'node:path';
import { AlluxioError } from '../errors.ts';
import { type Define, definesIn } from './defines.ts';

/** The process that runs: it reads ALLUXIO_<name>_JAVA_OPTS. */
export type ProcessName = 'USER' | 'MASTER' | 'WORKER' | 'JOB_MASTER' | 'JOB_WORKER' | 'PROXY' | 'FUSE' | 'LOGSERVER';

export interface EnvironmentSettings {
  readonly defines: readonly Define[];
  readonly warnings: readonly string[];
}

/** Variable → the property that it sets; in order, so that ALLUXIO_WORKER_RAMDISK_SIZE beats ALLUXIO_WORKER_MEMORY_SIZE. */
const VARIABLES: readonly (readonly [variable: string, key: string])[] = [
  ['ALLUXIO_MASTER_HOSTNAME', 'alluxio.master.hostname'],
  ['ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS', 'alluxio.master.mount.table.root.ufs'],
  ['ALLUXIO_RAM_FOLDER', 'alluxio.worker.tieredstore.level0.dirs.path'],
  ['ALLUXIO_WORKER_MEMORY_SIZE', 'alluxio.worker.ramdisk.size'],
  ['ALLUXIO_WORKER_RAMDISK_SIZE', 'alluxio.worker.ramdisk.size'],
  ['ALLUXIO_LOGSERVER_HOSTNAME', 'alluxio.logserver.hostname'],
  ['ALLUXIO_LOGSERVER_PORT', 'alluxio.logserver.port'],
  ['ALLUXIO_LOGSERVER_LOGS_DIR', 'alluxio.logserver.logs.dir'],
];

/** Directories have variables of their own, and ALLUXIO_JAVA_OPTS may not move them behind the launcher's back. */
const DIRECTORIES: readonly (readonly [variable: string, key: string])[] = [
  ['ALLUXIO_CONF_DIR', 'alluxio.conf.dir'],
  ['ALLUXIO_LOGS_DIR', 'alluxio.logs.dir'],
  ['ALLUXIO_USER_LOGS_DIR', 'alluxio.user.logs.dir'],
];

export function environmentSettings(env: NodeJS.ProcessEnv, name: ProcessName): EnvironmentSettings {
  const warnings: string[] = [];
  const general = definesIn(env.ALLUXIO_JAVA_OPTS).filter(([key]) => {
    const variable = DIRECTORIES.find(([, directory]) => directory === key)?.[0];
    if (variable !== undefined) {
      warnings.push(`Warning: ${key} in ALLUXIO_JAVA_OPTS is ignored.`, `Set the environment variable ${variable} instead.`);
    }
    return variable === undefined;
  });
  const derived: Define[] = [];
  for (const [variable, key] of DIRECTORIES) {
    const value = env[variable] ?? '';
    if (value !== '') derived.push([key, fullPath(variable, value)]);
  }
  if ((env.ALLUXIO_UNDERFS_ADDRESS ?? '') !== '' && (env.ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS ?? '') === '') {
    warnings.push('Warning: ALLUXIO_UNDERFS_ADDRESS is deprecated by ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS');
    derived.push(['alluxio.master.mount.table.root.ufs', env.ALLUXIO_UNDERFS_ADDRESS ?? '']);
  }
  if ((env.ALLUXIO_RAM_FOLDER ?? '') !== '') derived.push(['alluxio.worker.tieredstore.level0.alias', 'MEM']);
  for (const [variable, key] of VARIABLES) {
    const value = env[variable] ?? '';
    if (value !== '') derived.push([key, value]);
  }
  return { defines: [...general, ...derived, ...definesIn(env[`ALLUXIO_${name}_JAVA_OPTS`])], warnings };
}

/** @throws INVALID_CONFIGURATION for a relative path in a working directory that was removed */
export function fullPath(variable: string, path: string): string {
  if (isAbsolute(path)) return resolve(path);
  try {
    return resolve(path);
  } catch (error) {
    throw new AlluxioError('INVALID_CONFIGURATION', `${variable} is ${path}, and the working directory was removed.`, { hint: 'Give it in full.', cause: error });
  }
}
