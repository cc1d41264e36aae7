/** PostObject: an upload from an HTML form, authorised by the signed policy in its fields. */
import { checkPolicy } from '../auth/policy.ts';
import { OssError } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { quoted } from '../exchange.ts';
import type { Form } from '../form.ts';
import { readForm } from '../form.ts';
import { forbidsOverwrite, metadataOf } from '../metadata.ts';
import { checkBucketName, checkObjectKey } from '../names.ts';
import type { Reply } from '../reply.ts';
import { emptyReply, xmlReply } from '../reply.ts';
import type { OssRequest } from '../request.ts';
import { requireBucket } from '../store/keys.ts';
import { discardBody, receiveBody } from '../store/receive.ts';
import { replaceObject } from './objectPut.ts';

/** The form's fields in the place of headers: they name the same things. */
function asHeaders(request: OssRequest, form: Form): OssRequest {
  const headers = Object.fromEntries([...form.fields].map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));
  return { ...request, headerNames: Object.keys(headers), header: (name) => headers[name] };
}

function keyOf(form: Form): string {
  const template = form.fields.get('key');
  if (template === undefined) throw new OssError('InvalidArgument', { message: 'The form has no field key.', extra: { ArgumentName: 'key' } });
  const key = template.replaceAll('${filename}', form.fileName.slice(form.fileName.lastIndexOf('/') + 1));
  checkObjectKey(key);
  return key;
}

interface Stored {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly crc64: string;
}

function answer(exchange: Exchange, form: Form, { bucket, key, etag, crc64 }: Stored): Reply {
  const location = `${exchange.endpoint}/${bucket}/${encodeURIComponent(key)}`;
  const headers = { ETag: quoted(etag), 'x-oss-hash-crc64ecma': crc64, Location: location };
  const redirect = form.fields.get('success_action_redirect');
  if (redirect !== undefined && URL.canParse(redirect)) {
    const url = new URL(redirect);
    url.searchParams.append('bucket', bucket);
    url.searchParams.append('key', key);
    url.searchParams.append('etag', quoted(etag));
    return emptyReply(303, { ...headers, Location: url.href });
  }
  const status = form.fields.get('success_action_status');
  if (status === '201') {
    const reply = xmlReply(['PostResponse', [['Bucket', bucket], ['ETag', quoted(etag)], ['Key', key], ['Location', location]]], headers);
    return { ...reply, status: 201 };
  }
  return emptyReply(status === '200' ? 200 : 204, headers);
}

export async function postForm(exchange: Exchange): Promise<Reply> {
  const { request, store, limits } = exchange;
  const name = request.bucket ?? '';
  checkBucketName(name);
  const bucket = requireBucket(store, name);
  const form = await readForm(exchange.body(), request.header('content-type') ?? '');
  try {
    const key = keyOf(form);
    const open = bucket.acl === 'public-read-write' && !form.fields.has('policy');
    const length = checkPolicy(form.fields, name, open ? undefined : exchange.credentials);
    const described = asHeaders(request, form);
    const metadata = metadataOf(described);
    const forbidOverwrite = forbidsOverwrite(described);
    const body = await receiveBody(form.file, store, { maximum: Math.min(limits.objectBytes, length.max) });
    const etag = body.md5.toUpperCase();
    const crc64 = body.crc64.toString();
    const modified = Date.now();
    try {
      if (body.size < length.min) throw new OssError('EntityTooSmall');
      await store.commit((changes) => {
        replaceObject(changes, { bucket, key, forbidOverwrite }, () => ({
          type: 'Normal',
          size: body.size,
          etag,
          crc64,
          md5: Buffer.from(body.md5, 'hex').toString('base64'),
          modified,
          storageClass: bucket.storageClass,
          ...metadata,
          segments: changes.adopt(body),
        }));
      });
    } catch (error) {
      await discardBody(store, body);
      throw error;
    }
    return answer(exchange, form, { bucket: name, key, etag, crc64 });
  } finally {
    // Refused or done: what the client still sends is read and dropped, or it would never hear the answer.
    form.file.resume();
  }
}
