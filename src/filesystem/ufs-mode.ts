/** Modes of a storage: for the time of its maintenance it is not written to, or not asked at all. */
import { AlluxioError } from '../errors.ts';
import type { View } from '../journal/journal.ts';
import { UfsUri } from '../uri.ts';

export const UFS_MODES = ['noAccess', 'readOnly', 'readWrite'] as const;
export type UfsMode = (typeof UFS_MODES)[number];

/** Mounts of one storage share it: scheme and authority. */
export function storageOf(uri: UfsUri): string {
  return `${uri.scheme}://${uri.authority}`;
}

export function ufsModeFact(storage: string): string {
  return `ufsMode:${storage}`;
}

export function ufsModeOf(view: View, ufsUri: string): UfsMode {
  const fact = view.fact(ufsModeFact(storageOf(UfsUri.parse(ufsUri))));
  return UFS_MODES.find((mode) => mode === fact) ?? 'readWrite';
}

export function notAccessible(ufsUri: string): AlluxioError {
  const storage = storageOf(UfsUri.parse(ufsUri));
  return new AlluxioError('FAILED_PRECONDITION', `Under storage ${storage} is in mode noAccess.`, { hint: `Take it back: alluxio fsadmin ufs --mode readWrite ${storage}` });
}
