/** What master and worker do in the background, at real processes: nothing is lost when they are killed, and nobody waits for them. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { configOf } from '../support/config.ts';
import { keysIn } from '../support/file-system.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import { FREE_PORTS, killResidents, masterOf, startScript, until, workerOf } from '../support/residents.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { uploadsOf } from '../../src/ufs/oss/uploads.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import type { Ufs } from '../../src/ufs/ufs.ts';
import { UfsUri } from '../../src/uri.ts';

const FILES = 30;
/** What nobody finishes goes soon. */
const CLEANED = { 'alluxio.underfs.cleanup.enabled': 'true', 'alluxio.underfs.cleanup.interval': '300ms', 'alluxio.underfs.oss.intermediate.upload.clean.age': '1s' };
const ASYNC = '-Dalluxio.user.file.writetype.default=ASYNC_THROUGH';
const text = (i: number) => `file ${i} `.repeat(100 + i);

async function homeOn(properties: Readonly<Record<string, string>> = {}): Promise<{ home: Home; oss: OssProcess; ufs: Ufs }> {
  const home = await makeHome();
  const oss = await startOssProcess(home);
  await home.configure({ ...oss.properties, ...FREE_PORTS, 'alluxio.master.mount.table.root.ufs': 'oss://bucket/dir', 'alluxio.underfs.oss.retry.max': '0', ...properties });
  expect((await runAlluxio(home, ['format'])).status).toBe(0);
  return { home, oss, ufs: await createUfs(UfsUri.parse('oss://bucket/dir'), configOf(oss.properties)) };
}

describe('a master', () => {
  let home: Home;
  let oss: OssProcess;
  let ufs: Ufs;
  let source: string;

  beforeAll(async () => {
    ({ home, oss, ufs } = await homeOn({ 'alluxio.master.ufs.active.sync.interval': '300ms', 'alluxio.master.audit.logging.enabled': 'true', ...CLEANED }));
    source = join(home.dir, 'source');
    await mkdir(source);
    for (let i = 0; i < FILES; i++) await writeFile(join(source, `f${i}`), text(i));
    expect((await startScript(home, ['master'])).status).toBe(0);
  });
  afterEach(() => oss.clearFaults());
  afterAll(async () => {
    await killResidents(home);
    await oss.stop();
    await home.remove();
  });

  const alluxio = async (...args: string[]) => {
    const result = await runAlluxio(home, args);
    expect({ args, status: result.status, stderr: result.stderr }).toEqual({ args, status: 0, stderr: '' });
    return result.stdout;
  };
  const states = async (path: string) => (await alluxio('fs', 'ls', '--json', '-R', path)).trim().split('\n').map((line) => JSON.parse(line) as { path: string; persistence: string; directory: boolean });
  const persisted = async (path: string) => (await states(path)).every(({ persistence }) => persistence === 'PERSISTED');
  const stored = async (key: string) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await ufs.read(key)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  it('removes uploads that nobody finishes', async () => {
    const client = await OssClient.create(UfsUri.parse('oss://bucket/'), configOf(oss.properties));
    await client.send({ method: 'POST', object: 'dir/left', subresource: { uploads: '' } });
    await until(async () => (await uploadsOf(client, 'dir/left')).uploads.length === 0);
  });

  it('persists what commands leave to it, renamed and removed files as they are then, and goes on where kill -9 stopped it', async () => {
    await oss.fault({ name: 'slow', match: { method: 'PUT', keyPrefix: 'dir/a/' }, delayMs: 12_000 });
    await alluxio('fs', ASYNC, 'copyFromLocal', source, '/a');
    expect((await states('/a')).filter(({ persistence }) => persistence === 'TO_BE_PERSISTED').length).toBe(FILES);
    await oss.hit();
    process.kill(masterOf(home).identity.pid, 'SIGKILL');
    await alluxio('fs', 'mv', '/a/f1', '/a/g1');
    await alluxio('fs', 'rm', '/a/f2');
    await oss.clearFaults();
    expect((await startScript(home, ['-N', 'master'])).status).toBe(0);
    await until(() => persisted('/a'));
    const names = Array.from({ length: FILES }, (_, i) => (i === 1 ? 'g1' : `f${i}`)).filter((name) => name !== 'f2').sort();
    expect((await keysIn(ufs, 'a')).filter((key) => !key.endsWith('/'))).toEqual(names);
    for (const i of [0, 1, FILES - 1]) expect(await stored(`a/${i === 1 ? 'g1' : `f${i}`}`)).toBe(text(i));
  });

  it('keeps what a storage that is down does not take, and drains it when it is back', async () => {
    await oss.fault({ name: 'internal-error', match: { method: 'PUT' } });
    await alluxio('fs', ASYNC, 'copyFromLocal', source, '/b');
    await oss.hit();
    const { web } = masterOf(home);
    expect((await fetch(`http://127.0.0.1:${web?.port}/health`)).status).toBe(200);
    await until(async () => /WARN {2}persist - The under storage does not take \/b\//.test(await readFile(join(home.workDir, 'logs/master.log'), 'utf8')));
    // Neither what was written nor the master is in the way of a command.
    expect(await alluxio('fs', 'cat', '/b/f3')).toBe(text(3));
    expect((await states('/b')).filter(({ persistence }) => persistence === 'TO_BE_PERSISTED').length).toBeGreaterThanOrEqual(FILES);
    // Whoever looks sees what waits, and why.
    expect(await alluxio('fsadmin', 'report')).toMatch(/^ {4}Files To Be Persisted: \d+$/m);
    const page = await (await fetch(`http://127.0.0.1:${web?.port}/overview`, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('Files that wait for their storage');
    expect(await (await fetch(`http://127.0.0.1:${web?.port}/ready`)).json()).toMatchObject({ status: 'failed', problems: [expect.stringMatching(/^persist: /)] });
    await oss.clearFaults();
    await until(() => persisted('/b'));
    await until(async () => (await fetch(`http://127.0.0.1:${web?.port}/ready`)).status === 200);
    expect((await keysIn(ufs, 'b')).filter((key) => !key.endsWith('/')).length).toBe(FILES);
  });

  it('is waited for: pending says what is only here, wait --durable ends when nothing is, or says what is missing', async () => {
    await oss.fault({ name: 'internal-error', match: { method: 'PUT', keyPrefix: 'dir/w/' } });
    await alluxio('fs', ASYNC, 'copyFromLocal', source, '/w');
    await alluxio('fs', '-Dalluxio.user.file.writetype.default=MUST_CACHE', 'touch', '/scratch');
    const pending = (await alluxio('fs', 'pending', '--json', '/')).trim().split('\n').map((line) => JSON.parse(line) as { path: string; why: string });
    expect(pending.filter(({ path }) => path.startsWith('/w/')).length).toBe(FILES);
    expect(pending.find(({ path }) => path === '/scratch')?.why).toBe('CACHE_ONLY');
    expect(await alluxio('fs', 'pending', '/w/f1')).toMatch(/^TO_BE_PERSISTED +\d+ .* \/w\/f1 {2}\((is being persisted by pid|waits for the master)/);

    const late = await runAlluxio(home, ['fs', 'wait', '--durable', '-t', '300ms', '/w']);
    expect({ status: late.status, stdout: late.stdout, lines: late.stderr.trim().split('\n').length }).toEqual({ status: 255, stdout: '', lines: FILES });
    const never = await runAlluxio(home, ['fs', 'wait', '--durable', '/scratch']);
    expect({ status: never.status, stderr: never.stderr }).toEqual({ status: 255, stderr: '/scratch was written for the cache only; run: alluxio fs persist /scratch\n' });

    const waiting = alluxio('fs', 'wait', '--durable', '/w');
    await oss.clearFaults();
    expect(await waiting).toBe(`${FILES} files at and below /w are in the under storage.\n`);
    expect((await keysIn(ufs, 'w')).filter((key) => !key.endsWith('/')).length).toBe(FILES);
    expect((await runAlluxio(home, ['fs', 'wait', '/w'])).stderr).toContain('--durable');
  });

  it('gives way to a command that wants the path of an upload', async () => {
    await alluxio('fs', 'mkdir', '/c');
    await oss.fault({ name: 'slow', match: { method: 'PUT', keyPrefix: 'dir/c/' }, delayMs: 12_000 });
    await alluxio('fs', ASYNC, 'cp', `file://${source}/f0`, '/c/gone');
    await alluxio('fs', ASYNC, 'cp', `file://${source}/f1`, '/c/old');
    await oss.hit();
    const started = Date.now();
    await alluxio('fs', 'rm', '/c/gone');
    await alluxio('fs', 'mv', '/c/old', '/c/new');
    expect(Date.now() - started).toBeLessThan(8000);
    await oss.clearFaults();
    await until(() => persisted('/c'));
    expect(await keysIn(ufs, 'c')).toEqual(['new']);
    expect(await stored('c/new')).toBe(text(1));
  });

  it('follows a synced path, ends what is expired, and cleans up behind the dead, without a command', async () => {
    await alluxio('fs', '-Dalluxio.user.file.writetype.default=THROUGH', 'mkdir', '/watched');
    await alluxio('fs', 'startSync', '/watched');
    await ufs.write('watched/from-outside', (async function* () { yield Buffer.from('x'); })());
    // A look at what is known already: nothing is asked of the storage by it.
    const known = () => runAlluxio(home, ['fs', '-Dalluxio.user.file.metadata.load.type=NEVER', '-Dalluxio.master.ufs.active.sync.interval=1h', 'ls', '/watched']);
    await until(async () => (await known()).stdout.includes('from-outside'));

    await alluxio('fs', '-Dalluxio.user.file.writetype.default=THROUGH', 'cp', `file://${source}/f4`, '/short');
    await alluxio('fs', 'setTtl', '--action', 'delete', '/short', '1');
    await until(async () => !(await keysIn(ufs)).includes('short'));
  });

  it('writes down who changed what, and so does the journal, with names as they were and without secrets', async () => {
    await alluxio('fs', 'mkdir', '/log/d');
    await alluxio('fs', '-Dalluxio.user.file.writetype.default=MUST_CACHE', 'cp', `file://${source}/f5`, '/log/d/one');
    await alluxio('fs', 'mv', '/log/d', '/log/e');
    await alluxio('fs', 'mv', '/log/e/one', '/log/e/two');
    await alluxio('fs', 'chmod', '600', '/log/e/two');
    await alluxio('fs', 'rm', '-R', '/log/e');
    const deeds = (await alluxio('fs', 'log', '--json', '/log')).trim().split('\n').map((line) => JSON.parse(line) as { what: string; path: string; to: string | null; command: string });
    expect(deeds.map(({ what, path, to }) => [what, path, ...(to === null ? [] : [to])].join(' '))).toEqual([
      'mkdir /log', 'mkdir /log/d', 'create /log/d/one', 'rename /log/d /log/e', 'rename /log/e/one /log/e/two', 'chmod /log/e/two', 'delete /log/e',
    ]);
    expect(deeds[4]?.command).toBe('fs mv /log/e/one /log/e/two');
    expect(await alluxio('fs', 'log', '-n', '1', '/log/e/two')).toMatch(/^ *\d+ {2}\d\d-\d\d-\d{4} \S+ {2}\S+ +delete +\/log\/e {2}\(fs rm -R \/log\/e\)\n$/);
    expect(await alluxio('fs', 'log', '/nobody/was/here')).toBe('');
    const audit = () => readFile(join(home.workDir, 'logs/master_audit.log'), 'utf8');
    await until(async () => (await audit()).includes('\tcmd=delete\tsrc=/log/e\t'));
    expect(await audit()).toMatch(/INFO {2}AUDIT_LOG - succeeded=true\tallowed=true\tugi=\S+ \(AUTH=SIMPLE\)\tip=null\tcmd=rename\tsrc=\/log\/d\tdst=\/log\/e\tline=fs mv \/log\/d \/log\/e\ttime=\S+\tseq=\d+\n/);
    for (const name of await readdir(join(home.workDir, 'logs'))) {
      if (name !== 'user') expect(await readFile(join(home.workDir, 'logs', name), 'utf8')).not.toContain(oss.properties['fs.oss.accessKeySecret']);
    }
  });

  it('stops within seconds while it uploads, and nothing is lost', async () => {
    await oss.fault({ name: 'slow', match: { method: 'PUT', keyPrefix: 'dir/d/' }, delayMs: 12_000 });
    await alluxio('fs', ASYNC, 'copyFromLocal', source, '/d');
    await oss.hit();
    const started = Date.now();
    expect((await runAlluxio(home, ['master'], { script: 'alluxio-stop.sh' })).status).toBe(0);
    expect(Date.now() - started).toBeLessThan(8000);
    await oss.clearFaults();
    expect((await startScript(home, ['master'])).status).toBe(0);
    await until(() => persisted('/d'));
    expect((await keysIn(ufs, 'd')).filter((key) => !key.endsWith('/')).length).toBe(FILES);
  });
});

describe('a worker', () => {
  let home: Home;
  let oss: OssProcess;

  beforeAll(async () => {
    ({ home, oss } = await homeOn({ 'alluxio.worker.ramdisk.size': '100KB', 'alluxio.user.block.size.bytes.default': '10KB', 'alluxio.worker.block.scrub.interval': '200ms', 'alluxio.worker.block.scrub.bytes.per.second': '1GB' }));
  });
  afterAll(async () => {
    await killResidents(home);
    await oss.stop();
    await home.remove();
  });

  it('finds a damaged block and reads it again, removes what nobody knows, and makes room ahead of need', async () => {
    const file = join(home.dir, 'file');
    await writeFile(file, Buffer.alloc(30_000, 'a'));
    const cp = (name: string) => runAlluxio(home, ['fs', '-Dalluxio.user.file.writetype.default=CACHE_THROUGH', 'cp', `file://${file}`, `/${name}`]);
    expect((await cp('one')).status).toBe(0);
    const folder = join(home.workDir, 'cache/alluxioworker');
    const [block = ''] = (await readdir(folder)).filter((name) => /^\d+-0$/.test(name));
    const good = await readFile(join(folder, block));
    const damaged = Buffer.from(good);
    damaged[5] = 0;
    await writeFile(join(folder, block), damaged);
    await writeFile(join(folder, '999999-0'), 'left by a crash');
    expect((await startScript(home, ['worker'])).status).toBe(0);
    await until(async () => (await readFile(join(folder, block)).catch(() => damaged)).equals(good));
    await until(async () => !(await readdir(folder)).includes('999999-0'));
    // It is told when it is done.
    await until(async () => /WARN {2}scrub - A damaged block of \/one was dropped and read again from the under storage\./.test(await readFile(join(home.workDir, 'logs/worker.log'), 'utf8')));

    // Of what is read in part, the worker fetches the whole block.
    await writeFile(join(home.dir, 'large'), Buffer.alloc(25_000, 'c'));
    expect((await runAlluxio(home, ['fs', '-Dalluxio.user.file.writetype.default=THROUGH', 'cp', `file://${home.dir}/large`, '/large'])).status).toBe(0);
    expect((await runAlluxio(home, ['fs', 'head', '-c', '12KB', '/large'])).stdout.length).toBe(12 * 1024);
    const cached = async () => (JSON.parse((await runAlluxio(home, ['fs', 'stat', '--json', '/large'])).stdout) as { cachedPercent: number }).cachedPercent;
    await until(async () => (await cached()) === 81);
    expect((await runAlluxio(home, ['fs', 'rm', '/large'])).status).toBe(0);

    for (const name of ['two', 'three']) expect((await cp(name)).status).toBe(0);
    const used = async () => Number((await runAlluxio(home, ['fs', 'getUsedBytes'])).stdout.replace(/\D+/g, ' ').trim().split(' ')[0]);
    await writeFile(file, Buffer.alloc(10_000, 'b'));
    expect((await cp('four')).status).toBe(0);
    await until(async () => (await used()) <= 71_680);
    expect(workerOf(home).ready).toBe(true);
  });
});
