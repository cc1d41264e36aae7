import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Define } from '../../src/config/defines.ts';
import { createSiteFile } from '../../src/config/site-file.ts';
import { type ConfigInput, type LoadedConfig, loadConfig } from '../../src/config/sources.ts';
import { VERSION } from '../../src/config/version.ts';

const SITE = 'alluxio-site.properties';
const ROOT = 'alluxio.master.mount.table.root.ufs';
const HOSTNAME = 'alluxio.master.hostname';

let base: string;
let installDir: string;
let homeDir: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'alluxio-config-'));
  installDir = join(base, 'install');
  homeDir = join(base, 'home');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function write(directory: string, text: string | Buffer): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, SITE), text);
  return join(directory, SITE);
}

function load(env: Record<string, string> = {}, defines: Define[] = [], more: Partial<ConfigInput> = {}): LoadedConfig {
  return loadConfig({ env, homeDir, installDir, defines, ...more });
}

describe('the site file', () => {
  it('may be missing', () => {
    const { config, warnings } = load();
    expect(config.get(ROOT)).toBe(`${installDir}/underFSStorage`);
    expect(config.siteFile).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('is searched in the conf directory, then in the home; the first one found is used alone', () => {
    const personal = write(join(homeDir, '.alluxio'), `${HOSTNAME}=personal\nalluxio.debug=true`);
    expect(load().config.get(HOSTNAME)).toBe('personal');
    expect(load().config.siteFile).toBe(personal);
    const installed = write(join(installDir, 'conf'), `${HOSTNAME}=installed`);
    expect(load().config.get(HOSTNAME)).toBe('installed');
    expect(load().config.siteFile).toBe(installed);
    expect(load().config.boolean('alluxio.debug')).toBe(false);
  });

  it('the search list ends in /etc/alluxio and may be replaced', () => {
    expect(load().config.list('alluxio.site.conf.dir')).toEqual([`${installDir}/conf/`, `${homeDir}/.alluxio/`, '/etc/alluxio/']);
    write(join(installDir, 'conf'), `${HOSTNAME}=installed`);
    write(join(base, 'two'), `${HOSTNAME}=two`);
    expect(load({}, [['alluxio.site.conf.dir', `${join(base, 'one')}, ${join(base, 'two')}`]]).config.get(HOSTNAME)).toBe('two');
  });

  it('ALLUXIO_CONF_DIR moves it, and with alluxio.work.dir everything moves', () => {
    const conf = join(base, 'elsewhere');
    write(join(installDir, 'conf'), `${HOSTNAME}=installed`);
    write(conf, 'alluxio.work.dir=/state');
    const { config } = load({ ALLUXIO_CONF_DIR: conf });
    expect(config.get('alluxio.conf.dir')).toBe(conf);
    expect(config.find(HOSTNAME)).toBeUndefined();
    for (const key of ['alluxio.master.journal.folder', 'alluxio.worker.tieredstore.level0.dirs.path', 'alluxio.logs.dir', 'alluxio.user.logs.dir', ROOT, 'alluxio.master.metastore.dir']) {
      expect(config.get(key)).toMatch(/^\/state\//);
    }
  });

  it('a relative ALLUXIO_CONF_DIR is one of the working directory', () => {
    const conf = join(base, 'elsewhere');
    expect(load({ ALLUXIO_CONF_DIR: relative(process.cwd(), conf) }).config.get('alluxio.conf.dir')).toBe(conf);
  });

  it('that cannot be read is an error that names it', () => {
    mkdirSync(join(installDir, 'conf', SITE), { recursive: true });
    write(join(homeDir, '.alluxio'), `${HOSTNAME}=personal`);
    expect(() => load()).toThrow(expect.objectContaining({ code: 'INVALID_CONFIGURATION', message: `Cannot read ${join(installDir, 'conf', SITE)}: it is a directory.` }));
  });

  it('that is malformed is an error that names file and line, and shows nothing of it', () => {
    const path = write(join(installDir, 'conf'), 'a=1\nfs.oss.accessKeySecret=Planted\\u00zz\n');
    expect(() => load()).toThrow(expect.objectContaining({ code: 'INVALID_CONFIGURATION', message: expect.stringContaining(`${path}, line 2: `) }));
    expect(() => load()).not.toThrow(/Planted/);
  });

  it('is UTF-8, or ISO-8859-1 when it cannot be UTF-8', () => {
    write(join(installDir, 'conf'), 'a=é中');
    expect(load().config.get('a')).toBe('é中');
    write(join(installDir, 'conf'), Buffer.from('a=\u00e9', 'latin1'));
    expect(load().config.get('a')).toBe('é');
  });

  it('an access key of digits keeps its zeros, a secret loses its trailing blank', () => {
    write(join(installDir, 'conf'), 'fs.oss.accessKeyId=0012300\nfs.oss.accessKeySecret=abc \n');
    expect(load().config.get('fs.oss.accessKeyId')).toBe('0012300');
    expect(load().config.get('fs.oss.accessKeySecret')).toBe('abc');
  });

  it('is not read in test mode', () => {
    write(join(installDir, 'conf'), `${HOSTNAME}=installed`);
    expect(load({}, [['alluxio.test.mode', 'true']]).config.find(HOSTNAME)).toBeUndefined();
  });

  it('an alias in it is the real key', () => {
    write(join(installDir, 'conf'), 'alluxio.underfs.address=oss://b/d');
    const { config } = load();
    expect([config.get(ROOT), config.sourceOf(ROOT)]).toEqual(['oss://b/d', 'SITE_PROPERTY']);
  });

  it('a deprecated key works, with a warning', () => {
    write(join(installDir, 'conf'), 'alluxio.worker.evictor.class=x');
    const { config, warnings } = load();
    expect(config.get('alluxio.worker.evictor.class')).toBe('x');
    expect(warnings).toEqual([expect.stringMatching(/^Warning: alluxio\.worker\.evictor\.class is deprecated\./)]);
  });

  it('an unknown key is kept without a word', () => {
    write(join(installDir, 'conf'), 'my.own=1');
    const { config, warnings } = load();
    expect([config.get('my.own'), warnings]).toEqual(['1', []]);
  });

  it('a value without a key is a warning with its line', () => {
    const path = write(join(installDir, 'conf'), '\n=1');
    expect(load().warnings).toEqual([`${path}, line 2: a value without a key is ignored.`]);
  });
});

describe('precedence', () => {
  it('command line > environment > site file > default', () => {
    expect(load().config.sourceOf('alluxio.worker.ramdisk.size')).toBe('DEFAULT');
    write(join(installDir, 'conf'), 'alluxio.worker.ramdisk.size=1GB');
    const fromFile = load().config;
    expect([fromFile.get('alluxio.worker.ramdisk.size'), fromFile.sourceOf('alluxio.worker.ramdisk.size')]).toEqual(['1GB', 'SITE_PROPERTY']);
    const env = { ALLUXIO_WORKER_RAMDISK_SIZE: '2GB' };
    const fromEnv = load(env).config;
    expect([fromEnv.get('alluxio.worker.ramdisk.size'), fromEnv.sourceOf('alluxio.worker.ramdisk.size')]).toEqual(['2GB', 'SYSTEM_PROPERTY']);
    const fromLine = load(env, [['alluxio.worker.ramdisk.size', '3GB']]).config;
    expect([fromLine.get('alluxio.worker.ramdisk.size'), fromLine.sourceOf('alluxio.worker.ramdisk.size')]).toEqual(['3GB', 'SYSTEM_PROPERTY']);
  });

  it('the right-most -D wins, by alias too', () => {
    expect(load({}, [[HOSTNAME, 'a'], [HOSTNAME, 'b']]).config.get(HOSTNAME)).toBe('b');
    expect(load({}, [['alluxio.worker.port', '1'], ['alluxio.worker.rpc.port', '2']]).config.integer('alluxio.worker.port')).toBe(2);
    expect(load({}, [['alluxio.worker.rpc.port', '2'], ['alluxio.worker.port', '1']]).config.integer('alluxio.worker.rpc.port')).toBe(1);
  });

  it('ALLUXIO_JAVA_OPTS < other variables < ALLUXIO_USER_JAVA_OPTS < command line', () => {
    const env: Record<string, string> = { ALLUXIO_JAVA_OPTS: `-Xmx4g -D${HOSTNAME}=java` };
    expect(load(env).config.get(HOSTNAME)).toBe('java');
    env.ALLUXIO_MASTER_HOSTNAME = 'variable';
    expect(load(env).config.get(HOSTNAME)).toBe('variable');
    env.ALLUXIO_USER_JAVA_OPTS = `-D${HOSTNAME}=user`;
    expect(load(env).config.get(HOSTNAME)).toBe('user');
    expect(load(env, [[HOSTNAME, 'line']]).config.get(HOSTNAME)).toBe('line');
  });

  it('each process reads the options of its own name', () => {
    const env = { ALLUXIO_USER_JAVA_OPTS: `-D${HOSTNAME}=user`, ALLUXIO_MASTER_JAVA_OPTS: `-D${HOSTNAME}=master` };
    expect(load(env, [], { process: 'MASTER' }).config.get(HOSTNAME)).toBe('master');
    expect(load(env, [], { process: 'WORKER' }).config.find(HOSTNAME)).toBeUndefined();
  });
});

describe('environment variables', () => {
  it.each([
    ['ALLUXIO_MASTER_HOSTNAME', HOSTNAME, 'h'],
    ['ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS', ROOT, 'oss://b/'],
    ['ALLUXIO_WORKER_MEMORY_SIZE', 'alluxio.worker.ramdisk.size', '5GB'],
    ['ALLUXIO_WORKER_RAMDISK_SIZE', 'alluxio.worker.ramdisk.size', '6GB'],
    ['ALLUXIO_LOGS_DIR', 'alluxio.logs.dir', '/l'],
    ['ALLUXIO_USER_LOGS_DIR', 'alluxio.user.logs.dir', '/u'],
    ['ALLUXIO_LOGSERVER_HOSTNAME', 'alluxio.logserver.hostname', 'h'],
    ['ALLUXIO_LOGSERVER_PORT', 'alluxio.logserver.port', '1'],
    ['ALLUXIO_LOGSERVER_LOGS_DIR', 'alluxio.logserver.logs.dir', '/s'],
  ])('%s is %s', (variable, key, value) => {
    const { config } = load({ [variable]: value });
    expect([config.get(key), config.sourceOf(key)]).toEqual([value, 'SYSTEM_PROPERTY']);
    expect(load({ [variable]: '' }).config.sourceOf(key)).toBe('DEFAULT');
  });

  it('ALLUXIO_RAM_FOLDER makes tier 0 a MEM tier there', () => {
    const { config } = load({ ALLUXIO_RAM_FOLDER: '/ram' });
    expect([config.get('alluxio.worker.tieredstore.level0.alias'), config.list('alluxio.worker.tieredstore.level0.dirs.path')]).toEqual(['MEM', ['/ram']]);
  });

  it('ALLUXIO_WORKER_RAMDISK_SIZE beats ALLUXIO_WORKER_MEMORY_SIZE', () => {
    expect(load({ ALLUXIO_WORKER_RAMDISK_SIZE: '6GB', ALLUXIO_WORKER_MEMORY_SIZE: '5GB' }).config.get('alluxio.worker.ramdisk.size')).toBe('6GB');
  });

  it('ALLUXIO_UNDERFS_ADDRESS works when its successor is unset, and warns', () => {
    const old = load({ ALLUXIO_UNDERFS_ADDRESS: '/old' });
    expect(old.config.get(ROOT)).toBe('/old');
    expect(old.warnings).toEqual(['Warning: ALLUXIO_UNDERFS_ADDRESS is deprecated by ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS']);
    const both = load({ ALLUXIO_UNDERFS_ADDRESS: '/old', ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS: '/new' });
    expect([both.config.get(ROOT), both.warnings]).toEqual(['/new', []]);
  });

  it('ALLUXIO_HOME is not asked, and variables named after keys do not exist', () => {
    const { config } = load({ ALLUXIO_HOME: '/wrong', FS_OSS_ENDPOINT: 'x', 'fs.oss.endpoint': 'x' });
    expect(config.get('alluxio.home')).toBe(installDir);
    expect(config.find('fs.oss.endpoint')).toBeUndefined();
  });

  it.each([
    ['alluxio.conf.dir', 'ALLUXIO_CONF_DIR'],
    ['alluxio.logs.dir', 'ALLUXIO_LOGS_DIR'],
    ['alluxio.user.logs.dir', 'ALLUXIO_USER_LOGS_DIR'],
  ])('%s in ALLUXIO_JAVA_OPTS is ignored with a warning of two lines', (key, variable) => {
    const { config, warnings } = load({ ALLUXIO_JAVA_OPTS: `-D${key}=/nowhere` });
    expect(config.sourceOf(key)).toBe('DEFAULT');
    expect(warnings).toHaveLength(2);
    expect(warnings.join(' ')).toContain(variable);
    expect(load({}, [[key, '/somewhere']]).config.get(key)).toBe('/somewhere');
  });

  it('option variables know quotes, empty values and options for the JVM', () => {
    const { config } = load({ ALLUXIO_JAVA_OPTS: `  -server "-Da=x y" -Db='p q' -Dc  -Dd=1=2 -Xms1g notThis=1` });
    expect(['a', 'b', 'c', 'd'].map((key) => config.get(key))).toEqual(['x y', 'p q', '', '1=2']);
    expect(config.keys()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('values are not expanded from the environment', () => {
    write(join(installDir, 'conf'), `${HOSTNAME}=$HOME-%PATH%`);
    expect(load({ HOME: '/h' }).config.get(HOSTNAME)).toBe('$HOME-%PATH%');
  });
});

describe('computed defaults', () => {
  it('an installation by npm keeps its state below the home', () => {
    const { config } = load({}, [], { installDir: join(base, 'lib', 'node_modules', 'alluxio') });
    expect(config.get('alluxio.work.dir')).toBe(join(homeDir, '.alluxio'));
    expect(config.get('alluxio.conf.dir')).toBe(join(homeDir, '.alluxio', 'conf'));
    expect(config.get('alluxio.home')).toBe(join(base, 'lib', 'node_modules', 'alluxio'));
    expect(config.sourceOf('alluxio.work.dir')).toBe('DEFAULT');
  });

  it('and says so when there is no home', () => {
    expect(() => load({}, [], { homeDir: '', installDir: '/usr/lib/node_modules/alluxio' })).toThrow('home directory is unknown');
    expect(load({}, [], { homeDir: '' }).config.list('alluxio.site.conf.dir')).toEqual([`${installDir}/conf/`, '/etc/alluxio/']);
  });

  it('threads follow the machine, the version is that of the package', () => {
    const { config } = load();
    expect(config.integer('alluxio.user.transfer.threads')).toBeGreaterThanOrEqual(8);
    expect(config.integer('alluxio.underfs.io.threads')).toBeGreaterThanOrEqual(4);
    expect(config.get('alluxio.version')).toBe(VERSION);
    expect(VERSION).toMatch(/^2\.9\./);
  });
});

describe('a first site file', () => {
  it('is written once, private to its owner, and can be loaded', () => {
    const conf = join(installDir, 'conf');
    expect(createSiteFile(conf, [`${HOSTNAME}=h1`])).toEqual({ path: join(conf, SITE), created: true });
    expect(statSync(join(conf, SITE)).mode & 0o777).toBe(0o600);
    expect(createSiteFile(conf, [`${HOSTNAME}=h2`])).toEqual({ path: join(conf, SITE), created: false });
    expect(readFileSync(join(conf, SITE), 'utf8')).toBe(`${HOSTNAME}=h1\n`);
    expect(load().config.get(HOSTNAME)).toBe('h1');
  });

  it('that cannot be written is an error that names it', () => {
    mkdirSync(base, { recursive: true });
    writeFileSync(join(base, 'file'), '');
    expect(() => createSiteFile(join(base, 'file'), [])).toThrow(expect.objectContaining({ code: 'INVALID_CONFIGURATION', message: expect.stringContaining(join(base, 'file')) }));
  });
});
