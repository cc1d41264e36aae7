import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { displayValue, listProperties, sourceText } from '../../src/config/listing.ts';
import { hideSecrets, isCredentialKey, maskProperties } from '../../src/config/redact.ts';
import { resolveSecret } from '../../src/config/references.ts';
import { configOf, layerOf, ResolvedConfig } from '../../src/config/resolved-config.ts';

const directory = mkdtempSync(join(tmpdir(), 'alluxio-secrets-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('credential keys', () => {
  it.each([
    'fs.oss.accessKeyId', 'fs.oss.accessKeySecret', 'fs.oss.securityToken', 'alluxio.master.mount.table.root.option.fs.oss.accessKeySecret',
    'alluxio.master.mount.table.root.option.fs.oss.accessKeyId', 'my.accessKeyId', 'my.secretKey.1', 'x.securityToken', 'aws.secretKey', 's3a.ACCESSKEYID',
  ])('%s is one', (key) => {
    expect(isCredentialKey(key)).toBe(true);
  });

  it.each(['fs.oss.endpoint', 'alluxio.master.mount.table.root.option.fs.oss.endpoint', 'alluxio.home', 'my.key'])('%s is none', (key) => {
    expect(isCredentialKey(key)).toBe(false);
  });

  it('are masked in a map, the rest stays in order', () => {
    expect(Object.entries(maskProperties({ b: '1', 'fs.oss.accessKeyId': 'id', a: '2' }))).toEqual([['b', '1'], ['fs.oss.accessKeyId', '******'], ['a', '2']]);
  });
});

describe('secrets in a text', () => {
  it('are masked wherever they stand, longer ones first', () => {
    expect(hideSecrets('key=LTAI5tSecret01, again:LTAI5tSecret01x; LTAI5tSecret01-2', ['LTAI5tSecret01', 'LTAI5tSecret01-2', ''])).toBe('key=******, again:******x; ******');
  });

  it('are masked only as words of their own when they are as short as common words', () => {
    expect(hideSecrets('The same name: me, "me", me=1, timeout, a+b', ['me', 'a+b'])).toBe('The same name: ******, "******", ******=1, timeout, ******');
  });
});

describe('listings', () => {
  it('hold every built-in key once, sorted, and no other key', () => {
    const rows = listProperties(configOf({ 'my.own': '1', 'alluxio.master.mount.table.root.option.x': '2' }));
    const keys = rows.map((row) => row.key);
    expect(keys).toEqual([...new Set(keys)].sort());
    expect(keys).toContain('fs.oss.endpoint');
    expect(keys.some((key) => key === 'my.own' || key.includes('.option.'))).toBe(false);
    expect(rows.find((row) => row.key === 'fs.oss.endpoint')).toEqual({ key: 'fs.oss.endpoint', value: undefined, source: 'DEFAULT' });
  });

  it('show no secret, neither at its key nor where a reference brought it', () => {
    const secret = 'Planted0Secret0Value';
    const config = configOf({ 'fs.oss.accessKeySecret': secret, 'fs.oss.endpoint': 'http://x:${fs.oss.accessKeySecret}@h', 'alluxio.user.file.target.media': `copy of ${secret}` });
    expect(JSON.stringify(listProperties(config))).not.toContain(secret);
    expect(displayValue(config, 'fs.oss.accessKeySecret')).toBe('******');
    expect(displayValue(config, 'fs.oss.endpoint')).toBe('******');
    expect(displayValue(config, 'fs.oss.accessKeyId')).toBeUndefined();
  });

  it('show no secret that a reference brought, however short, and over others', () => {
    const config = configOf({
      'fs.oss.accessKeySecret': 'leak', 'alluxio.logs.dir': '${fs.oss.accessKeySecret}/x', 'alluxio.user.logs.dir': '${alluxio.logs.dir}/user',
      'fs.oss.accessKeyId': 'env:ID', 'alluxio.work.dir': '/home/${fs.oss.accessKeyId}', 'alluxio.home': '/leak', 'fs.oss.endpoint': '${alluxio.home}/x',
    });
    expect(['alluxio.logs.dir', 'alluxio.user.logs.dir', 'alluxio.work.dir', 'alluxio.home', 'fs.oss.endpoint'].map((key) => displayValue(config, key))).toEqual(['******', '******', '/home/env:ID', '/leak', '/leak/x']);
    expect(listProperties(config).find(({ key }) => key === 'alluxio.logs.dir')?.value).toBe('******');
  });

  it('work with values that cannot be resolved', () => {
    const rows = listProperties(configOf({ 'alluxio.home': '${alluxio.home}', 'alluxio.logs.dir': '${x}' }));
    expect(rows.find((row) => row.key === 'alluxio.home')?.value).toBe('(Circular dependency found while resolving ${alluxio.home})');
    expect(rows.find((row) => row.key === 'alluxio.logs.dir')?.value).toBe('(Invalid property key x)');
  });

  it('name the site file as the source', () => {
    const config = new ResolvedConfig([layerOf('SITE_PROPERTY', [['alluxio.debug', 'true']])], '/c/alluxio-site.properties');
    expect([sourceText(config, 'alluxio.debug'), sourceText(config, 'alluxio.home')]).toEqual(['SITE_PROPERTY (/c/alluxio-site.properties)', 'DEFAULT']);
  });
});

describe('secrets that stand elsewhere', () => {
  const file = join(directory, 'secret');

  it('a plain value is itself', () => {
    expect(resolveSecret('0123', 'k', {})).toBe('0123');
  });

  it('env:NAME is a variable', () => {
    expect(resolveSecret('env:MY_SECRET', 'k', { MY_SECRET: 's' })).toBe('s');
    for (const env of [{}, { MY_SECRET: ' ' }]) {
      expect(() => resolveSecret('env:MY_SECRET', 'fs.oss.accessKeySecret', env)).toThrow('fs.oss.accessKeySecret refers to the environment variable MY_SECRET, which is not set.');
    }
  });

  it('file:PATH is the content of a file, without the line end', () => {
    writeFileSync(file, 's3\n');
    expect(resolveSecret(`file:${file}`, 'k', {})).toBe('s3');
  });

  it('a file that is missing, empty, a directory or relative is an error that names it', () => {
    writeFileSync(file, '\n');
    expect(() => resolveSecret(`file:${file}`, 'k', {})).toThrow(`k refers to the file ${file}, which is empty.`);
    expect(() => resolveSecret(`file:${file}x`, 'k', {})).toThrow(`k refers to the file ${file}x, which cannot be read: there is no such file.`);
    expect(() => resolveSecret(`file:${directory}`, 'k', {})).toThrow('it is a directory');
    expect(() => resolveSecret('file:secret', 'k', {})).toThrow('not an absolute path');
  });
});
