import { systemCode } from '../../errors.ts';

/** Where these are the reason, nothing was ever sent. */
const NEVER_SENT: readonly (string | undefined)[] = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Why there was no complete answer. */
export class TransportFailure extends Error {
  constructor(
    readonly kind: 'timeout' | 'network' | 'short' | 'aborted',
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
