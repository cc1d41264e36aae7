/** OSS's own errors as data: one table says status, message and EC of each code; `OssError` carries one to the client. */

interface ErrorRow {
  readonly status: number;
  readonly message: string;
  readonly ec?: string;
}

const TABLE = {
  AccessDenied: { status: 403, message: 'AccessDenied', ec: '0003-00000001' },
  BadRequest: { status: 400, message: 'The request is malformed.', ec: '0016-00000901' },
  BucketAlreadyExists: { status: 409, message: 'The requested bucket name is not available. Please select a different name and try again.', ec: '0015-00000104' },
  BucketNotEmpty: { status: 409, message: 'The bucket you tried to delete is not empty.', ec: '0015-00000301' },
  CallbackFailed: { status: 203, message: 'The object is stored, but this server sends no callbacks.', ec: '0007-00000203' },
  EntityTooLarge: { status: 400, message: 'Your proposed upload exceeds the maximum allowed object size.', ec: '0017-00000503' },
  EntityTooSmall: { status: 400, message: 'Your proposed upload smaller than the minimum allowed size.', ec: '0042-00000101' },
  FileAlreadyExists: { status: 409, message: 'The object you specified already exists and can not be overwritten.', ec: '0026-00000002' },
  FileImmutable: { status: 409, message: 'The object you specified is immutable.', ec: '0055-00000002' },
  IncompleteBody: { status: 400, message: 'The request body terminated unexpectedly.', ec: '0017-00000804' },
  InternalError: { status: 500, message: 'We encountered an internal error. Please try again.', ec: '0000-00000500' },
  InvalidAccessKeyId: { status: 403, message: 'The OSS Access Key Id you provided does not exist in our records.', ec: '0002-00000902' },
  InvalidArgument: { status: 400, message: 'Invalid Argument.', ec: '0016-00000002' },
  InvalidBucketName: { status: 400, message: 'The specified bucket is not valid.', ec: '0015-00000001' },
  InvalidDigest: { status: 400, message: 'The Content-MD5 you specified was invalid.', ec: '0016-00000204' },
  InvalidEncryptionAlgorithmError: { status: 400, message: 'The encryption algorithm is not valid.', ec: '0006-00000201' },
  InvalidObjectName: { status: 400, message: 'The specified object is not valid.', ec: '0016-00000309' },
  InvalidPart: { status: 400, message: 'One or more of the specified parts could not be found or the specified entity tag might not have matched the part\'s entity tag.', ec: '0042-00000203' },
  InvalidPartOrder: { status: 400, message: 'The list of parts was not in ascending order. Parts list must specified in order by part number.', ec: '0042-00000204' },
  InvalidPolicyDocument: { status: 400, message: 'The content of the form does not meet the conditions specified in the policy document.', ec: '0007-00000001' },
  InvalidRange: { status: 416, message: 'The requested range cannot be satisfied', ec: '0026-00000014' },
  InvalidTag: { status: 400, message: 'The tag is not valid.', ec: '0044-00000107' },
  InvalidTargetBucketForLogging: { status: 400, message: 'The target bucket you specified for logging is invalid.', ec: '0041-00000101' },
  InvalidURI: { status: 400, message: "Couldn't parse the specified URI.", ec: '0016-00000310' },
  KeyTooLongError: { status: 400, message: 'Your key is too long.', ec: '0016-00000303' },
  MalformedXML: { status: 400, message: 'The XML you provided was not well-formed or did not validate against our published schema.', ec: '0016-00000801' },
  MethodNotAllowed: { status: 405, message: 'The specified method is not allowed against this resource.', ec: '0016-00000502' },
  MissingArgument: { status: 400, message: 'Missing Some Required Arguments.', ec: '0016-00000504' },
  MissingContentLength: { status: 411, message: 'You must provide the Content-Length HTTP header.', ec: '0017-00000501' },
  NoSuchBucket: { status: 404, message: 'The specified bucket does not exist.', ec: '0015-00000101' },
  NoSuchBucketPolicy: { status: 404, message: "The bucket policy doesn't exist.", ec: '0043-00000101' },
  NoSuchConfiguration: { status: 404, message: 'The specified configuration does not exist.', ec: '0015-00000404' },
  NoSuchCORSConfiguration: { status: 404, message: 'The CORS Configuration does not exist.', ec: '0011-00000101' },
  NoSuchInventory: { status: 404, message: 'The specified inventory configuration does not exist.', ec: '0054-00000101' },
  NoSuchKey: { status: 404, message: 'The specified key does not exist.', ec: '0026-00000001' },
  NoSuchLifecycle: { status: 404, message: 'No Row found in Lifecycle Table.', ec: '0013-00000101' },
  NoSuchServerSideEncryptionRule: { status: 404, message: 'The server side encryption configuration does not exist.', ec: '0006-00000101' },
  NoSuchTransferAccelerationConfiguration: { status: 404, message: 'The transfer acceleration configuration does not exist.', ec: '0046-00000101' },
  NoSuchUpload: { status: 404, message: 'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.', ec: '0042-00000002' },
  NoSuchWebsiteConfiguration: { status: 404, message: 'The specified bucket does not have a website configuration.', ec: '0012-00000101' },
  NotImplemented: { status: 501, message: 'A header you provided implies functionality that is not implemented.', ec: '0016-00000501' },
  NoSuchVersion: { status: 404, message: 'The specified version does not exist.', ec: '0026-00000013' },
  NotSymlink: { status: 400, message: 'The object is not symlink', ec: '0026-00000018' },
  ObjectNotAppendable: { status: 409, message: 'The object is not appendable', ec: '0026-00000005' },
  OperationNotSupported: { status: 400, message: 'The operation is not supported for this resource', ec: '0016-00000703' },
  PositionNotEqualToLength: { status: 409, message: 'Position is not equal to file length', ec: '0026-00000006' },
  PreconditionFailed: { status: 412, message: 'At least one of the pre-conditions you specified did not hold.', ec: '0026-00000003' },
  RequestTimeout: { status: 400, message: 'Your socket connection to the server was not read from or written to within the timeout period.', ec: '0017-00000902' },
  RequestTimeTooSkewed: { status: 403, message: 'The difference between the request time and the current time is too large.', ec: '0002-00000504' },
  SecurityTokenExpired: { status: 403, message: 'The security token you provided has expired.', ec: '0002-00000407' },
  InvalidSecurityToken: { status: 403, message: 'The security token you provided is invalid.', ec: '0002-00000405' },
  ServiceUnavailable: { status: 503, message: 'Please reduce your request rate.', ec: '0000-00000503' },
  SignatureDoesNotMatch: {
    status: 403,
    message: 'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    ec: '0002-00000040',
  },
  SymlinkTargetNotExist: { status: 404, message: 'The symlink target object does not exist', ec: '0026-00000021' },
  InvalidTargetType: { status: 400, message: 'The symbolic link is invalid: its target is a symbolic link as well.', ec: '0026-00000019' },
  TooManyBuckets: { status: 400, message: 'You have attempted to create more buckets than allowed.', ec: '0015-00000201' },
} as const satisfies Record<string, ErrorRow>;

export type OssErrorCode = keyof typeof TABLE;

export interface OssErrorFields {
  readonly message?: string;
  /** Further elements of the error document, in order: `StringToSign`, `Condition`, `ArgumentName`, … */
  readonly extra?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that is an error, thrown anywhere below the router. */
export class OssError extends Error {
  readonly status: number;
  readonly ec: string;
  readonly extra: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: OssErrorCode,
    fields: OssErrorFields = {},
  ) {
    const row: ErrorRow = TABLE[code];
    super(fields.message ?? row.message);
    this.name = 'OssError';
    this.status = row.status;
    this.ec = row.ec ?? '0000-00000000';
    this.extra = fields.extra ?? {};
    this.headers = fields.headers ?? {};
  }
}

export function invalidArgument(name: string, value: string, message?: string): OssError {
  return new OssError('InvalidArgument', {
    message: message ?? `The value of ${name} is not valid.`,
    extra: { ArgumentName: name, ArgumentValue: value },
  });
}
