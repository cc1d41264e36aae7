/** The `webui_*` answers that show files, cached data and logs. What the asker got wrong stands in the payload, with HTTP status 200, as Alluxio has it. */
import { ERROR_TABLE, isAlluxioError } from '../../errors.ts';
import type { AlluxioError } from '../../errors.ts';
import type { FileStatus } from '../../filesystem/file-system.ts';
import { formatSize } from '../../terminal/size.ts';
import { ROOT, componentsOf, joinPath } from '../../uri.ts';
import type { Reader } from '../access.ts';
import { KNOWN, LIST, READ, requireFileInfo, requireOwner, requireReadable, syncFor } from '../access.ts';
import { readWindow } from '../gather/content.ts';
import { listLogs, readLog } from '../gather/logs.ts';
import type { Params } from '../params.ts';
import { numberParam, pathParam } from '../params.ts';
import type { Site } from '../site.ts';
import { datesOf } from '../texts.ts';
import { permissionsShown } from './master.ts';
import { blockRecord, fileRecord } from './records.ts';
import type { WatchedFileSystem } from '../served.ts';

const WINDOW_BYTES = 5 * 1024;
const MOST = 1_000;

export interface Asked {
  readonly params: Params;
  readonly reader: Reader;
  /** Of what is told of a request that failed. */
  readonly hide: (text: string) => string;
}

type Payload = Record<string, unknown>;

function slots(site: Site): Payload {
  const { config, process: own } = site.resident;
  return {
    debug: config.boolean('alluxio.debug'),
    showPermissions: permissionsShown(config),
    masterNodeAddress: `${own.identity.host}:${config.integer('alluxio.master.rpc.port')}`,
    fatalError: '',
    invalidPathError: '',
    permissionError: '',
    fileDoesNotExistException: '',
    invalidPathException: '',
    accessControlException: '',
  };
}

/** The error of the asker in its slot; anything else is thrown on. */
async function answered(payload: Payload, { path, hide }: { path: string; hide: Asked['hide'] }, work: () => Promise<Payload>): Promise<Payload> {
  try {
    return { ...payload, ...(await work()) };
  } catch (error) {
    if (!isAlluxioError(error) || ERROR_TABLE[error.code].httpStatus >= 500) throw error;
    const told = Object.entries({ ...payload, ...slotOf(error, path) });
    return Object.fromEntries(told.map(([name, value]) => [name, typeof value === 'string' ? hide(value) : value]));
  }
}

function slotOf(error: AlluxioError, path: string): Payload {
  if (error.code === 'NOT_FOUND') return { invalidPathError: `Error: Invalid Path ${path}`, fileDoesNotExistException: error.message };
  if (error.code === 'PERMISSION_DENIED') return { accessControlException: error.message, permissionError: error.message };
  if (error.message.endsWith('is not a whole number.')) return { fatalError: `Error: offset or limit parse error, ${error.message}` };
  return { invalidPathError: `Error: Invalid Path ${path} ${error.message}`, invalidPathException: error.message };
}

export function browse(site: Site, asked: Asked): Promise<Payload> {
  const { params, reader } = asked;
  const { fs, config } = site.resident;
  const typed = params.get('path') ?? '/';
  return answered({ ...slots(site), currentPath: typed, viewingOffset: 0 }, { path: typed, hide: asked.hide }, async () => {
    requireFileInfo(config, reader);
    const path = pathParam(params);
    requireReadable(fs, reader, path, 0);
    const status = await fs.entries.status(path, syncFor(reader));
    requireReadable(fs, reader, path, status.directory ? LIST : READ);
    const common = { currentPath: path, currentDirectory: record(site, status), blockSizeBytes: formatSize(config.bytes('alluxio.user.block.size.bytes.default')) };
    return { ...common, ...(await (status.directory ? directory : file)(site, asked, status)) };
  });
}

async function directory(site: Site, { params, reader }: Asked, status: FileStatus): Promise<Payload> {
  const [offset, limit] = [numberParam(params, 'offset', 0), Math.min(numberParam(params, 'limit', 20), MOST)];
  const { fs } = site.resident;
  if (reader !== 'anybody') await site.refresher.refresh(status.path);
  const total = (await fs.entries.status(status.path, KNOWN)).childCount;
  if (offset > 0 && offset >= total) return { fatalError: `Error: offset ${offset} is beyond the end of the listing, which has ${total}`, ntotalFile: total };
  // A position, not a name, is what Alluxio's clients know.
  const { entries } = await fs.entries.page(status.path, { limit, offset }, KNOWN);
  const crumbs: FileStatus[] = [];
  let at = ROOT;
  for (const name of status.path === ROOT ? [] : ['', ...componentsOf(status.path).slice(0, -1)]) {
    at = name === '' ? ROOT : joinPath(at, name);
    crumbs.push(await fs.entries.status(at, KNOWN));
  }
  return { fileInfos: entries.map((entry) => record(site, entry)), ntotalFile: total, pathInfos: crumbs.map((crumb) => record(site, crumb)) };
}

async function file(site: Site, { params }: Asked, status: FileStatus): Promise<Payload> {
  const { fs, process: own } = site.resident;
  const wanted = { offset: numberParam(params, 'offset', 0), fromEnd: (params.get('end') ?? '') !== '', bytes: WINDOW_BYTES };
  const [window, blocks, tiers] = await Promise.all([readWindow(fs, status, wanted), fs.entries.blocks(status.path), fs.storage.capacity()]);
  const highest = tiers[0]?.tier ?? '';
  return {
    fileData: window.bytes.toString('utf8'),
    viewingOffset: window.offset,
    blockSizeBytes: formatSize(status.blockSize),
    fileBlocks: blocks.map((block) => blockRecord(block, highest, own.identity.host)),
    highestTierAlias: highest,
    fileInfos: [],
    ntotalFile: 0,
  };
}

function record(site: Site, status: FileStatus): Payload {
  return fileRecord(status, { dates: datesOf(site.resident.config), host: site.resident.process.identity.host });
}

/** Files that are wholly in the cache (`all`: with any bytes there); of those that the reader may see. */
export async function* cachedFiles(fs: WatchedFileSystem, reader: Reader, all: boolean): AsyncGenerator<FileStatus> {
  let after: string | undefined;
  do {
    const page = fs.watch.cached({ limit: MOST, ...(after === undefined ? {} : { after }) });
    for (const status of page.files) {
      if (!all && status.cachedBytes < status.length) continue;
      if (reader !== 'anybody' || fs.watch.openToAll(status.path, READ)) yield status;
    }
    after = page.next;
    await new Promise((resolve) => setImmediate(resolve));
  } while (after !== undefined);
}

export function data(site: Site, asked: Asked): Promise<Payload> {
  return answered(slots(site), { path: '', hide: asked.hide }, async () => {
    const { page, total } = await cachedPage(site, asked, false);
    return { fileInfos: page.map((status) => record(site, status)), inAlluxioFileNum: total };
  });
}

async function cachedPage(site: Site, { params, reader }: Asked, all: boolean): Promise<{ page: FileStatus[]; total: number }> {
  requireFileInfo(site.resident.config, reader);
  const [offset, limit] = [numberParam(params, 'offset', 0), Math.min(numberParam(params, 'limit', 20), MOST)];
  const page: FileStatus[] = [];
  let total = 0;
  for await (const status of cachedFiles(site.resident.fs, reader, all)) {
    if (total >= offset && page.length < limit) page.push(status);
    total++;
  }
  return { page, total };
}

/** The worker's: files with blocks here, or with a path the blocks of one. */
export function blockInfo(site: Site, asked: Asked): Promise<Payload> {
  const { fs } = site.resident;
  const typed = asked.params.get('path') ?? '';
  return answered(slots(site), { path: typed, hide: asked.hide }, async () => {
    const aliases = (await fs.storage.capacity()).map(({ tier }) => tier);
    if (typed === '') {
      const { page, total } = await cachedPage(site, asked, true);
      return { fileInfos: page.map((status) => record(site, status)), ntotalFile: total, orderedTierAliases: aliases };
    }
    requireFileInfo(site.resident.config, asked.reader);
    const path = pathParam(asked.params);
    requireReadable(fs, asked.reader, path, READ);
    const [status, blocks] = await Promise.all([fs.entries.status(path, KNOWN), fs.entries.blocks(path)]);
    const onTiers = aliases.map((tier) => ({ [tier]: blocks.filter((block) => block.tier === tier).map((block) => blockRecord(block, aliases[0] ?? '', site.resident.process.identity.host)) }));
    return { path, blockSizeBytes: formatSize(status.blockSize), fileBlocksOnTier: onTiers, orderedTierAliases: aliases };
  });
}

export function logs(site: Site, { params, reader, hide }: Asked): Promise<Payload> {
  const { resident } = site;
  const typed = params.get('path') ?? '';
  return answered(slots(site), { path: typed, hide }, async () => {
    requireFileInfo(resident.config, reader);
    requireOwner(reader, 'Logs are');
    const [offset, limit] = [numberParam(params, 'offset', 0), Math.min(numberParam(params, 'limit', 20), MOST)];
    if (typed === '') {
      const all = await listLogs(resident.logs);
      const dates = datesOf(resident.config);
      const infos = all.slice(offset, offset + limit).map(({ name, size, modifiedMs }) => ({ name, absolutePath: name, size: formatSize(size), modificationTime: dates(modifiedMs), isDirectory: false }));
      return { fileInfos: infos, ntotalFile: all.length };
    }
    const window = await readLog(resident.logs, { path: typed, offset, fromEnd: (params.get('end') ?? '') !== '', bytes: WINDOW_BYTES });
    return { currentPath: window.name, fileData: window.bytes.toString('utf8'), viewingOffset: window.offset };
  });
}
