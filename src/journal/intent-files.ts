import type { IntentWork } from './records.ts';

/** The files whose bytes the work is about. */
export function filesOf(work: IntentWork): readonly number[] {
  if ('fileId' in work) return [work.fileId];
  return work.kind === 'writes' ? work.files.map(({ fileId }) => fileId) : [];
}

/** Of those, the ones that it creates. */
export function filesWritten(work: IntentWork): readonly number[] {
  return work.kind === 'write' || work.kind === 'writes' ? filesOf(work) : [];
}
