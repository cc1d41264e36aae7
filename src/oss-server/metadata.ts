/** What a write request says about the object besides its bytes. */
import { invalidArgument, OssError } from './errors.ts';
import { OBJECT_ACLS } from './names.ts';
import type { OssRequest } from './request.ts';
import { decodePath } from './request.ts';
import type { ObjectRecord } from './store/records.ts';

const CONTENT_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'] as const;
const ENCRYPTION_HEADERS = ['x-oss-server-side-encryption', 'x-oss-server-side-data-encryption', 'x-oss-server-side-encryption-key-id'] as const;
const STORAGE_CLASSES: readonly string[] = ['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'];
const MAX_USER_METADATA = 8 * 1024;

export type Metadata = Pick<ObjectRecord, 'headers'> & Partial<Pick<ObjectRecord, 'storageClass' | 'acl' | 'tags'>>;
export type Tags = readonly (readonly [string, string])[];

/** `k=v&k2=v2`, percent-encoded. @throws InvalidTag */
export function parseTagHeader(text: string): Tags {
  if (text === '') return [];
  return checkTags(
    text.split('&').map((item) => {
      const equals = item.indexOf('=');
      const decode = (part: string): string => decodePath(part.replaceAll('+', ' '));
      return equals < 0 ? ([decode(item), ''] as const) : ([decode(item.slice(0, equals)), decode(item.slice(equals + 1))] as const);
    }),
  );
}

/** Letters of any script, digits, spaces and these signs. */
const TAG_TEXT = /^[\p{L}\p{M}\p{N} +\-=._:/]*$/u;

export function checkTags(tags: Tags, most = 10): Tags {
  const names = new Set(tags.map(([name]) => name));
  const wrong = ([name, value]: readonly [string, string]): boolean =>
    name === '' || name.length > 128 || value.length > 256 || !TAG_TEXT.test(name) || !TAG_TEXT.test(value);
  if (tags.length > most || names.size !== tags.length || tags.some(wrong)) throw new OssError('InvalidTag');
  return tags;
}

function checkStorageClass(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (!STORAGE_CLASSES.includes(value)) throw invalidArgument('x-oss-storage-class', value, 'no such storage class exists');
  return value;
}

/** The ACL that the request asks for; undefined where it names none. @throws InvalidArgument for an unknown one */
export function aclAsked(request: OssRequest): string | undefined {
  const value = request.header('x-oss-object-acl');
  if (value === undefined || value === '') return undefined;
  if (!OBJECT_ACLS.includes(value)) throw invalidArgument('x-oss-object-acl', value, 'no such object access control exists');
  return value;
}

export function checkAlgorithm(value: string): void {
  if (!['AES256', 'KMS', 'SM4'].includes(value)) throw new OssError('InvalidEncryptionAlgorithmError');
}

/** The headers that are kept with the object. @throws InvalidArgument for an unknown ACL, storage class or too much metadata */
export function metadataOf(request: OssRequest): Metadata {
  const headers: Record<string, string> = {};
  for (const name of [...CONTENT_HEADERS, ...ENCRYPTION_HEADERS]) {
    const value = request.header(name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  headers['content-type'] ??= 'application/octet-stream';
  const encryption = headers['x-oss-server-side-encryption'];
  if (encryption !== undefined) checkAlgorithm(encryption);
  let userBytes = 0;
  for (const name of request.headerNames) {
    if (!name.startsWith('x-oss-meta-')) continue;
    const value = request.header(name) ?? '';
    userBytes += name.length + value.length;
    headers[name] = value;
  }
  if (userBytes > MAX_USER_METADATA) throw invalidArgument('x-oss-meta-', `${userBytes} bytes`, 'The total size of user metadata must not exceed 8 KB.');
  const storageClass = checkStorageClass(request.header('x-oss-storage-class'));
  const acl = aclAsked(request);
  const tagging = request.header('x-oss-tagging');
  const tags = tagging === undefined ? undefined : parseTagHeader(tagging);
  return {
    headers,
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(acl === undefined || acl === 'default' ? {} : { acl }),
    ...(tags === undefined || tags.length === 0 ? {} : { tags }),
  };
}

/** Headers of an answer to a write that echo how the object is encrypted. */
export function encryptionEcho(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(ENCRYPTION_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

/** True when the client forbids overwriting. @throws InvalidArgument for anything but true and false */
export function forbidsOverwrite(request: OssRequest): boolean {
  const value = request.header('x-oss-forbid-overwrite')?.toLowerCase();
  if (value === undefined || value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw invalidArgument('x-oss-forbid-overwrite', value);
}
