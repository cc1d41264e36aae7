import { isAlluxioError } from '../../errors.ts';
import type { FileStatus } from '../../filesystem/file-system.ts';
import { isFullyCached } from '../../filesystem/status.ts';
import type { AlluxioPath } from '../../uri.ts';
import { card, sizeText } from '../../web/parts.ts';
import { html } from '../../web/html.ts';
import type { Page } from '../../web/layout.ts';
import { LIMITS, cachedPage, directoryPage } from '../../web/pages/browse.ts';
import type { FileView } from '../../web/pages/file.ts';
import { MOST_BLOCKS, WINDOW_BYTES, blockTable, filePage } from '../../web/pages/file.ts';
import { logPage, logsPage } from '../../web/pages/observe.ts';
import { KNOWN, LIST, READ, requireFileInfo, requireOwner, requireReadable, syncFor } from '../access.ts';
import type { Reader } from '../access.ts';
import { permissionsShown } from '../api/master.ts';
import { readWindow } from '../gather/content.ts';
import { hiderOf } from '../hiding.ts';
import { listLogs, readLog } from '../gather/logs.ts';
import { numberParam, paramsOf, pathParam } from '../params.ts';
import type { Params } from '../params.ts';
import type { Site, SiteContext } from '../site.ts';
import { datesOf } from '../texts.ts';
import type { WatchedFileSystem } from '../served.ts';

export async function browsePage(site: Site, c: SiteContext): Promise<Page> {
  const { fs, config } = site.resident;
  const reader = c.get('reader');
  const params = paramsOf(c);
  const path = pathParam(params);
  requireFileInfo(config, reader);
  requireReadable(fs, reader, path, 0);
  const status = await fs.entries.status(path, syncFor(reader));
  requireReadable(fs, reader, path, status.directory ? LIST : 0);
  const hide = hiderOf(c);
  return status.directory ? directory(site, { path, params, reader, hide }) : file(site, { status, params, reader, hide });
}

interface Looking {
  readonly params: Params;
  readonly reader: Reader;
  readonly hide: (text: string) => string;
}

async function directory(site: Site, { path, params, reader, hide }: Looking & { path: AlluxioPath }): Promise<Page> {
  const { fs, config } = site.resident;
  const fresh = reader === 'anybody' ? undefined : await site.refresher.refresh(path);
  const wanted = numberParam(params, 'limit', LIMITS[1]);
  const limit = LIMITS.find((size) => size === wanted) ?? LIMITS[1];
  const [after, from, before] = ['after', 'from', 'before'].map((name) => params.get(name) || undefined);
  const [status, page] = await Promise.all([
    fs.entries.status(path, KNOWN),
    fs.entries.page(path, { limit, ...(after === undefined ? {} : { after }), ...(from === undefined ? {} : { from }), ...(before === undefined ? {} : { before }) }, KNOWN),
  ]);
  const position = numberParam(params, 'n', -1);
  const known = page.previous === undefined && page.entries.length > 0 ? 0 : position < 0 || position + page.entries.length > status.childCount ? undefined : position;
  return directoryPage({
    status,
    entries: page.entries,
    next: page.next,
    previous: page.previous,
    from: from === undefined ? undefined : hide(from),
    position: known,
    limit,
    showOwners: permissionsShown(config),
    stale: fresh === undefined || fresh.state === 'fresh' ? undefined : fresh.state === 'loading' ? { kind: 'loading' } : { kind: 'failed', why: hide(fresh.why) },
    date: datesOf(config),
  });
}

async function file(site: Site, { status, params, reader, hide }: Looking & { status: FileStatus }): Promise<Page> {
  const { fs, config } = site.resident;
  const fromEnd = (params.get('end') ?? '') !== '';
  const [content, blocks] = await Promise.all([contentOf(fs, status, { reader, offset: numberParam(params, 'offset', 0), fromEnd, hide }), fs.entries.blocks(status.path)]);
  return filePage({ status, content, blocks: blocks.slice(0, MOST_BLOCKS), blockCount: blocks.length, date: datesOf(config) });
}

/** A file whose bytes cannot be had is still a file to be shown. */
async function contentOf(fs: WatchedFileSystem, status: FileStatus, { reader, offset, fromEnd, hide }: Omit<Looking, 'params'> & { offset: number; fromEnd: boolean }): Promise<FileView['content']> {
  try {
    requireReadable(fs, reader, status.path, READ);
    const window = await readWindow(fs, status, { offset, fromEnd, bytes: WINDOW_BYTES });
    return { ...window, size: status.length, fromEnd };
  } catch (error) {
    if (!isAlluxioError(error) || error.code === 'INTERNAL') throw error;
    return { why: hide(error.message) };
  }
}

const CACHED_ROWS = 100;

export function dataPage(site: Site, c: SiteContext): Page {
  return cached(site, c, { route: '/data', title: 'In-Alluxio Data', lead: 'Files that are in the cache as a whole', wanted: isFullyCached });
}

function cached(site: Site, c: SiteContext, what: { route: string; title: string; lead: string; wanted: (file: FileStatus) => boolean }): Page {
  const { fs, config } = site.resident;
  const reader = c.get('reader');
  requireFileInfo(config, reader);
  let after = paramsOf(c).get('after');
  const first = after === undefined;
  const files: FileStatus[] = [];
  // Some pages hold nothing that is wanted, or may be seen: a few of them are passed over.
  for (let looks = 0; looks < 10; looks++) {
    const page = fs.watch.cached({ limit: CACHED_ROWS - files.length, ...(after === undefined ? {} : { after }) });
    files.push(...page.files.filter((status) => what.wanted(status) && (reader !== 'anybody' || fs.watch.openToAll(status.path, READ))));
    after = page.next;
    if (after === undefined || files.length >= CACHED_ROWS) break;
  }
  return cachedPage({ ...what, files, next: after, first, showOwners: permissionsShown(config), date: datesOf(config) });
}

export async function blockInfoPage(site: Site, c: SiteContext): Promise<Page> {
  const { fs, config } = site.resident;
  const reader = c.get('reader');
  const params = paramsOf(c);
  if ((params.get('path') ?? '') === '') return cached(site, c, { route: '/blockInfo', title: 'Blocks', lead: 'Files with blocks in this cache', wanted: () => true });
  requireFileInfo(config, reader);
  const path = pathParam(params);
  requireReadable(fs, reader, path, READ);
  const [status, blocks] = await Promise.all([fs.entries.status(path, KNOWN), fs.entries.blocks(path)]);
  const here = blocks.filter(({ tier }) => tier !== undefined);
  return {
    route: '/blockInfo',
    title: status.name,
    lead: html`<a href="/blockInfo">All files</a>`,
    body: html`${card('Blocks of this file in the cache', blockTable(here.slice(0, MOST_BLOCKS), here.length), html`<span class="muted">Block size ${sizeText(status.blockSize)}</span>`)}`,
  };
}

export async function logPages(site: Site, c: SiteContext): Promise<Page> {
  const { resident } = site;
  requireFileInfo(resident.config, c.get('reader'));
  requireOwner(c.get('reader'), 'Logs are');
  const params = paramsOf(c);
  const path = params.get('path') ?? '';
  const date = datesOf(resident.config);
  if (path === '') {
    const rows = (await listLogs(resident.logs)).map(({ modifiedMs, ...row }) => ({ ...row, modified: { ms: modifiedMs, text: date(modifiedMs) } }));
    return logsPage(resident.logs, rows);
  }
  const fromEnd = (params.get('end') ?? '') !== '';
  const window = await readLog(resident.logs, { path, offset: numberParam(params, 'offset', 0), fromEnd, bytes: WINDOW_BYTES });
  return logPage(window.name, { ...window, fromEnd });
}
