/**
 * The only place where OSS's answers become our errors. Each keeps the vendor's code, HTTP status and request id; none carries a
 * credential, a signature or a string to sign.
 */
import { hideSecrets } from '../../config/redact.ts';
import { AlluxioError, isAlluxioError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { cancelled } from '../wrappers/retry.ts';
import { TransportFailure } from './transport-failure.ts';
import { textOf } from './xml.ts';

export interface ErrorContext {
  readonly bucket: string;
  /** As configured. */
  readonly endpoint: string;
  /** `oss://bucket/key` that the request was about. */
  readonly path: string;
  /** The request was about the bucket as a whole, such as a listing. */
  readonly ofBucket?: boolean;
  /** Never to be seen in a message, whatever a server may echo. */
  readonly secrets: readonly string[];
  /** Headers of the failed answer, lower-case. */
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** What ali-oss throws for an answer with an error status. */
interface VendorError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

const BY_VENDOR_CODE: Readonly<Record<string, ErrorCode>> = {
  NoSuchKey: 'NOT_FOUND',
  NoSuchUpload: 'NOT_FOUND',
  SymlinkTargetNotExist: 'NOT_FOUND',
  NoSuchBucket: 'INVALID_CONFIGURATION',
  InvalidBucketName: 'INVALID_CONFIGURATION',
  SecondLevelDomainForbidden: 'INVALID_CONFIGURATION',
  FileAlreadyExists: 'ALREADY_EXISTS',
  ObjectAlreadyExists: 'ALREADY_EXISTS',
  PreconditionFailed: 'FAILED_PRECONDITION',
  FileImmutable: 'PERMISSION_DENIED',
  InvalidObjectState: 'FAILED_PRECONDITION',
  InvalidDigest: 'CORRUPT',
  QuotaExceeded: 'NO_SPACE',
  RequestTimeout: 'TIMEOUT',
  DownloadTrafficRateLimitExceeded: 'THROTTLED',
  UploadTrafficRateLimitExceeded: 'THROTTLED',
  TotalQpsLimitExceeded: 'THROTTLED',
};

export function translateOssError(error: unknown, context: ErrorContext): AlluxioError {
  if (isAlluxioError(error)) return error;
  if (error instanceof TransportFailure) return fromTransport(error, context);
  const vendor = vendorErrorOf(error, context);
  if (vendor === undefined) {
    return new AlluxioError('INTERNAL', redact(error instanceof Error ? error.message : String(error), context.secrets), { path: context.path });
  }
  const code = codeFor(vendor, context);
  const hint = hintFor(vendor, context);
  return new AlluxioError(code, messageFor(code, vendor, context), {
    path: context.path,
    details: detailsOf(vendor, context),
    ...(hint === undefined ? {} : { hint }),
  });
}

function fromTransport(failure: TransportFailure, context: ErrorContext): AlluxioError {
  if (failure.kind === 'aborted') return cancelled(failure.cause);
  const code = failure.kind === 'timeout' ? 'TIMEOUT' : 'UNAVAILABLE';
  const foreign = failure.kind === 'foreign';
  return new AlluxioError(code, `${whatOf(failure, context.endpoint)}: ${failure.message} (${context.path})`, {
    path: context.path,
    cause: failure,
    details: { answer: failure.mayHaveArrived ? 'lost' : 'none' },
    hint: foreign ? 'Check fs.oss.endpoint, and whether a proxy or a login page is in between.' : 'Check the network and fs.oss.endpoint.',
  });
}

function whatOf({ kind }: TransportFailure, endpoint: string): string {
  if (kind === 'foreign') return `${endpoint} answered, but it is not OSS`;
  return `OSS at ${endpoint} ${kind === 'short' ? 'broke off' : 'did not answer'}`;
}

/** undefined for an exception that is no answer of the store. */
function vendorErrorOf(error: unknown, context: ErrorContext): VendorError | undefined {
  if (!(error instanceof Error)) return undefined;
  const status = numberIn(error, 'status');
  if (status === undefined) return undefined;
  const vendorCode = codeInHead(status, context) ?? stringIn(error, 'code');
  // Without a vendor code the message is ali-oss's dump of an unreadable body.
  const message = vendorCode === undefined ? `HTTP status ${String(status)}` : error.message;
  const code = vendorCode ?? `Http${String(status)}`;
  const requestId = stringIn(error, 'requestId') ?? headerOf(context, 'x-oss-request-id') ?? '';
  return { status, code, message: redact(message, context.secrets), requestId };
}

/** To a HEAD that finds nothing OSS says in a header what is not there, and ali-oss takes it for the object in any case. */
function codeInHead(status: number, context: ErrorContext): string | undefined {
  const document = status === 404 ? headerOf(context, 'x-oss-err') : undefined;
  return document === undefined ? undefined : textOf(Buffer.from(document, 'base64').toString('utf8'), 'Code');
}

/** Absence is only what OSS says in as many words, of an object: neither a page with a status, nor a listing, says it. */
function codeFor({ status, code: words }: VendorError, { ofBucket = false }: ErrorContext): ErrorCode {
  const code = BY_VENDOR_CODE[words] ?? codeOfStatus(status);
  return code === 'NOT_FOUND' && (ofBucket || words === `Http${String(status)}`) ? 'UNAVAILABLE' : code;
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 429 || status === 503) return 'THROTTLED';
  if (status === 408 || status === 504) return 'TIMEOUT';
  if (status >= 500) return 'UNAVAILABLE';
  if (status === 401 || status === 403) return 'UNAUTHENTICATED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 412) return 'FAILED_PRECONDITION';
  return 'INVALID_ARGUMENT';
}

function messageFor(code: ErrorCode, vendor: VendorError, context: ErrorContext): string {
  const words = `${vendor.code}: ${vendor.message}`;
  const trail = vendor.requestId === '' ? '' : ` [request id ${vendor.requestId}]`;
  if (vendor.code === 'NoSuchBucket') return `OSS bucket "${context.bucket}" does not exist at ${context.endpoint}${trail}`;
  switch (code) {
    case 'UNAUTHENTICATED':
      return `OSS refused access to ${context.path}: ${words}${trail}`;
    case 'ALREADY_EXISTS':
      return `${context.path} already exists`;
    case 'NOT_FOUND':
      return `${context.path} does not exist (${vendor.code})`;
    case 'FAILED_PRECONDITION':
      return `${context.path} is not what was expected: ${words}${trail}`;
    default:
      return `OSS at ${context.endpoint} failed on ${context.path}: ${words}${trail}`;
  }
}

function hintFor(vendor: VendorError, context: ErrorContext): string | undefined {
  switch (vendor.code) {
    case 'NoSuchBucket':
      return 'Check the bucket name and that fs.oss.endpoint is of its region.';
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return 'Check fs.oss.accessKeyId and fs.oss.accessKeySecret.';
    case 'SecurityTokenExpired':
    case 'InvalidSecurityToken':
      return 'Get a new STS token.';
    case 'RequestTimeTooSkewed':
      return "Set this host's clock.";
    case 'SecondLevelDomainForbidden':
      return 'Set alluxio.underfs.oss.path.style.access.enabled=false.';
    case 'AccessDenied':
      return `Grant the key access to bucket ${context.bucket}, and check that fs.oss.endpoint is of the bucket's region.`;
    default:
      return undefined;
  }
}

function detailsOf(vendor: VendorError, context: ErrorContext): Record<string, string | number> {
  const wait = headerOf(context, 'x-oss-qos-delay-time');
  return {
    code: vendor.code,
    status: vendor.status,
    ...(vendor.requestId === '' ? {} : { requestId: vendor.requestId }),
    ...(wait === undefined ? {} : { 'x-oss-qos-delay-time': wait }),
  };
}

function redact(text: string, secrets: readonly string[]): string {
  return hideSecrets(text, secrets).replaceAll(/\s+/g, ' ').slice(0, 500);
}

function headerOf(context: ErrorContext, name: string): string | undefined {
  const value = context.headers?.[name];
  return typeof value === 'string' ? value : undefined;
}

function stringIn(error: object, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(error: object, name: string): number | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'number' ? value : undefined;
}
