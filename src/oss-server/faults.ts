/**
 * Fault points: what can go wrong between a client and OSS, on demand. They exist only in a server started with
 * `faults: true`; a request chooses one with the header `x-alluxio-fault`, or rules are set through `/-/faults`.
 * A missing key is never a fault.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { OssError } from './errors.ts';
import type { OssRequest } from './request.ts';
import { xmlTime } from './xml.ts';

export type FaultName =
  /** 500, nothing done. */
  | 'internal-error'
  /** 503 with `x-oss-qos-delay-time`, nothing done. */
  | 'throttled'
  /** 403 SecurityTokenExpired, nothing done. */
  | 'token-expired'
  /** 403 RequestTimeTooSkewed, nothing done. */
  | 'clock-skew'
  /** The connection is reset, nothing done. */
  | 'reset-before'
  /** All is done and durable, then the connection is reset instead of an answer. */
  | 'reset-after'
  /** The same, for CompleteMultipartUpload only. */
  | 'lost-complete'
  /** Reset in the middle: of the body that comes in (nothing is stored), else of the one that goes out. */
  | 'reset-mid-body'
  /** Half the body, with a Content-Length that fits the half. */
  | 'short-body'
  /** Half the body, then silence, until the client gives up. */
  | 'stalled-body'
  /** Waits `delayMs` (default 200) before it starts. */
  | 'slow'
  /** `x-oss-hash-crc64ecma` is off by one. */
  | 'wrong-crc64'
  /** Delete-multiple deletes, and reports, only the first half of the keys. */
  | 'partial-delete'
  /** A listing that asks for a later page gets the first one again. */
  | 'repeated-page';

type Applies = (request: OssRequest, subresource: string) => boolean;

const always: Applies = () => true;

const FAULTS: Readonly<Record<FaultName, Applies>> = {
  'internal-error': always,
  throttled: always,
  'token-expired': always,
  'clock-skew': always,
  'reset-before': always,
  'reset-after': always,
  'lost-complete': (request, subresource) => request.method === 'POST' && subresource === 'uploadId',
  'reset-mid-body': always,
  'short-body': always,
  'stalled-body': always,
  slow: always,
  'wrong-crc64': always,
  'partial-delete': (request, subresource) => request.method === 'POST' && subresource === 'delete',
  'repeated-page': (request, subresource) =>
    request.method === 'GET' && request.key === undefined && (subresource === '' || subresource === 'list-type') && PAGE_PARAMETERS.some((name) => (request.query.get(name) ?? '') !== ''),
};

const PAGE_PARAMETERS = ['marker', 'continuation-token', 'start-after'];

function isFaultName(name: unknown): name is FaultName {
  return typeof name === 'string' && Object.hasOwn(FAULTS, name);
}

export interface Fault {
  readonly name: FaultName;
  readonly delayMs: number;
}

/** Which requests a rule is for; what is left out matches all. */
export interface FaultMatch {
  readonly method?: string;
  readonly keyPrefix?: string;
  /** As in routes.ts: `uploads`, `uploadId`, `partNumber`, `delete`, …; '' is the plain request. */
  readonly subresource?: string;
}

interface Rule extends Fault {
  readonly match: FaultMatch;
  /** Absent: until the rules are cleared. */
  readonly times?: number;
  hits: number;
}

function matches({ method, keyPrefix, subresource }: FaultMatch, request: OssRequest, actual: string): boolean {
  return (
    (method === undefined || method === request.method) &&
    (keyPrefix === undefined || (request.key ?? '').startsWith(keyPrefix)) &&
    (subresource === undefined || subresource === actual)
  );
}

function text(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new OssError('InvalidArgument', { message: `${name} must be a string` });
  return value;
}

function count(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) throw new OssError('InvalidArgument', { message: `${name} must be a whole number` });
  return value;
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new OssError('InvalidArgument', { message: 'expected a JSON object' });
  return { ...value };
}

export class Faults {
  readonly #rules: Rule[] = [];
  readonly #ending = new AbortController();

  /** @throws InvalidArgument for an unknown name or a field of the wrong type */
  add(json: string): void {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw new OssError('InvalidArgument', { message: 'expected JSON' });
    }
    const fields = objectOf(value);
    if (!isFaultName(fields.name)) throw new OssError('InvalidArgument', { message: `unknown fault; known are ${Object.keys(FAULTS).join(', ')}` });
    const match = objectOf(fields.match ?? {});
    const [method, keyPrefix, subresource] = [text(match.method, 'method'), text(match.keyPrefix, 'keyPrefix'), text(match.subresource, 'subresource')];
    const times = count(fields.times, 'times');
    this.#rules.push({
      name: fields.name,
      delayMs: count(fields.delayMs, 'delayMs') ?? 200,
      ...(times === undefined ? {} : { times }),
      match: {
        ...(method === undefined ? {} : { method }),
        ...(keyPrefix === undefined ? {} : { keyPrefix }),
        ...(subresource === undefined ? {} : { subresource }),
      },
      hits: 0,
    });
  }

  /** @throws when the server ends meanwhile, which need not wait for whom nobody answers any more */
  async wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#ending.signal });
  }

  end(): void {
    this.#ending.abort();
  }

  clear(): void {
    this.#rules.length = 0;
  }

  list(): readonly Readonly<Rule>[] {
    return this.#rules;
  }

  /** The fault for this request, if any; counts it. @throws InvalidArgument for an unknown name in the header */
  pick(request: OssRequest, subresource: string): Fault | undefined {
    const header = request.header('x-alluxio-fault');
    if (header !== undefined) {
      if (!isFaultName(header)) throw new OssError('InvalidArgument', { message: `unknown fault ${header}; known are ${Object.keys(FAULTS).join(', ')}` });
      return FAULTS[header](request, subresource) ? { name: header, delayMs: 200 } : undefined;
    }
    const rule = this.#rules.find(
      ({ name, match, times, hits }) => hits < (times ?? Infinity) && matches(match, request, subresource) && FAULTS[name](request, subresource),
    );
    if (rule === undefined) return undefined;
    rule.hits += 1;
    return rule;
  }
}

/** The request as if it asked for the first page. */
export function withoutPage(request: OssRequest): OssRequest {
  return { ...request, query: new Map([...request.query].filter(([name]) => !PAGE_PARAMETERS.includes(name))) };
}

/** @throws what the fault answers instead of doing anything */
export function throwFault(fault: Fault): void {
  switch (fault.name) {
    case 'internal-error':
      throw new OssError('InternalError');
    case 'throttled':
      throw new OssError('ServiceUnavailable', { headers: { 'x-oss-qos-delay-time': String(fault.delayMs) } });
    case 'token-expired':
      throw new OssError('SecurityTokenExpired');
    case 'clock-skew':
      throw new OssError('RequestTimeTooSkewed', { extra: { MaxAllowedSkewMilliseconds: '900000', ServerTime: xmlTime(Date.now()) } });
    default:
  }
}
