import type { IncomingHttpHeaders } from 'node:http';
import { systemCode } from '../../errors.ts';

/** Where these are the reason, nothing was ever sent. */
const NEVER_SENT: readonly (string | undefined)[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Why there was no complete answer of OSS. */
export class TransportFailure extends Error {
  constructor(
    readonly kind: 'timeout' | 'network' | 'short' | 'aborted' | 'foreign',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }

  /** The server may have got the request, and done what it says. */
  get mayHaveArrived(): boolean {
    return !NEVER_SENT.includes(systemCode(this.cause));
  }

  static network(error: unknown): TransportFailure {
    return new TransportFailure('network', networkWords(error), error);
  }

  static cutShort(filled: number, announced: number | undefined, cause?: unknown): TransportFailure {
    return new TransportFailure('short', `the answer ended after ${String(filled)} of ${String(announced ?? 'unknown')} bytes`, cause);
  }

  /** Somebody else answered, who may have passed on what he was sent. */
  static foreign(answer: AnswerHead): TransportFailure {
    return new TransportFailure('foreign', wordsFor(answer));
  }
}

export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** OSS names each of its answers, whatever the status; captive portals, proxies and other servers know nothing of that. */
export function isOfOss({ headers }: AnswerHead): boolean {
  return (headers['x-oss-request-id'] ?? '') !== '';
}

/** Who it was, as far as he says; in words that a terminal can be shown. */
function wordsFor({ status, headers }: AnswerHead): string {
  const type = /^[\w.+/-]{1,60}/.exec(headers['content-type'] ?? '')?.[0];
  const server = /^[\w.+/-]{1,40}/.exec(String(headers['server'] ?? ''))?.[0];
  const { location } = headers;
  // Its query may hold what nobody should see.
  const place = location !== undefined && URL.canParse(location) ? `leads to ${new URL(location).origin.slice(0, 100)}` : undefined;
  return [`status ${String(status)}`, type, server, place].filter((word) => word !== undefined).join(', ');
}

function networkWords(error: unknown): string {
  const code = systemCode(error);
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'host name not found';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to it';
    default:
      return code ?? (error instanceof Error ? error.message : 'network failure');
  }
}
