import { describe, expect, it } from 'vitest';
import { configOf, layerOf, ResolvedConfig } from '../../src/config/resolved-config.ts';

const KEY = 'alluxio.user.block.size.bytes.default';

describe('references', () => {
  it('are resolved when read, several in one value, again and again', () => {
    const config = configOf({
      'alluxio.work.dir': '/w',
      'alluxio.logs.dir': '${alluxio.work.dir}/l',
      'my.key': '${alluxio.user.logs.dir}:${alluxio.work.dir}',
    });
    expect(config.get('my.key')).toBe('/w/l/user:/w');
    expect(config.get('alluxio.master.journal.folder')).toBe('/w/journal');
  });

  it('may use an alias', () => {
    expect(configOf({ 'alluxio.underfs.address': '/u', x: '${alluxio.underfs.address}' }).get('x')).toBe('/u');
  });

  it('may be credentials and template keys', () => {
    const config = configOf({ 'fs.oss.accessKeyId': '007', x: '${fs.oss.accessKeyId}-${alluxio.master.mount.table.root.option.a}', 'alluxio.master.mount.table.root.option.a': 'b' });
    expect(config.get('x')).toBe('007-b');
  });

  it.each(['HOME', 'java.io.tmpdir', 'no.such.key', 'my.other', ''])('to %j, which is no property, fail', (name) => {
    const config = configOf({ x: `a\${${name}}`, 'my.other': '1' });
    expect(() => config.get('x')).toThrow(`Invalid property key ${name}`);
    expect(() => config.find('x')).toThrow(`Invalid property key ${name}`);
  });

  it('in a circle fail, however long it is', () => {
    const config = configOf({ 'alluxio.home': '${alluxio.work.dir}/h', 'alluxio.work.dir': '${alluxio.home}/w', 'alluxio.conf.dir': '${alluxio.conf.dir}' });
    expect(() => config.get('alluxio.master.journal.folder')).toThrow(/^Circular dependency found while resolving \$\{alluxio\./);
    expect(() => config.get('alluxio.conf.dir')).toThrow('Circular dependency found while resolving ${alluxio.conf.dir}');
  });

  it('twice to the same key are no circle', () => {
    expect(configOf({ 'alluxio.work.dir': '/w', x: '${alluxio.logs.dir}${alluxio.work.dir}${alluxio.logs.dir}' }).get('x')).toBe('/w/logs/w/w/logs');
  });

  it('to an unset key make the outer key unset', () => {
    const config = configOf({ 'alluxio.user.file.target.media': 'x${fs.oss.endpoint}' });
    expect(config.find('alluxio.user.file.target.media')).toBeUndefined();
    expect(() => config.get('alluxio.user.file.target.media')).toThrow(/^Could not resolve .*: No value set for configuration key fs\.oss\.endpoint$/);
  });

  it('to an empty value give nothing', () => {
    expect(configOf({ 'fs.oss.endpoint': '', x: '[${fs.oss.endpoint}]' }).get('x')).toBe('[]');
  });

  it('that are not closed stay text', () => {
    expect(configOf({ x: '${alluxio.home and $alluxio.home {x}' }).get('x')).toBe('${alluxio.home and $alluxio.home {x}');
  });
});

describe('typed readings', () => {
  it.each([['true', true], ['TRUE', true], ['True', true], ['yes', false], ['1', false], ['', false], ['false', false]])('boolean %j is %s', (text, expected) => {
    expect(configOf({ 'alluxio.debug': text }).boolean('alluxio.debug')).toBe(expected);
  });

  it('integers', () => {
    expect(configOf({ 'alluxio.underfs.listing.length': '-12' }).integer('alluxio.underfs.listing.length')).toBe(-12);
    for (const text of ['1.5', 'ten', '', '1e3', '0x10', '99999999999999999999']) {
      expect(() => configOf({ 'alluxio.underfs.listing.length': text }).integer('alluxio.underfs.listing.length')).toThrow(`Invalid value ${text} for configuration key alluxio.underfs.listing.length`);
    }
  });

  it('sizes and durations say what does not parse, and the hint says where', () => {
    const config = configOf({ [KEY]: 'big', 'alluxio.user.file.create.ttl': '5days' });
    expect(() => config.bytes(KEY)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIGURATION', message: 'Fail to parse big to bytes', hint: expect.stringContaining(KEY) }));
    expect(() => config.duration('alluxio.user.file.create.ttl')).toThrow(expect.objectContaining({ message: 'Fail to parse 5days to milliseconds', hint: expect.stringContaining('alluxio.user.file.create.ttl') }));
    expect(configOf({}).bytes(KEY)).toBe(64 * 1024 * 1024);
    expect(configOf({}).duration('alluxio.user.file.metadata.sync.interval')).toBe(-1);
  });

  it('a value that does not parse fails when it is read, not before', () => {
    expect(configOf({ [KEY]: 'big' }).get(KEY)).toBe('big');
  });

  it('lists ignore blanks around entries', () => {
    expect(configOf({ 'alluxio.tmp.dirs': ' /a , /b,/c ' }).list('alluxio.tmp.dirs')).toEqual(['/a', '/b', '/c']);
    expect(configOf({ 'alluxio.tmp.dirs': '' }).list('alluxio.tmp.dirs')).toEqual([]);
  });

  it('enums ignore case', () => {
    const key = 'alluxio.user.file.readtype.default';
    expect(configOf({ [key]: 'no_cache' }).choice(key, ['CACHE', 'NO_CACHE'])).toBe('NO_CACHE');
    expect(() => configOf({ [key]: 'never' }).choice(key, ['CACHE', 'NO_CACHE'])).toThrow(`Invalid value never for configuration key ${key}`);
  });

  it('a required key that is unset fails', () => {
    expect(() => configOf({}).get('fs.oss.endpoint')).toThrow('No value set for configuration key fs.oss.endpoint');
    expect(configOf({}).find('fs.oss.endpoint')).toBeUndefined();
  });

  it('an empty value is set', () => {
    expect(configOf({ 'fs.oss.endpoint': '' }).get('fs.oss.endpoint')).toBe('');
  });

  it('never shows a credential that does not parse', () => {
    expect(() => configOf({ 'fs.oss.accessKeySecret': 'S3cr3t' }).integer('fs.oss.accessKeySecret')).toThrow(/^Invalid value \*{6} /);
  });
});

describe('sources', () => {
  it('aliases are the real key, in any place', () => {
    const config = configOf({ 'alluxio.worker.memory.size': '3GB' });
    expect(config.get('alluxio.worker.ramdisk.size')).toBe('3GB');
    expect(config.get('alluxio.worker.memory.size')).toBe('3GB');
    expect(config.keys()).toEqual(['alluxio.worker.ramdisk.size']);
  });

  it('lists what is set below a prefix', () => {
    const prefix = 'alluxio.master.mount.table.root.option.';
    const config = configOf({ 'fs.oss.endpoint': 'e', [`${prefix}fs.oss.endpoint`]: '${fs.oss.endpoint}2', [`${prefix}a`]: '1', [prefix]: 'x' });
    expect(config.withPrefix(prefix)).toEqual({ 'fs.oss.endpoint': 'e2', a: '1' });
  });

  it('values are trimmed', () => {
    expect(configOf({ 'fs.oss.accessKeySecret': ' abc ' }).get('fs.oss.accessKeySecret')).toBe('abc');
  });

  it('mount option > path default > -D > site file > default, whatever the order of the overlays', () => {
    const base = new ResolvedConfig([layerOf('SYSTEM_PROPERTY', [[KEY, '2']]), layerOf('SITE_PROPERTY', [[KEY, '1'], ['alluxio.debug', 'true']])]);
    expect([base.get(KEY), base.sourceOf(KEY)]).toEqual(['2', 'SYSTEM_PROPERTY']);
    expect([base.get('alluxio.debug'), base.sourceOf('alluxio.debug')]).toEqual(['true', 'SITE_PROPERTY']);
    expect(base.sourceOf('alluxio.home')).toBe('DEFAULT');
    const path = base.overlay({ [KEY]: '3' }, 'PATH_DEFAULT');
    expect([path.get(KEY), path.sourceOf(KEY)]).toEqual(['3', 'PATH_DEFAULT']);
    const mount = base.overlay({ [KEY]: '4' }, 'MOUNT_OPTION');
    expect([mount.get(KEY), mount.sourceOf(KEY)]).toEqual(['4', 'MOUNT_OPTION']);
    expect(mount.overlay({ [KEY]: '3' }, 'PATH_DEFAULT').get(KEY)).toBe('4');
    expect(path.overlay({ [KEY]: '4' }, 'MOUNT_OPTION').get(KEY)).toBe('4');
    expect(path.overlay({ [KEY]: '5' }, 'PATH_DEFAULT').get(KEY)).toBe('5');
    expect(base.get(KEY)).toBe('2');
  });

  it('what a mount option changes, references follow', () => {
    const config = configOf({ 'alluxio.work.dir': '/a' });
    expect(config.get('alluxio.logs.dir')).toBe('/a/logs');
    expect(config.overlay({ 'alluxio.work.dir': '/b' }, 'MOUNT_OPTION').get('alluxio.logs.dir')).toBe('/b/logs');
  });
});
