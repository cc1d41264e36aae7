/** The JSON API, files over HTTP, metrics: as a program uses them, which is a process of the same user. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peerUser } from '../../src/http/peer.ts';
import { startWebServer } from '../../src/http/server.ts';
import { at, bytes, namesIn, textOf } from '../support/file-system.ts';
import type { ServedHome } from './support.ts';
import { serveHome } from './support.ts';

type Json = Record<string, unknown>;

let home: ServedHome;
let worker: ServedHome;
let token: string;
const CONTENT = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join('');

beforeAll(async () => {
  home = await serveHome({ storage: 'oss' });
  worker = await serveHome({ role: 'worker' });
  token = (await readFile(join(home.dir, 'web-token'), 'utf8')).trim();
  for (const { fs } of [home, worker]) {
    await fs.changes.makeDirectory(at('/d'), { recursive: false });
    await fs.content.create(at('/d/f'), bytes(CONTENT), { writeType: 'CACHE_THROUGH' });
    for (let i = 0; i < 12; i++) await fs.content.create(at(`/d/part-${String(i).padStart(2, '0')}`), bytes('x'), { writeType: 'THROUGH' });
  }
});
afterAll(() => Promise.all([home.close(), worker.close()]));

async function json(path: string, served: ServedHome = home): Promise<Json> {
  const answer = await fetch(served.url + path);
  expect(answer.status, path).toBe(200);
  expect(answer.headers.get('content-type')).toContain('application/json');
  return (await answer.json()) as Json;
}

const names = (list: unknown) => (list as Json[]).map(({ name }) => name);

describe('master', () => {
  it.each<[string, string[]]>([
    ['info', ['capacity', 'configuration', 'lostWorkers', 'metrics', 'mountPoints', 'rpcAddress', 'startTimeMs', 'tierCapacity', 'ufsCapacity', 'uptimeMs', 'version', 'workers']],
    ['webui_init', ['debug', 'newerVersionAvailable', 'webFileInfoEnabled', 'securityAuthorizationPermissionEnabled', 'workerPort', 'refreshInterval', 'proxyDownloadFileApiUrl']],
    ['webui_overview', ['masterNodeAddress', 'clusterId', 'startTime', 'uptime', 'version', 'liveWorkerNodes', 'capacity', 'usedCapacity', 'freeCapacity', 'diskCapacity', 'configCheckStatus', 'storageTierInfos', 'journalDiskWarnings']],
    ['webui_browse', ['currentPath', 'currentDirectory', 'fileInfos', 'ntotalFile', 'pathInfos', 'invalidPathError', 'fatalError', 'accessControlException', 'showPermissions', 'viewingOffset']],
    ['webui_data', ['fileInfos', 'inAlluxioFileNum', 'masterNodeAddress', 'showPermissions', 'fatalError', 'permissionError']],
    ['webui_logs', ['fileInfos', 'ntotalFile', 'fatalError', 'invalidPathError', 'debug']],
    ['webui_config', ['configuration', 'whitelist']],
    ['webui_workers', ['debug', 'normalNodeInfos', 'failedNodeInfos']],
    ['webui_masters', ['debug', 'leaderMasterInfo', 'normalMasterInfos', 'failedMasterInfos']],
    ['webui_mounttable', ['debug', 'mountPointInfos']],
    ['webui_metrics', ['masterCapacityUsedPercentage', 'totalBytesReadLocal', 'totalBytesWrittenUfsThroughput', 'cacheHitLocal', 'ufsOps', 'operationMetrics', 'rpcInvocationMetrics', 'timeSeriesMetrics', 'journalDiskMetrics', 'journalLastCheckpointTime', 'journalEntriesSinceCheckpoint']],
  ])('%s has its fields', async (name, fields) => {
    const answer = await json(`/api/v1/master/${name}`);
    for (const field of fields) expect(answer, field).toHaveProperty(field);
  });

  it('browses by position', async () => {
    const page = await json('/api/v1/master/webui_browse?path=%2Fd&offset=2&limit=3');
    expect(page.ntotalFile).toBe(13);
    expect(names(page.fileInfos)).toEqual(['part-01', 'part-02', 'part-03']);
    expect(names(page.pathInfos)).toEqual(['root']);
    expect(page.currentDirectory).toMatchObject({ name: 'd', isDirectory: true, mode: 'drwxr-xr-x' });
    expect(await json('/api/v1/master/webui_browse?path=/d&offset=99')).toMatchObject({ fatalError: expect.stringContaining('beyond the end') as unknown });
    expect(await json('/api/v1/master/webui_browse?path=/d&offset=x')).toMatchObject({ fatalError: expect.stringMatching(/^Error: offset or limit parse error/) as unknown });
    expect(await json('/api/v1/master/webui_browse?path=/nowhere')).toMatchObject({ invalidPathError: 'Error: Invalid Path /nowhere' });
    expect(await json('/api/v1/master/webui_browse?path=relative')).toMatchObject({ invalidPathError: expect.stringContaining('Error: Invalid Path relative') as unknown });
  });

  it('shows a window of a file and its blocks, without caching anything', async () => {
    const file = await json('/api/v1/master/webui_browse?path=/d/f&offset=7');
    expect(file.fileData).toBe(CONTENT.slice(7));
    expect((file.fileBlocks as Json[])[0]).toMatchObject({ blockLength: 64, isInHighestTier: true });
    expect(await json('/api/v1/master/webui_browse?path=/d/f&offset=8&end=1')).toMatchObject({ fileData: CONTENT.slice(-8), viewingOffset: CONTENT.length - 8 });
    expect(await json('/api/v1/master/webui_browse?path=/d/part-00')).toMatchObject({ fileData: 'x' });
    expect((await home.fs.entries.status(at('/d/part-00'))).cachedBytes).toBe(0);
    expect(await json('/api/v1/master/webui_data')).toMatchObject({ inAlluxioFileNum: 1, fileInfos: [{ absolutePath: '/d/f', inAlluxioPercentage: 100 }] });
  });

  it('shows log files, and nothing behind a link', async () => {
    await writeFile(join(home.logs, 'master.log'), 'one\ntwo\n');
    await writeFile(join(home.logs, 'notes.txt'), 'no log');
    await symlink(join(home.dir, 'web-token'), join(home.logs, 'stolen.log'));
    await mkdir(join(home.logs, 'folder.log'));
    expect(names((await json('/api/v1/master/webui_logs')).fileInfos)).toEqual(['master.log']);
    expect(await json('/api/v1/master/webui_logs?path=../x/master.log&offset=4')).toMatchObject({ fileData: 'two\n', viewingOffset: 4 });
    expect(await json('/api/v1/master/webui_logs?path=stolen.log')).toMatchObject({ invalidPathError: 'Error: Invalid Path stolen.log' });
  });

  it('tells the log level, and sets it for whoever has the token', async () => {
    const post = (query: string, headers: Record<string, string> = {}) => fetch(`${home.url}/api/v1/master/logLevel?${query}`, { method: 'POST', headers });
    expect((await post('level=DEBUG')).status).toBe(400);
    expect((await post('logName=x&level=LOUD')).status).toBe(400);
    expect((await post('logName=x&level=DEBUG')).status).toBe(401);
    expect((await post('logName=x')).status).toBe(501);
  });

  it('answers other origins only where that is wanted', async () => {
    expect((await fetch(`${home.url}/api/v1/master/info`)).headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('worker', () => {
  it.each<[string, string[]]>([
    ['info', ['capacity', 'configuration', 'metrics', 'rpcAddress', 'startTimeMs', 'tierCapacity', 'tierPaths', 'uptimeMs', 'version']],
    ['webui_init', ['debug', 'webFileInfoEnabled', 'securityAuthorizationPermissionEnabled', 'masterHostname', 'masterPort', 'refreshInterval']],
    ['webui_overview', ['workerInfo', 'capacityBytes', 'usedBytes', 'usageOnTiers', 'storageDirs', 'version']],
    ['webui_blockinfo', ['fileInfos', 'ntotalFile', 'orderedTierAliases']],
    ['webui_blockinfo?path=/d/f', ['path', 'blockSizeBytes', 'fileBlocksOnTier']],
    ['webui_metrics', ['workerCapacityUsedPercentage', 'workerCapacityFreePercentage', 'operationMetrics']],
    ['webui_logs', ['fileInfos']],
  ])('%s has its fields', async (name, fields) => {
    const answer = await json(`/api/v1/worker/${name}`, worker);
    for (const field of fields) expect(answer, field).toHaveProperty(field);
  });

  it('has no page of the master', async () => {
    expect((await fetch(`${worker.url}/browse`)).status).toBe(404);
    expect((await fetch(`${worker.url}/api/v1/master/info`)).status).toBe(404);
  });
});

describe('metrics', () => {
  it('count what any command did', async () => {
    const counters = async () => ((await json('/metrics/json')).counters as Record<string, { count: number }>);
    const before = await counters();
    const other = await home.reopen();
    await other.changes.makeDirectory(at('/m'), { recursive: false });
    await other.content.create(at('/m/a'), bytes('a'), { writeType: 'MUST_CACHE' });
    await other.changes.rename(at('/m/a'), at('/m/b'));
    await other.storage.persist(at('/m/b'));
    await other.changes.delete(at('/m'), { recursive: true });
    const after = await counters();
    const grown = Object.fromEntries(Object.entries(after).map(([name, { count }]) => [name, count - (before[name]?.count ?? 0)]));
    expect(grown).toMatchObject({ 'Master.DirectoriesCreated': 1, 'Master.FilesCreated': 1, 'Master.PathsRenamed': 1, 'Master.FilesPersisted': 1, 'Master.PathsDeleted': 2, 'Worker.BlocksAdded': 1, 'Worker.BytesCached': 1 });
  });

  it('are Dropwizard JSON, and text that Prometheus reads', async () => {
    const document = await json('/metrics/json/');
    expect(document).toMatchObject({ version: '4.0.0', histograms: {}, meters: {}, timers: {} });
    expect(document.gauges).toHaveProperty(['Cluster.CapacityTotal', 'value']);
    home.says.jobs.push({ name: 'persist', lastRunMs: 5, lastFailure: undefined, backlog: 7, done: 3 });
    const text = await (await fetch(`${home.url}/metrics/prometheus/`)).text();
    expect(text).toContain('# TYPE Master_TotalPaths gauge');
    expect(text).toMatch(/^Master_FilesCreated \d+$/m);
    expect(text).toContain('Job_Backlog{job="persist"} 7');
    for (const line of text.trim().split('\n')) expect(line).toMatch(/^(?:# (?:HELP|TYPE) .+|[a-zA-Z_:][\w:]*(?:\{[^}]*\})? [-+\d.eE]+|)$/);
  });

  it('have a history', async () => {
    const history = await json('/metrics/series');
    expect(history).toMatchObject({ timesMs: expect.any(Array) as unknown, values: { cacheUsed: expect.any(Array) as unknown } });
  });
});

describe('files over HTTP', () => {
  const url = (path: string, operation: string) => `${home.url}/api/v1/paths/${encodeURIComponent(path)}/${operation}`;
  const post = (path: string, operation: string, body?: unknown, raw?: string) =>
    fetch(url(path, operation), { method: 'POST', headers: { authorization: `Bearer ${token}` }, ...(body === undefined && raw === undefined ? {} : { body: raw ?? JSON.stringify(body) }) });

  it('downloads whole files and ranges', async () => {
    const get = (headers: Record<string, string> = {}) => fetch(url('/d/f', 'download-file'), { headers });
    const whole = await get();
    expect(await whole.text()).toBe(CONTENT);
    expect(whole.headers.get('content-length')).toBe(String(CONTENT.length));
    expect(whole.headers.get('content-disposition')).toBe(`attachment; filename="f"; filename*=UTF-8''f`);
    expect(whole.headers.get('content-type')).toBe('application/octet-stream');
    for (const [range, from, to] of [['bytes=0-0', 0, 1], ['bytes=60-130', 60, 131], ['bytes=100-', 100, CONTENT.length], ['bytes=-5', CONTENT.length - 5, CONTENT.length], ['bytes=10-99999', 10, CONTENT.length]] as const) {
      const part = await get({ range });
      expect(part.status, range).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${CONTENT.length}`);
      expect(await part.text()).toBe(CONTENT.slice(from, to));
    }
    const beyond = await get({ range: 'bytes=99999-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${CONTENT.length}`]);
    for (const range of ['bytes=5-2', 'bytes=0-1,4-5', 'lines=1-2', 'bytes=-']) expect((await get({ range })).status, range).toBe(200);
    const etag = whole.headers.get('etag') ?? '';
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200);
    const head = await fetch(url('/d/f', 'download-file'), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, String(CONTENT.length), '']);
    expect((await fetch(url('/d', 'download-file'))).status).toBe(409);
  });

  it('lists and tells the status', async () => {
    const list = (await (await post('/d', 'list-status')).json()) as Json[];
    expect(list).toHaveLength(13);
    expect(list[0]).toMatchObject({ name: 'f', path: '/d/f', length: CONTENT.length, folder: false, persisted: true, mode: 0o644 });
    expect(names(await (await post('/', 'list-status', { recursive: true })).json())).toContain('part-11');
    expect(names(await (await fetch(`${home.url}/api/v1/paths//d/list-status?limit=2&after=f`)).json())).toEqual(['part-00', 'part-01']);
    expect(await (await fetch(`${home.url}/api/v1/paths//d/f/get-status`)).json()).toMatchObject({ path: '/d/f' });
    expect(await (await post('/d/f', 'exists')).json()).toBe(true);
    expect(await (await post('/d/g', 'exists')).json()).toBe(false);
    expect((await post('/d/g', 'get-status')).status).toBe(404);
    expect((await post('/d', 'list-status', { recursve: true })).status).toBe(400);
    expect((await post('/d', 'list-status', undefined, '[1')).status).toBe(400);
    expect((await post('/d', 'dance')).status).toBe(404);
  });

  it('writes with the token', async () => {
    const expectDone = async (answer: Response) => expect([answer.status, await answer.text()]).toEqual([204, '']);
    await expectDone(await post('/w/x', 'create-directory', { recursive: true }));
    await expectDone(await post('/w/x', 'create-directory', { allowExists: true }));
    expect((await post('/w/x', 'create-directory')).status).toBe(409);
    const uploaded = await post('/w/x/f', 'upload-file?writeType=CACHE_THROUGH', undefined, CONTENT);
    expect([uploaded.status, ((await uploaded.json()) as Json).length]).toEqual([201, CONTENT.length]);
    expect(await textOf(home.fs.content.open(at('/w/x/f')))).toBe(CONTENT);
    expect((await post('/w/x/f', 'upload-file', undefined, 'again')).status).toBe(409);
    await expectDone(await post('/w/x/f', 'rename?dst=%2Fw%2Fg'));
    await expectDone(await post('/w/g', 'set-attribute', { pinned: true, mode: 0o600, ttl: 86_400_000, ttlAction: 'FREE' }));
    expect(await home.fs.entries.status(at('/w/g'))).toMatchObject({ pinned: true, mode: 0o600, ttlMs: 86_400_000, ttlAction: 'FREE' });
    await expectDone(await post('/w/g', 'free', { forced: true }));
    expect((await home.fs.entries.status(at('/w/g'))).cachedBytes).toBe(0);
    expect((await post('/w', 'delete')).status).toBe(409);
    await expectDone(await post('/w', 'delete', { recursive: true }));
    expect(await home.fs.entries.exists(at('/w'))).toBe(false);
    expect((await fetch(url('/d/f', 'delete'), { headers: { authorization: `Bearer ${token}` } })).status).toBe(400);
  });

  it('keeps what it deletes in the trash, where there is one', async () => {
    const kept = await serveHome({ properties: { 'alluxio.user.trash.interval': '1h' } });
    try {
      // Made as the server starts, and not waited for by it.
      await expect.poll(() => readFile(join(kept.dir, 'web-token'), 'utf8').catch(() => '')).not.toBe('');
      const authorization = `Bearer ${(await readFile(join(kept.dir, 'web-token'), 'utf8')).trim()}`;
      const remove = async (path: string, options: unknown) => (await fetch(`${kept.url}/api/v1/paths/${path}/delete`, { method: 'POST', headers: { authorization }, body: JSON.stringify(options) })).status;
      for (const path of ['/a', '/b']) await kept.fs.content.create(at(path), bytes(CONTENT), { writeType: 'CACHE_THROUGH' });
      expect([await remove('/a', {}), await remove('/b', { skipTrash: true })]).toEqual([204, 204]);
      const left = await namesIn(kept.fs, '/', true);
      expect(left.filter((path) => !path.startsWith('/.Trash/'))).toEqual(['/.Trash']);
      const [found, ...more] = left.filter((path) => /\/[ab]$/.test(path));
      expect([found, more]).toEqual([expect.stringMatching(/^\/\.Trash\/[^/]+\/\d{8}-\d{6}-[^/]+\/a$/), []]);
      expect(await textOf(kept.fs.content.open(at(found ?? '')))).toBe(CONTENT);
    } finally {
      await kept.close();
    }
  });

  it('leaves nothing of an upload whose sender hung up', async () => {
    const socket = connect(home.port, '127.0.0.1');
    socket.write(`POST /api/v1/paths//d/half/upload-file HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-length: 1000\r\n\r\nonly this`);
    await expect.poll(async () => (await home.fs.watch()).operations().length).toBe(1);
    socket.destroy();
    await expect.poll(async () => (await home.fs.watch()).operations().length).toBe(0);
    expect(await home.fs.entries.exists(at('/d/half'))).toBe(false);
  });

  it.each(['<script>alert(1)</script>', 'a&b=c?d#e', '100%', '%2e%2e', 'line\nbreak', '日本語 🚀', 'back\\slash', "it's \"quoted\""])('knows a file by any name: %s', async (name) => {
    const path = `/d/${name}`.replace('</script>', '<script>');
    await home.fs.content.create(at(path), bytes('named'), { writeType: 'MUST_CACHE' });
    expect(await (await fetch(url(path, 'get-status'))).json()).toMatchObject({ path });
    const got = await fetch(url(path, 'download-file'));
    expect(await got.text()).toBe('named');
    expect(decodeURIComponent(got.headers.get('content-disposition')?.split("UTF-8''")[1] ?? '')).toBe(path.slice(3));
    expect(await json(`/api/v1/master/webui_browse?path=${encodeURIComponent(path)}`)).toMatchObject({ fileData: 'named', currentPath: path });
    const page = await (await fetch(`${home.url}/browse?path=%2Fd`)).text();
    expect(page).not.toContain('<script>alert');
    expect((await post(path, 'delete')).status).toBe(204);
  });
});

it('refuses a port that is taken, and an address that is not of this machine', async () => {
  const { resident } = home;
  await expect(startWebServer(resident, { host: '127.0.0.1', port: home.port })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: `Port ${home.port} of 127.0.0.1 is taken by another process.` });
  await expect(startWebServer(resident, { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
});

it.each(['127.0.0.1', '::1'])('knows whose process is at the other end on %s', async (host) => {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, host);
  const [socket] = (await once(server, 'connection')) as [Socket];
  expect(await peerUser(socket)).toBe(process.getuid?.());
  client.destroy();
  expect(await peerUser(new (await import('node:net')).Socket())).toBeUndefined();
  server.close();
});

it('shows what is known while the storage does not answer, without letting the reader wait', async () => {
  const cut = await serveHome({ storage: 'oss', properties: { 'fs.oss.endpoint': 'http://127.0.0.1:9' } });
  try {
    await cut.fs.content.create(at('/here'), bytes('here'), { writeType: 'MUST_CACHE' });
    const started = performance.now();
    const page = await fetch(`${cut.url}/browse`);
    expect(performance.now() - started).toBeLessThan(5_000);
    const text = await page.text();
    expect(text).toContain('/browse?path=%2Fhere');
    expect(text).toMatch(/still being read|does not answer/);
    expect((await fetch(`${cut.url}/overview`)).status).toBe(200);
    expect(cut.logged).toEqual([]);
  } finally {
    await cut.close();
  }
});
