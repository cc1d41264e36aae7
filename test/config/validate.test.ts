import { describe, expect, it } from 'vitest';
import { configOf, layerOf, ResolvedConfig } from '../../src/config/resolved-config.ts';
import { unknownKeys } from '../../src/config/unknown-keys.ts';
import { assertValid, validateConfig, validateValues } from '../../src/config/validate.ts';

function inFile(values: Record<string, string>, defines: Record<string, string> = {}) {
  return new ResolvedConfig([layerOf('SYSTEM_PROPERTY', Object.entries(defines)), layerOf('SITE_PROPERTY', Object.entries(values))]);
}

describe('start-up validation', () => {
  it('has nothing against the defaults', () => {
    expect(validateConfig(configOf({}))).toEqual([]);
    expect(validateValues(configOf({}))).toEqual([]);
  });

  it.each([
    'alluxio.conf.dir', 'alluxio.logs.dir', 'alluxio.user.logs.dir', 'alluxio.site.conf.dir', 'alluxio.logserver.hostname', 'alluxio.logserver.port',
    'alluxio.logserver.logs.dir', 'alluxio.version', 'alluxio.master.skip.root.acl.check',
  ])('%s may not be set in the file', (key) => {
    expect(validateConfig(inFile({ [key]: 'x' }))).toEqual([
      expect.stringMatching(new RegExp(`^${key} is not accepted in alluxio-site\\.properties, and must be specified as a JVM property\\. If no JVM property is present, Alluxio will use default value '.*'\\.$`)),
    ]);
    expect(validateConfig(inFile({}, { [key]: 'x' }))).toEqual([]);
  });

  it('names the default of a forbidden key', () => {
    expect(validateConfig(inFile({ 'alluxio.logserver.port': '1' }))[0]).toContain("default value '45600'.");
  });

  it('a removed key is a problem with advice', () => {
    expect(validateConfig(inFile({ 'alluxio.worker.data.port': '1' }))).toEqual([
      'alluxio.worker.data.port is no longer a valid property. this property has been removed since v2.0.0, use alluxio.worker.rpc.port instead.',
    ]);
    expect(validateConfig(inFile({ 'alluxio.keyvalue.enabled': '1', 'alluxio.worker.tieredstore.level7.reserved.ratio': '1', 'alluxio.worker.file.persist.pool.size': '1' }))).toHaveLength(3);
  });

  it.each<[string, Record<string, string>, number]>([
    ['umask of five digits', { 'alluxio.security.authorization.permission.umask': '00022' }, 1],
    ['umask that is not octal', { 'alluxio.security.authorization.permission.umask': '092' }, 1],
    ['umask of four digits', { 'alluxio.security.authorization.permission.umask': '0027' }, 0],
    ['buffer of no bytes', { 'alluxio.user.file.buffer.bytes': '0' }, 1],
    ['buffer of 2GB', { 'alluxio.user.file.buffer.bytes': '2GB' }, 1],
    ['buffer that does not parse', { 'alluxio.user.file.buffer.bytes': 'x' }, 1],
    ['buffer of 2047MB', { 'alluxio.user.file.buffer.bytes': '2047MB' }, 0],
    ['heartbeat as long as its timeout', { 'alluxio.master.standby.heartbeat.interval': '10min' }, 1],
    ['heartbeat shorter than its timeout', { 'alluxio.master.standby.heartbeat.interval': '9min' }, 0],
    ['ZooKeeper without an address', { 'alluxio.zookeeper.enabled': 'true' }, 1],
    ['an address without ZooKeeper', { 'alluxio.zookeeper.address': 'h:1' }, 1],
    ['ZooKeeper with an address', { 'alluxio.zookeeper.enabled': 'true', 'alluxio.zookeeper.address': 'h:1' }, 0],
    ['more tiers than exist', { 'alluxio.worker.tieredstore.levels': '4', 'alluxio.worker.tieredstore.level1.alias': 'SSD', 'alluxio.worker.tieredstore.level2.alias': 'HDD' }, 1],
    ['no tier', { 'alluxio.worker.tieredstore.levels': '0' }, 1],
    ['a tier without a name', { 'alluxio.worker.tieredstore.levels': '2' }, 1],
    ['an unknown tier', { 'alluxio.worker.tieredstore.level0.alias': 'TAPE' }, 1],
    ['three tiers', { 'alluxio.worker.tieredstore.levels': '3', 'alluxio.worker.tieredstore.level1.alias': 'SSD', 'alluxio.worker.tieredstore.level2.alias': 'HDD' }, 0],
    ['own tier names', { 'alluxio.master.tieredstore.global.level0.alias': 'NVME', 'alluxio.worker.tieredstore.level0.alias': 'NVME' }, 0],
    ['limits out of order', { 'alluxio.master.throttle.active.cpu.load.ratio': '0.9' }, 1],
    ['limits in order', { 'alluxio.master.throttle.active.cpu.load.ratio': '0.7' }, 0],
    ['durations out of order', { 'alluxio.master.throttle.overloaded.heap.gc.time': '2s' }, 1],
  ])('%s', (_, values, problems) => {
    expect(validateConfig(configOf(values))).toHaveLength(problems);
  });

  it('raises the first problem and counts the others, unless it is switched off', () => {
    const values = { 'alluxio.conf.dir': '/x', 'alluxio.logs.dir': '/y' };
    expect(() => assertValid(inFile(values))).toThrow(/^alluxio\.conf\.dir is not accepted .*\(1 more: run `alluxio validateConf`\)$/);
    expect(() => assertValid(inFile({ ...values, 'alluxio.conf.validation.enabled': 'FALSE' }))).not.toThrow();
    expect(() => assertValid(configOf({}))).not.toThrow();
  });
});

describe('validation of values', () => {
  it.each<[string, string]>([
    ['alluxio.underfs.listing.length', 'many'],
    ['alluxio.user.block.size.bytes.default', '64 monkeys'],
    ['alluxio.user.file.create.ttl', '5days'],
    ['alluxio.user.file.readtype.default', 'SOMETIMES'],
    ['alluxio.worker.tieredstore.level0.watermark.high.ratio', 'high'],
    ['alluxio.work.dir', '${nowhere}'],
    ['alluxio.master.hostname', '${fs.oss.endpoint}'],
    ['my.own', '${fs.oss.endpoint}'],
  ])('%s=%s is a problem', (key, value) => {
    expect(validateValues(configOf({ [key]: value }))).toHaveLength(1);
  });

  it('empty values of properties that are not needed are none', () => {
    expect(validateValues(configOf({ 'fs.oss.endpoint': '', 'my.own': '' }))).toEqual([]);
  });
});

describe('keys that nothing reads', () => {
  it('come with the keys that may have been meant', () => {
    const found = unknownKeys(configOf({ 'alluxio.user.file.writetype.defualt': 'x', 'alluxio.user.blocksize.bytes.default': '1', 'alluxio.debug': 'true', 'my.own': '1' }));
    expect(found).toEqual([
      { key: 'alluxio.user.blocksize.bytes.default', similar: ['alluxio.user.block.size.bytes.default'] },
      { key: 'alluxio.user.file.writetype.defualt', similar: ['alluxio.user.file.writetype.default'] },
    ]);
  });
});
