import { systemCode } from '../../errors.ts';

/** Why there was no complete answer. */
export class TransportFailure extends Error {
  constructor(
    readonly kind: 'timeout' | 'network' | 'short' | 'aborted',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
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
