/** `get-status`, `list-status`, `exists`, `download-file`: for whom access.ts lets read. */
import type { FileStatus } from '../../filesystem/file-system.ts';
import { cachedPercent } from '../../filesystem/status-text.ts';
import type { AlluxioPath } from '../../uri.ts';
import { LIST, READ, requireFileInfo, requireOwner, requireReadable, syncFor } from '../access.ts';
import type { Reader } from '../access.ts';
import { numberParam, paramsOf } from '../params.ts';
import type { Site, SiteContext } from '../site.ts';
import { download } from './download.ts';
import { readOptions } from './options.ts';

export interface PathRequest {
  readonly c: SiteContext;
  readonly site: Site;
  readonly path: AlluxioPath;
}

type Handler = (request: PathRequest) => Promise<Response>;

export const READING: Readonly<Record<string, Handler>> = {
  'get-status': async ({ c, site, path }) => {
    await readOptions(c, []);
    return c.json(statusInfo(await readable(site, path, { reader: c.get('reader'), bits: 0 })));
  },
  'exists': async ({ c, site, path }) => {
    await readOptions(c, []);
    const reader = c.get('reader');
    requireFileInfo(site.resident.config, reader);
    // Who may not see a path is told the same as for one that is not there.
    if (reader === 'anybody' && !site.resident.fs.watch.openToAll(path, 0)) return c.json(false);
    return c.json(await site.resident.fs.entries.exists(path, syncFor(reader)));
  },
  'list-status': listStatus,
  'download-file': async ({ c, site, path }) => download(c, site.resident.fs, await readable(site, path, { reader: c.get('reader'), bits: READ })),
};

/** @throws PERMISSION_DENIED, NOT_FOUND */
async function readable(site: Site, path: AlluxioPath, { reader, bits }: { reader: Reader; bits: number }): Promise<FileStatus> {
  requireFileInfo(site.resident.config, reader);
  requireReadable(site.resident.fs, reader, path, bits);
  return site.resident.fs.entries.status(path, syncFor(reader));
}

const MOST = 10_000;

/** With `?limit=` one page, from after the name `?after=`; else everything, as a stream. */
async function listStatus({ c, site, path }: PathRequest): Promise<Response> {
  const options = await readOptions(c, ['recursive']);
  const { fs } = site.resident;
  const reader = c.get('reader');
  const status = await readable(site, path, { reader, bits: 0 });
  requireReadable(fs, reader, path, status.directory ? LIST : READ);
  const params = paramsOf(c);
  const sync = syncFor(reader);
  if (params.has('limit') || params.has('after')) {
    const after = params.get('after');
    const limit = Math.min(Math.max(numberParam(params, 'limit', 1_000), 1), MOST);
    const page = await fs.entries.page(path, { limit, ...(after === undefined ? {} : { after }) }, sync);
    return c.json(page.entries.map(statusInfo));
  }
  const recursive = options.flag('recursive') === true;
  // What lies below may be closed to everybody.
  if (recursive) requireOwner(reader, 'Recursive listings are');
  const batches = fs.entries.list(path, { ...sync, recursive, signal: c.req.raw.signal })[Symbol.asyncIterator]();
  const first = await batches.next();
  return new Response(jsonArray(first, batches), { headers: { 'content-type': 'application/json' } });
}

function jsonArray(first: IteratorResult<readonly FileStatus[]>, batches: AsyncIterator<readonly FileStatus[]>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next = first;
  let lead = '[';
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (next.done === true) {
          controller.enqueue(encoder.encode(lead === '[' ? '[]' : ']'));
          return controller.close();
        }
        const items = next.value.map((status) => JSON.stringify(statusInfo(status))).join(',');
        if (items !== '') {
          controller.enqueue(encoder.encode(lead + items));
          lead = ',';
        } else controller.enqueue(new Uint8Array(0));
        next = await batches.next();
      },
      cancel: async () => void (await batches.return?.()),
    },
    { highWaterMark: 0 },
  );
}

/** Alluxio's FileInfo. */
export function statusInfo(status: FileStatus): Record<string, unknown> {
  return {
    fileId: status.id,
    name: status.name,
    path: status.path,
    ufsPath: status.ufsPath,
    length: status.length,
    blockSizeBytes: status.blockSize,
    creationTimeMs: status.createdMs,
    lastModificationTimeMs: status.modifiedMs,
    completed: true,
    folder: status.directory,
    pinned: status.pinned,
    cacheable: true,
    persisted: status.persistence === 'PERSISTED',
    persistenceState: status.persistence,
    mountPoint: status.mountPoint,
    mountId: status.mountId,
    owner: status.owner,
    group: status.group,
    mode: status.mode,
    ttl: status.ttlMs,
    ttlAction: status.ttlAction,
    inAlluxioPercentage: status.directory ? 0 : cachedPercent(status),
    inMemoryPercentage: status.directory ? 0 : cachedPercent(status),
  };
}

