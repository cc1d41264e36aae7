/** The signed policy of a form upload: who allows it, until when, and what the fields must look like. */
import { createHmac } from 'node:crypto';
import { OssError } from '../errors.ts';
import type { Credentials } from './authenticate.ts';
import { parseCredential, signV4 } from './v4.ts';

type Fields = ReadonlyMap<string, string>;

function refuse(message: string): OssError {
  return new OssError('AccessDenied', { message: `Invalid according to Policy: ${message}` });
}

function field(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw new OssError('InvalidArgument', { message: `The form has no field ${name}.`, extra: { ArgumentName: name } });
  return value;
}

function checkSignature(fields: Fields, policy: string, credentials: Credentials): void {
  const v4 = fields.get('x-oss-signature-version') !== undefined || fields.get('x-oss-credential') !== undefined;
  const claim = v4 ? parseCredential(field(fields, 'x-oss-credential')) : undefined;
  if (v4 && claim === undefined) throw new OssError('InvalidArgument', { extra: { ArgumentName: 'x-oss-credential' } });
  const id = claim?.accessKeyId ?? field(fields, 'ossaccesskeyid');
  if (id !== credentials.accessKeyId) throw new OssError('InvalidAccessKeyId', { extra: { OSSAccessKeyId: id } });
  const expected = claim === undefined ? createHmac('sha1', credentials.accessKeySecret).update(policy).digest('base64') : signV4(credentials.accessKeySecret, claim.scope, policy);
  const given = field(fields, v4 ? 'x-oss-signature' : 'signature');
  if (given !== expected) throw new OssError('SignatureDoesNotMatch', { extra: { OSSAccessKeyId: id, SignatureProvided: given, StringToSign: policy } });
  if (credentials.securityToken !== undefined && fields.get('x-oss-security-token') !== credentials.securityToken) throw new OssError('InvalidSecurityToken');
}

interface PolicyDocument {
  readonly expiration: number;
  readonly conditions: readonly unknown[];
}

function parsePolicy(policy: string): PolicyDocument {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(policy, 'base64').toString('utf8'));
  } catch {
    throw new OssError('InvalidPolicyDocument', { message: 'Invalid Policy: it is not the base64 of JSON.' });
  }
  if (typeof value !== 'object' || value === null || !('expiration' in value) || !('conditions' in value) || !Array.isArray(value.conditions)) {
    throw new OssError('InvalidPolicyDocument', { message: 'Invalid Policy: expiration and conditions are needed.' });
  }
  return { expiration: Date.parse(String(value.expiration)), conditions: value.conditions };
}

function checkCondition(condition: unknown, fields: Fields): void {
  const actual = (name: unknown): string => fields.get(String(name).replace(/^\$/, '').toLowerCase()) ?? '';
  if (!Array.isArray(condition)) {
    for (const [name, value] of Object.entries(condition ?? {})) {
      if (actual(name) !== String(value)) throw refuse(`Policy Condition failed: ["eq", "$${name}", "${String(value)}"]`);
    }
    return;
  }
  const [operator, name, wanted]: unknown[] = condition;
  const value = actual(name);
  const holds =
    operator === 'content-length-range' ||
    (operator === 'eq' && value === String(wanted)) ||
    (operator === 'starts-with' && value.startsWith(String(wanted))) ||
    (operator === 'in' && Array.isArray(wanted) && wanted.includes(value)) ||
    (operator === 'not-in' && Array.isArray(wanted) && !wanted.includes(value));
  if (!holds) throw refuse(`Policy Condition failed: ${JSON.stringify(condition)}`);
}

function lengthRange(conditions: readonly unknown[]): { min: number; max: number } {
  const range = conditions.find((condition): condition is unknown[] => Array.isArray(condition) && condition[0] === 'content-length-range');
  return { min: Number(range?.[1] ?? 0), max: Number(range?.[2] ?? Infinity) };
}

/** @returns how many bytes the file may have. @throws AccessDenied and the signature's errors */
export function checkPolicy(fields: Fields, bucket: string, credentials: Credentials | undefined): { min: number; max: number } {
  const policy = fields.get('policy');
  if (policy === undefined) {
    if (credentials !== undefined) throw new OssError('AccessDenied', { message: 'Anonymous access is forbidden for this operation.' });
    return { min: 0, max: Infinity };
  }
  if (credentials !== undefined) checkSignature(fields, policy, credentials);
  const { expiration, conditions } = parsePolicy(policy);
  if (Number.isNaN(expiration) || expiration < Date.now()) throw refuse('Policy expired.');
  const withBucket = new Map(fields).set('bucket', bucket);
  for (const condition of conditions) checkCondition(condition, withBucket);
  return lengthRange(conditions);
}
