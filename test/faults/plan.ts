/** What goes wrong while a command runs, and what the command may then say. */
import type { FaultMatch, FaultName } from '../../src/oss-server/faults.ts';

export interface Rule {
  readonly name: FaultName;
  readonly match: FaultMatch;
  /** Absent: as long as the command runs. */
  readonly times?: number;
  readonly delayMs: number;
}

/** How often a fault is chosen, and how a command that it defeats names it. A stalled body takes the time that the client waits. */
const FAULTS: Readonly<Record<Exclude<FaultName, 'slow'>, { weight: number; cause: RegExp }>> = {
  'internal-error': { weight: 5, cause: /InternalError/ },
  throttled: { weight: 4, cause: /ServiceUnavailable/ },
  'token-expired': { weight: 3, cause: /SecurityTokenExpired/ },
  'clock-skew': { weight: 3, cause: /RequestTimeTooSkewed/ },
  'reset-before': { weight: 5, cause: /connection reset/ },
  'reset-after': { weight: 6, cause: /connection reset/ },
  'lost-complete': { weight: 4, cause: /connection reset/ },
  'reset-mid-body': { weight: 5, cause: /connection reset|no answer within/ },
  'short-body': { weight: 5, cause: /half a|another range|no answer within|did not name the upload/ },
  'stalled-body': { weight: 1, cause: /timed? ?out|did not answer/ },
  'wrong-crc64': { weight: 5, cause: /CRC64/ },
  'partial-delete': { weight: 5, cause: /did not delete/ },
  'repeated-page': { weight: 5, cause: /earlier page/ },
};

/** Whatever the server can do wrong. */
export const FAULT_NAMES: readonly FaultName[] = [...(Object.keys(FAULTS) as FaultName[]), 'slow'];

const MATCHES: readonly FaultMatch[] = [
  {}, {}, { method: 'GET' }, { method: 'PUT' }, { method: 'POST' }, { method: 'DELETE' }, { method: 'HEAD' }, { subresource: 'uploads' }, { subresource: 'uploadId' }, { subresource: 'partNumber' },
  { subresource: 'delete' }, { subresource: 'list-type' },
];

export function randomRules(random: () => number): Rule[] {
  const names = Object.entries(FAULTS).flatMap(([name, { weight }]) => Array<string>(weight).fill(name)) as FaultName[];
  return Array.from({ length: 1 + Math.floor(random() * 2.5) }, () => {
    const rule = { name: pick(names, random), match: pick(MATCHES, random), delayMs: 20 };
    const times = [1, 1, 2, 3, undefined][Math.floor(random() * 5)];
    return times === undefined ? rule : { ...rule, times };
  });
}

/** One of the faults that were met is named. */
export function namesCause(error: string, met: readonly FaultName[]): boolean {
  return met.some((name) => name !== 'slow' && FAULTS[name].cause.test(error));
}

function pick<T>(list: readonly T[], random: () => number): T {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}
