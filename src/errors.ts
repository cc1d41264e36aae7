/**
 * Errors as data. Every failure that a user can meet is an `AlluxioError` with a code of the closed list
 * below; one table says what each code means to the shell, to HTTP and to a retry loop.
 */

/** What a code means outside the process. `exitStatus` is that of `fs`/`fsadmin`; top-level commands say their own. */
interface ErrorClass {
  readonly exitStatus: number;
  readonly httpStatus: number;
  /** True when the same request may succeed if it is simply sent again. */
  readonly retryable: boolean;
}

const failed = { exitStatus: 255, retryable: false } as const;

export const ERROR_TABLE = {
  /** Misuse of the command line; followed by usage. */
  USAGE: { ...failed, httpStatus: 400 },
  INVALID_ARGUMENT: { ...failed, httpStatus: 400 },
  INVALID_CONFIGURATION: { ...failed, httpStatus: 400 },
  NOT_FOUND: { ...failed, httpStatus: 404 },
  ALREADY_EXISTS: { ...failed, httpStatus: 409 },
  NOT_A_DIRECTORY: { ...failed, httpStatus: 409 },
  IS_A_DIRECTORY: { ...failed, httpStatus: 409 },
  FAILED_PRECONDITION: { ...failed, httpStatus: 412 },
  PERMISSION_DENIED: { ...failed, httpStatus: 403 },
  READ_ONLY: { ...failed, httpStatus: 403 },
  /** The store refused our credentials (403 of any kind): never "does not exist". */
  UNAUTHENTICATED: { ...failed, httpStatus: 401 },
  /** A path is held by a living process; the message says by whom. */
  BUSY: { ...failed, httpStatus: 423, retryable: true },
  THROTTLED: { ...failed, httpStatus: 429, retryable: true },
  /** No answer, or a 5xx one. Never reported as "does not exist". */
  UNAVAILABLE: { ...failed, httpStatus: 503, retryable: true },
  TIMEOUT: { ...failed, httpStatus: 504, retryable: true },
  /** Bytes are not what was written: CRC64, length or format differ. */
  CORRUPT: { ...failed, httpStatus: 500 },
  NO_SPACE: { ...failed, httpStatus: 507 },
  UNFORMATTED: { ...failed, httpStatus: 503 },
  UNSUPPORTED: { ...failed, httpStatus: 501 },
  /** Several paths failed; each is named in the message. */
  PARTIAL: { ...failed, httpStatus: 500 },
  CANCELLED: { exitStatus: 130, httpStatus: 499, retryable: false },
  /** Ours to mend: printed with its stack. */
  INTERNAL: { ...failed, httpStatus: 500 },
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof ERROR_TABLE;

export interface ErrorFields {
  /** The Alluxio path or URI that it is about. */
  readonly path?: string;
  /** What the user can do next; printed after the message. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** Overrides the table's exit status. */
  readonly exitStatus?: number;
  /** The store's own words: vendor code, request id, HTTP status. Never a secret. */
  readonly details?: Readonly<Record<string, string | number>>;
}

const BRAND = Symbol.for('alluxio.error');

/**
 * What became of a store's answer, of an error or of one that it came of: `lost` on the way, so that what was asked for may have been done all the same; `none`, because
 * the store was never reached. Undefined when it answered, or was not asked.
 */
export function answerOf(error: unknown): 'lost' | 'none' | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const answer = isAlluxioError(at) ? at.details.answer : undefined;
    if (answer === 'lost' || answer === 'none') return answer;
  }
  return undefined;
}

export class AlluxioError extends Error {
  readonly [BRAND] = true;
  readonly path: string | undefined;
  readonly hint: string | undefined;
  readonly exitStatus: number;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    fields: ErrorFields = {},
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'AlluxioError';
    this.path = fields.path;
    this.hint = fields.hint;
    this.exitStatus = fields.exitStatus ?? ERROR_TABLE[code].exitStatus;
    this.details = fields.details ?? {};
  }

  get retryable(): boolean {
    return ERROR_TABLE[this.code].retryable;
  }
}

/** By brand, not by class: separately bundled files each have a class of their own. */
export function isAlluxioError(error: unknown): error is AlluxioError {
  return typeof error === 'object' && error !== null && BRAND in error;
}

export function hasCode(error: unknown, code: ErrorCode): boolean {
  return isAlluxioError(error) && error.code === code;
}

/** The system error code (`ENOENT`, `EADDRINUSE`, …) of an error thrown by Node, if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The words of any thrown value, for a message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
