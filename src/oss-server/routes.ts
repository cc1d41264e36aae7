/** Which handler answers which method and sub-resource. */
import { LATER_SUBRESOURCES, SUBRESOURCES } from './auth/subresources.ts';
import { OssError } from './errors.ts';
import type { Handler } from './exchange.ts';
import { appendObject } from './handlers/append.ts';
import { bucketInfo, bucketLocation, bucketStat, deleteBucket, getBucketAcl, headBucket, listLiveChannels, putBucket, putBucketAcl } from './handlers/bucket.ts';
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

/** Stores, and then owns up that nobody was told: an answer of success would promise that the callback was made. */
function called(handler: Handler): Handler {
  return async (exchange) => {
    const reply = await handler(exchange);
    const { request } = exchange;
    if (request.header('x-oss-callback') !== undefined || request.query.has('callback')) throw new OssError('CallbackFailed');
    return reply;
  };
}

const BUCKET: Table = {
  GET: {
    acl: getBucketAcl,
    bucketInfo,
    inventory: getInventory,
    live: listLiveChannels,
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
    '': called((exchange) => (exchange.request.header('x-oss-copy-source') === undefined ? putObject(exchange) : copyObject(exchange))),
  },
  HEAD: { objectMeta: getObjectMeta, '': headObject },
  DELETE: { tagging: deleteTagging, uploadId: abortUpload, '': deleteObject },
  POST: { append: appendObject, uploads: initiateUpload, uploadId: called(completeUpload), restore: restoreObject },
};

/** Parameters that a signature covers and that only go along with a request. */
const COMPANIONS = /^(callback|callback-var|continuation-token|endTime|inventoryId|objectMeta|partNumber|position|response-.*|security-token|sequential|startTime|status|uploadId|versionId|withHashContext|x-oss-(?!async-process|process|write-get-object-response).*)$/;

/**
 * A sub-resource that is not served here must not be taken for the plain request: `PUT /bucket/key?worm` would replace the object.
 * @throws NotImplemented
 */
function refuseUnserved({ query, method }: OssRequest, served: string): void {
  const known = (name: string): boolean => SUBRESOURCES.has(name) || LATER_SUBRESOURCES.has(name);
  // A picture is read as it lies there, not as asked: clients that want it processed still work.
  const harmless = (name: string): boolean => COMPANIONS.test(name) || (name === 'x-oss-process' && method === 'GET');
  const unserved = [...query.keys()].find((name) => name !== served && known(name) && !harmless(name));
  if (unserved !== undefined) throw new OssError('NotImplemented', { message: `The sub-resource ${unserved} is not implemented by this server.` });
}

export interface Route {
  /** The parameter that chose the handler; '' for the plain request. */
  readonly subresource: string;
  readonly handler: Handler;
}

/** @throws MethodNotAllowed, NotImplemented */
export function routeOf(request: OssRequest): Route {
  const { method, bucket, key, query } = request;
  if (bucket === undefined) {
    refuseUnserved(request, 'tagging');
    if (method !== 'GET') throw new OssError('MethodNotAllowed', { extra: { Method: method, ResourceType: 'Service' } });
    return { subresource: '', handler: listBuckets };
  }
  if (key === undefined) {
    for (const name of DOCUMENT_NAMES) {
      const handler = query.has(name) ? documentHandler(method, name) : undefined;
      if (handler !== undefined) return { subresource: name, handler };
    }
  }
  // Nothing has versions, so each object has one, called null.
  if (key !== undefined && !['', 'null', undefined].includes(query.get('versionId'))) throw new OssError('NoSuchVersion');
  const row = (key === undefined ? BUCKET : OBJECT)[method];
  const subresource = Object.keys(row ?? {}).find((name) => query.has(name)) ?? '';
  refuseUnserved(request, subresource);
  const handler = row?.[subresource];
  if (handler === undefined) throw new OssError('MethodNotAllowed', { extra: { Method: method, ResourceType: key === undefined ? 'Bucket' : 'Object' } });
  return { subresource, handler };
}
