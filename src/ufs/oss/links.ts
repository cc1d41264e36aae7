/**
 * Symbolic links of OSS: objects that stand for another one. Whoever reads one gets the other's bytes, and a HEAD tells of the other; a listing has the link's own size,
 * 0, and ETag. So those of a listing are asked for one by one.
 */
import { isAlluxioError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { forEachInParallel } from '../parallel.ts';
import type { Retry } from '../wrappers/retry.ts';
import type { ListedObject } from './listing-entries.ts';
import type { OssClient } from './oss-client.ts';
import { headObject } from './store.ts';

const ASKED_AT_ONCE = 16;
/** The listing was allowed; what a link leads to need not be. */
const FORBIDDEN = 'AccessDenied';
/** OSS follows one step: it refuses a link to a link, or to nothing. */
const LEADS_NOWHERE: readonly ErrorCode[] = ['NOT_FOUND', 'INVALID_ARGUMENT'];

export interface Following {
  readonly client: OssClient;
  readonly retry: Retry;
  readonly signal: AbortSignal;
}

/** The same objects, with what links lead to. */
export async function followLinks(following: Following, objects: readonly ListedObject[]): Promise<readonly ListedObject[]> {
  const links = objects.flatMap((object, at) => (object.link === undefined ? [] : [{ object, at }]));
  if (links.length === 0) return objects;
  const followed = [...objects];
  await forEachInParallel(links, { parallel: ASKED_AT_ONCE, signal: following.signal }, async ({ object, at }) => {
    followed[at] = await follow(following, object);
  });
  return followed;
}

async function follow({ client, retry, signal }: Following, object: ListedObject): Promise<ListedObject> {
  try {
    const found = await retry(() => headObject(client, object.key, signal), signal);
    return found === undefined ? { ...object, link: 'broken' } : { ...object, size: found.size, modifiedMs: found.modifiedMs, etag: found.etag };
  } catch (error) {
    if (isAlluxioError(error) && (LEADS_NOWHERE.includes(error.code) || error.details.code === FORBIDDEN)) return { ...object, link: 'broken' };
    throw error;
  }
}
