import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allProperties, canonicalKey, hasClientScope, isKnownKey, propertyOf } from '../../src/config/catalogue.ts';
import { parseProperties } from '../../src/config/properties.ts';
import { removedMessage } from '../../src/config/removed-keys.ts';
import { configOf } from '../../src/config/resolved-config.ts';
import { loadConfig } from '../../src/config/sources.ts';
import { validateConfig, validateValues } from '../../src/config/validate.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('the catalogue', () => {
  const properties = allProperties();

  it('names each key and alias once', () => {
    const names = properties.flatMap((property) => [property.key, ...(property.aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => removedMessage(name) !== undefined)).toEqual([]);
  });

  it('has one sentence of help for each', () => {
    expect(properties.filter(({ help }) => !/^.{10,180}\.$/s.test(help)).map(({ key }) => key)).toEqual([]);
  });

  it('has defaults of the right type, whose references are keys', () => {
    const withDefaults = properties.flatMap(({ key, default: text }) => (text === undefined || text.includes('${') ? [] : [[key, text] as const]));
    expect(validateValues(configOf(Object.fromEntries(withDefaults)))).toEqual([]);
    for (const { default: text } of properties) {
      for (const match of (text ?? '').matchAll(/\$\{(.*?)\}/g)) expect(isKnownKey(match[1] ?? '')).toBe(true);
    }
  });

  it('resolves every default of a fresh installation', () => {
    const { config } = loadConfig({ env: {}, homeDir: '/home/u', installDir: '/opt/alluxio', defines: [['alluxio.test.mode', 'true']] });
    expect(properties.filter(({ key }) => (config.find(key) ?? '').includes('${')).map(({ key }) => key)).toEqual([]);
    expect(config.get('alluxio.worker.tieredstore.level0.dirs.path')).toBe('/opt/alluxio/cache');
    expect(config.get('alluxio.worker.tieredstore.level0.alias')).toBe('SSD');
    expect(config.get('alluxio.worker.tieredstore.level0.dirs.quota')).toBe('8GB');
    expect(config.get('alluxio.user.file.create.ttl.action')).toBe('FREE');
    expect(config.boolean('alluxio.underfs.object.store.breadcrumbs.enabled')).toBe(false);
    expect(config.find('alluxio.worker.tieredstore.level1.dirs.mediumtype')).toBeUndefined();
  });

  it('knows aliases and templates', () => {
    expect(canonicalKey('alluxio.underfs.address')).toBe('alluxio.master.mount.table.root.ufs');
    expect(canonicalKey('my.own')).toBe('my.own');
    expect(['alluxio.master.mount.table.root.option.a', 'alluxio.master.journal.ufs.option.a.b', 'alluxio.worker.tieredstore.level9.dirs.path', 'alluxio.worker.memory.size'].map(isKnownKey)).toEqual([true, true, true, true]);
    expect(['alluxio.master.mount.table.root.option.', 'my.own', 'alluxio.home.x', ''].map(isKnownKey)).toEqual([false, false, false, false]);
  });

  it('lets client properties be set for a path', () => {
    expect(['alluxio.user.file.readtype.default', 'alluxio.home'].map(hasClientScope)).toEqual([true, true]);
    expect(['fs.oss.endpoint', 'alluxio.master.web.port', 'my.own'].map(hasClientScope)).toEqual([false, false, false]);
    expect(propertyOf('fs.oss.endpoint')?.scope).toBe('SERVER');
  });

  it('has every key that the sources read', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.startsWith('config/'));
    const unknown = files.flatMap((name) => {
      const reads = readFileSync(join(root, 'src', name), 'utf8').matchAll(/\.(?:find|get|boolean|integer|bytes|duration|list|choice)\(\s*'((?:alluxio|fs\.oss)\.[^']+)'/g);
      return [...reads].flatMap(([, key = '']) => (isKnownKey(key) ? [] : [`${name}: ${key}`]));
    });
    expect(unknown).toEqual([]);
  });
});

describe('the template of the site file', () => {
  const template = join(root, 'conf', 'alluxio-site.properties.template');
  const lines = readFileSync(template, 'utf8').split('\n');

  it('sets nothing as it is', () => {
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  it('works after copying, with any line uncommented', () => {
    const entries = lines.filter((line) => /^# [\w.]+=/.test(line) && !line.startsWith('# key=')).map((line) => line.slice(2));
    const keys = entries.map((entry) => entry.split('=')[0] ?? '');
    expect(keys.filter((key) => !isKnownKey(key))).toEqual([]);
    for (const key of ['alluxio.master.mount.table.root.ufs', 'fs.oss.accessKeyId', 'fs.oss.accessKeySecret', 'fs.oss.endpoint', 'alluxio.master.hostname', 'alluxio.worker.ramdisk.size']) {
      expect(keys).toContain(key);
    }
    const { entries: parsed, problems } = parseProperties(entries.join('\n'));
    expect(problems).toEqual([]);
    const config = configOf({ 'alluxio.home': '/opt/alluxio', ...Object.fromEntries(parsed) });
    expect([...validateConfig(config), ...validateValues(config)]).toEqual([]);
  });

  it('is a site file that can be loaded', () => {
    const base = mkdtempSync(join(tmpdir(), 'alluxio-template-'));
    try {
      mkdirSync(join(base, 'conf'));
      copyFileSync(template, join(base, 'conf', 'alluxio-site.properties'));
      const { config, warnings } = loadConfig({ env: {}, homeDir: base, installDir: base, defines: [] });
      expect([config.keys(), warnings, config.siteFile]).toEqual([[], [], join(base, 'conf', 'alluxio-site.properties')]);
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
