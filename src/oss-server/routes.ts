/** Which handler answers which method and sub-resource. */
import { OssError } from './errors.ts';
import type { Handler } from './exchange.ts';
import { appendObject } from './handlers/append.ts';
import { bucketInfo, bucketLocation, bucketStat, deleteBucket, getBucketAcl, headBucket, putBucket, putBucketAcl } from './handlers/bucket.ts';
import { DOCUMENT_NAMES, documentHandler } from './handlers/bucketConfig.ts';
import { copyObject } from './handlers/copy.ts';
import { deleteInventory, getInventory, putInventory } from './handlers/inventory.ts';
import { listObjects, listObjectsV2, listVersions } from './handlers/list.ts';
import { abortUpload, initiateUpload, uploadPart, uploadPartCopy } from './handlers/multipart.ts';
import { completeUpload } from './handlers/multipartComplete.ts';
import { listParts, listUploads } from './handlers/multipartList.ts';
import { deleteMultiple, deleteObject } from './handlers/objectDelete.ts';
import { getObject, getObjectMeta, headObject } from './handlers/objectGet.ts';
import { deleteTagging, getObjectAcl, getSymlink, getTagging, putObjectAcl, putSymlink, putTagging, restoreObject } from './handlers/objectMeta.ts';
import { putObject } from './handlers/objectPut.ts';
import { postForm } from './handlers/postForm.ts';
import { listBuckets } from './handlers/service.ts';
import type { OssRequest } from './request.ts';

/** By method, then by the first of these parameters that the request has; '' is the plain request. */
type Table = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

const BUCKET: Table = {
  GET: {
    acl: getBucketAcl,
    bucketInfo,
    inventory: getInventory,
    location: bucketLocation,
    stat: bucketStat,
    uploads: listUploads,
    versions: listVersions,
    'list-type': (exchange) => (exchange.request.query.get('list-type') === '2' ? listObjectsV2(exchange) : listObjects(exchange)),
    '': listObjects,
  },
  PUT: { acl: putBucketAcl, inventory: putInventory, '': putBucket },
  HEAD: { '': headBucket },
  DELETE: { inventory: deleteInventory, '': deleteBucket },
  POST: { delete: deleteMultiple, '': postForm },
};

const OBJECT: Table = {
  GET: { acl: getObjectAcl, tagging: getTagging, symlink: getSymlink, uploadId: listParts, '': getObject },
  PUT: {
    acl: putObjectAcl,
    tagging: putTagging,
    symlink: putSymlink,
    partNumber: (exchange) => (exchange.request.header('x-oss-copy-source') === undefined ? uploadPart(exchange) : uploadPartCopy(exchange)),
    '': (exchange) => (exchange.request.header('x-oss-copy-source') === undefined ? putObject(exchange) : copyObject(exchange)),
  },
  HEAD: { objectMeta: getObjectMeta, '': headObject },
  DELETE: { tagging: deleteTagging, uploadId: abortUpload, '': deleteObject },
  POST: { append: appendObject, uploads: initiateUpload, uploadId: completeUpload, restore: restoreObject },
};

/** Sub-resources of a bucket that are known to OSS but not here: answering the list instead would mislead. */
const UNKNOWN = ['worm', 'replication', 'replicationLocation', 'replicationProgress', 'cname', 'metaQuery', 'live', 'accessMonitor', 'resourceGroup', 'qosInfo', 'style'];

export interface Route {
  /** The parameter that chose the handler; '' for the plain request. */
  readonly subresource: string;
  readonly handler: Handler;
}

/** @throws MethodNotAllowed, NotImplemented */
export function routeOf(request: OssRequest): Route {
  const { method, bucket, key, query } = request;
  if (bucket === undefined) {
    if (method !== 'GET') throw new OssError('MethodNotAllowed', { extra: { Method: method, ResourceType: 'Service' } });
    return { subresource: '', handler: listBuckets };
  }
  if (key === undefined) {
    for (const name of DOCUMENT_NAMES) {
      const handler = query.has(name) ? documentHandler(method, name) : undefined;
      if (handler !== undefined) return { subresource: name, handler };
    }
    const missing = UNKNOWN.find((name) => query.has(name));
    if (missing !== undefined) throw new OssError('NotImplemented', { message: `The sub-resource ${missing} is not implemented by this server.` });
  }
  const row = (key === undefined ? BUCKET : OBJECT)[method];
  const subresource = Object.keys(row ?? {}).find((name) => query.has(name)) ?? '';
  const handler = row?.[subresource];
  if (handler === undefined) throw new OssError('MethodNotAllowed', { extra: { Method: method, ResourceType: key === undefined ? 'Bucket' : 'Object' } });
  return { subresource, handler };
}
