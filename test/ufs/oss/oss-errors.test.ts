import { describe, expect, it } from 'vitest';
import { translateOssError } from '../../../src/ufs/oss/oss-errors.ts';

const CONTEXT = { bucket: 'bucket', endpoint: 'oss-cn-x.aliyuncs.com', path: 'oss://bucket/key', secrets: ['s3cr3t', 't0k3n'] };

function vendor(status: number, code: string | undefined, message = 'words of the store'): Error {
  return Object.assign(new Error(message), { status, code, requestId: 'ABC123' });
}

describe('answers of OSS', () => {
  it.each([
    [404, 'NoSuchKey', 'NOT_FOUND'], [404, 'NoSuchBucket', 'INVALID_CONFIGURATION'], [403, 'AccessDenied', 'UNAUTHENTICATED'], [403, 'InvalidAccessKeyId', 'UNAUTHENTICATED'],
    [403, 'SecondLevelDomainForbidden', 'INVALID_CONFIGURATION'], [403, 'SomethingNew', 'UNAUTHENTICATED'], [409, 'FileAlreadyExists', 'ALREADY_EXISTS'],
    [412, 'PreconditionFailed', 'FAILED_PRECONDITION'], [400, 'InvalidDigest', 'CORRUPT'], [400, 'RequestTimeout', 'TIMEOUT'], [400, 'InvalidArgument', 'INVALID_ARGUMENT'],
    [500, 'InternalError', 'UNAVAILABLE'], [502, undefined, 'UNAVAILABLE'], [503, 'ServiceUnavailable', 'THROTTLED'], [429, undefined, 'THROTTLED'], [504, undefined, 'TIMEOUT'],
  ])('%d %s is %s', (status, code, expected) => {
    const error = translateOssError(vendor(status, code), CONTEXT);
    expect(error.code).toBe(expected);
    expect(error.details).toMatchObject({ status, requestId: 'ABC123' });
    expect(error.message).toContain('bucket');
  });

  it('are told in one line, whatever the store says, and without what must not be seen', () => {
    const echo = translateOssError(vendor(403, 'SignatureDoesNotMatch', 'You signed\nwith s3cr3t and t0k3n'), CONTEXT);
    expect(echo.message).not.toMatch(/s3cr3t|t0k3n|\n/);
    const dump = translateOssError(vendor(403, undefined, 'raw xml: <StringToSign>GET s3cr3t</StringToSign>'), CONTEXT);
    expect(dump.message).not.toMatch(/StringToSign|s3cr3t/);
    expect(dump.message).toContain('HTTP status 403');
  });

  it('to a HEAD say in a header that it is the bucket which is missing', () => {
    const document = '<?xml version="1.0"?><Error><Code>NoSuchBucket</Code></Error>';
    const error = translateOssError(vendor(404, 'NoSuchKey', 'Object not exists'), { ...CONTEXT, headers: { 'x-oss-err': Buffer.from(document).toString('base64') } });
    expect(error).toMatchObject({ code: 'INVALID_CONFIGURATION', message: expect.stringContaining('bucket "bucket" does not exist') as string });
  });

  it('never say that a bucket is empty, nor anything by a status alone', () => {
    expect(translateOssError(vendor(404, 'NoSuchKey'), { ...CONTEXT, ofBucket: true }).code).toBe('UNAVAILABLE');
    expect(translateOssError(vendor(404, undefined), CONTEXT).code).toBe('UNAVAILABLE');
  });

  it('that say how long to wait keep that', () => {
    const error = translateOssError(vendor(503, 'ServiceUnavailable'), { ...CONTEXT, headers: { 'x-oss-qos-delay-time': '250' } });
    expect(error.details['x-oss-qos-delay-time']).toBe('250');
  });
});
