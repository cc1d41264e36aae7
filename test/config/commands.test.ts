/** getConf, validateConf, bootstrapConf and version, as typed. */
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allProperties } from '../../src/config/catalogue.ts';
import { VERSION } from '../../src/config/version.ts';
import { main } from '../../src/main.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'alluxio-conf-commands-'));
  mkdirSync(join(base, 'conf'));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function site(text: string): string {
  const path = join(base, 'conf', 'alluxio-site.properties');
  writeFileSync(path, text);
  return path;
}

async function alluxio(...argv: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const files = [join(base, 'stdout'), join(base, 'stderr')] as const;
  const [stdout, stderr] = [openSync(files[0], 'w'), openSync(files[1], 'w')];
  try {
    const status = await main(argv, { env: { HOME: base }, cwd: () => base, installDir: base, stdout, stderr });
    return { status, stdout: readFileSync(files[0], 'utf8'), stderr: readFileSync(files[1], 'utf8') };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

describe('getConf', () => {
  it('prints every built-in key, sorted, and `key=` for those that are unset', async () => {
    site('my.own=1\nfs.oss.accessKeySecret=Planted0Secret0Value\nalluxio.master.hostname=h1');
    const { status, stdout } = await alluxio('getConf');
    const lines = stdout.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(lines.map((line) => line.slice(0, line.indexOf('=')))).toEqual(allProperties().map(({ key }) => key));
    for (const line of ['fs.oss.endpoint=', 'fs.oss.accessKeySecret=******', 'alluxio.master.hostname=h1', `alluxio.master.journal.folder=${base}/journal`]) expect(lines).toContain(line);
    expect(stdout).not.toContain('Planted0Secret0Value');
  });

  it('--source appends the source to each line, and is alone for one key', async () => {
    const path = site('alluxio.master.hostname=h1');
    const all = await alluxio('getConf', '--source', '-Dalluxio.debug=true');
    for (const line of [`alluxio.master.hostname=h1 (SITE_PROPERTY (${path}))`, 'alluxio.debug=true (SYSTEM_PROPERTY)', 'fs.oss.endpoint= (DEFAULT)']) expect(all.stdout.split('\n')).toContain(line);
    expect((await alluxio('getConf', '--source', 'alluxio.master.hostname')).stdout).toBe(`SITE_PROPERTY (${path})\n`);
    expect((await alluxio('getConf', '--source', '--unit', 'KB', 'alluxio.user.block.size.bytes.default')).stdout).toBe('DEFAULT\n');
  });

  it.each([
    [['alluxio.user.block.size.bytes.default'], '64MB'],
    [['--unit', 'kb', 'alluxio.user.block.size.bytes.default'], '65536'],
    [['--unit', 'S', 'alluxio.master.ttl.checker.interval'], '3600'],
    [['fs.oss.endpoint'], ''],
    [['--unit', 'KB', 'fs.oss.endpoint'], ''],
    [['fs.oss.accessKeyId', '-Dfs.oss.accessKeyId=007'], '******'],
    [['alluxio.underfs.address', '-Dalluxio.underfs.address=/x'], '/x'],
    [['-Dalluxio.master.mount.table.root.option.a=b', 'alluxio.master.mount.table.root.option.a'], 'b'],
    [['-Dalluxio.master.mount.table.root.option.fs.oss.accessKeyId=b', 'alluxio.master.mount.table.root.option.fs.oss.accessKeyId'], '******'],
  ])('%j prints %j', async (args, value) => {
    expect(await alluxio('getConf', ...args)).toEqual({ status: 0, stdout: `${value}\n`, stderr: '' });
  });

  it.each([
    [['no.such.key'], 'no.such.key is not a valid configuration key'],
    [['-Dmy.own=1', 'my.own'], 'my.own is not found'],
    [['alluxio.worker.data.port'], 'alluxio.worker.data.port is no longer a valid property.'],
    [['a', 'b'], 'More arguments than expected. Args: [a, b]'],
    [['--unit', 'WEEK', 'alluxio.user.block.size.bytes.default'], 'WEEK is not a valid unit'],
    [['--unit', 'KB', 'alluxio.home'], 'to bytes'],
  ])('%j ends with 1: %s', async (args, message) => {
    const { status, stdout, stderr } = await alluxio('getConf', ...args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.split('\n')[0]).toContain(message);
  });

  it('works where validation fails', async () => {
    site('alluxio.conf.dir=/x\nalluxio.work.dir=${alluxio.work.dir}');
    expect((await alluxio('getConf')).stdout).toContain('alluxio.work.dir=(Circular dependency found while resolving ${alluxio.work.dir})\n');
    expect(await alluxio('getConf', 'alluxio.home')).toMatchObject({ status: 0, stdout: `${base}\n` });
  });

  it('--json prints records', async () => {
    const { stdout } = await alluxio('getConf', '--json', '-Dfs.oss.accessKeyId=007');
    const rows = stdout.trimEnd().split('\n').map((line): unknown => JSON.parse(line));
    expect(rows).toContainEqual({ key: 'fs.oss.accessKeyId', value: '******', source: 'SYSTEM_PROPERTY' });
    expect(rows).toContainEqual({ key: 'fs.oss.endpoint', value: null, source: 'DEFAULT' });
  });

  describe('--master', () => {
    let server: Server | undefined;

    afterEach(() => {
      server?.close();
      server = undefined;
    });

    it('asks the running master', async () => {
      const configuration = [{ left: 'alluxio.home', middle: '/m', right: 'DEFAULT' }, { left: 'fs.oss.endpoint', middle: '', right: 'DEFAULT' }];
      server = createServer((request, response) => response.end(request.url === '/api/v1/master/webui_config' ? JSON.stringify({ configuration }) : '{}'));
      await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
      const defines = ['-Dalluxio.master.hostname=127.0.0.1', `-Dalluxio.master.web.port=${(server.address() as AddressInfo).port}`];
      expect((await alluxio('getConf', '--master', ...defines, 'alluxio.home')).stdout).toBe('/m\n');
      expect((await alluxio('getConf', '--master', '--source', ...defines)).stdout).toBe('alluxio.home=/m (DEFAULT)\nfs.oss.endpoint= (DEFAULT)\n');
    });

    it('ends with 255 where none answers', async () => {
      const { status, stderr } = await alluxio('getConf', '--master', '-Dalluxio.master.hostname=127.0.0.1', '-Dalluxio.master.web.port=1', 'alluxio.home');
      expect(status).toBe(255);
      expect(stderr).toMatch(/^Unable to get master-side configuration: 127\.0\.0\.1:1: /);
    });
  });
});

describe('validateConf', () => {
  it('a valid configuration', async () => {
    site('fs.oss.endpoint=oss-cn-shanghai.aliyuncs.com\nmy.own=1');
    expect(await alluxio('validateConf')).toEqual({ status: 0, stdout: 'Validating configuration.\nConfiguration is valid.\n', stderr: '' });
  });

  it('an invalid one: every problem, then the verdict, 255', async () => {
    site('alluxio.logs.dir=/x\nalluxio.user.block.size.bytes.default=huge');
    const { status, stdout, stderr } = await alluxio('validateConf');
    expect([status, stdout]).toEqual([255, 'Validating configuration.\n']);
    expect(stderr).toMatch(/^alluxio\.logs\.dir is not accepted in alluxio-site\.properties.*\nFail to parse huge to bytes.*\nConfiguration is invalid\n$/);
  });

  it('a file that cannot be understood', async () => {
    const path = site('a=\\u1');
    const { status, stderr } = await alluxio('validateConf');
    expect(status).toBe(255);
    expect(stderr).toContain(`${path}, line 1`);
  });

  it('points out slips of the pen', async () => {
    site('fs.oss.accesKeyId=1');
    const { status, stderr } = await alluxio('validateConf');
    expect(status).toBe(0);
    expect(stderr).toContain('fs.oss.accesKeyId is no built-in key, so nothing reads it. Did you mean fs.oss.accessKeyId');
  });
});

describe('bootstrapConf', () => {
  it('writes the file once', async () => {
    const path = join(base, 'conf', 'alluxio-site.properties');
    expect(await alluxio('bootstrapConf', 'h1')).toEqual({ status: 0, stdout: `${path} is created.\n`, stderr: '' });
    expect(await alluxio('bootstrapConf', 'h2')).toEqual({ status: 0, stdout: `${path} already exists\n`, stderr: '' });
    expect(readFileSync(path, 'utf8')).toBe('alluxio.master.hostname=h1\n');
  });

  it.each([[[]], [['two', 'names']], [['a b']], [['h\nx=1']]])('%j ends with 1', async (args) => {
    const { status, stdout, stderr } = await alluxio('bootstrapConf', ...args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).not.toBe('');
  });
});

describe('version', () => {
  const revision = '0123456789abcdef0123456789abcdef01234567';

  it('prints the bare version', async () => {
    expect(await alluxio('version')).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  it.each([
    ['of the build', 'dist/REVISION', revision],
    ['of a clone', '.git/HEAD', `${revision}\n`],
  ])('-r appends the revision %s', async (_, file, text) => {
    mkdirSync(join(base, file, '..'), { recursive: true });
    writeFileSync(join(base, file), text);
    expect((await alluxio('version', '-r')).stdout).toBe(`${VERSION}-${revision}\n`);
    expect((await alluxio('version', '-r', '7')).stdout).toBe(`${VERSION}-0123456\n`);
    expect((await alluxio('version', '--revision', '99')).stdout).toBe(`${VERSION}-${revision}\n`);
  });

  it('-r follows a branch, also a packed one', async () => {
    mkdirSync(join(base, '.git', 'refs', 'heads'), { recursive: true });
    writeFileSync(join(base, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    expect((await alluxio('version', '-r')).stdout).toBe(`${VERSION}-unknown\n`);
    writeFileSync(join(base, '.git', 'packed-refs'), `# pack-refs\n${revision} refs/heads/main\n`);
    expect((await alluxio('version', '-r')).stdout).toBe(`${VERSION}-${revision}\n`);
    writeFileSync(join(base, '.git', 'refs', 'heads', 'main'), `${'f'.repeat(40)}\n`);
    expect((await alluxio('version', '-r', '4')).stdout).toBe(`${VERSION}-ffff\n`);
  });

  it.each([[['-r', 'x']], [['7']], [['-r', '7', '8']], [['--nope']]])('%j ends with 1', async (args) => {
    expect(await alluxio('version', ...args)).toMatchObject({ status: 1, stdout: '' });
  });
});
