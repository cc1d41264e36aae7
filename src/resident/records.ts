/** The residents of a home, as their records in `<work dir>/residents` tell: small, because a command that writes asks whether there is a master. */
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { ResidentProcess, Role } from '../http/resident.ts';
import { isAlive } from '../process-identity.ts';
import { isClaimed, readClaim } from './claims.ts';

export const ROLES: readonly Role[] = ['master', 'worker'];

export interface ResidentRecord extends ResidentProcess {
  /** The journal that it works on. */
  readonly journal: string;
  /** It has started, and answers where it has a web server. */
  readonly ready: boolean;
}

export function residentsFolder(config: Config): string {
  return join(config.get('alluxio.work.dir'), 'residents');
}

/** The resident of this role, when its process lives. */
export function liveResident(folder: string, role: Role): ResidentRecord | undefined {
  const record = readClaim(folder, role);
  return isRecord(record) && isAlive(record.identity) ? record : undefined;
}

export function liveResidents(folder: string): ResidentRecord[] {
  return ROLES.flatMap((role) => liveResident(folder, role) ?? []);
}

/** True when a master works on the journal of this configuration, so that what is written for later will be done. */
export function hasMaster(config: Config): boolean {
  const master = liveResident(residentsFolder(config), 'master');
  return master !== undefined && master.ready && master.journal === config.get('alluxio.master.journal.folder');
}

function isRecord(value: unknown): value is ResidentRecord {
  return isClaimed(value) && 'role' in value && 'startedMs' in value && typeof value.startedMs === 'number' && 'journal' in value && 'ready' in value;
}
