import { describe, expect, it } from 'vitest';
import { blockFolders, cacheDirectories } from '../../src/cache/tiers.ts';
import { configOf } from '../../src/config/resolved-config.ts';

const TIER = 'alluxio.worker.tieredstore.';

describe('cache directories', () => {
  it('are all tiers in order, numbered through', () => {
    const config = configOf({
      [`${TIER}levels`]: '2',
      [`${TIER}level0.alias`]: 'MEM',
      [`${TIER}level0.dirs.path`]: '/mnt/ramdisk',
      'alluxio.worker.ramdisk.size': '2GB',
      [`${TIER}level1.alias`]: 'SSD',
      [`${TIER}level1.dirs.path`]: '/ssd/1/, /ssd//2 ,/ssd/3',
      [`${TIER}level1.dirs.quota`]: '10GB, 1.5KB',
    });
    expect(cacheDirectories(config)).toEqual([
      { index: 0, tier: 'MEM', path: '/mnt/ramdisk', quota: 2 * 2 ** 30 },
      { index: 1, tier: 'SSD', path: '/ssd/1', quota: 10 * 2 ** 30 },
      { index: 2, tier: 'SSD', path: '/ssd/2', quota: 1536 },
      { index: 3, tier: 'SSD', path: '/ssd/3', quota: 1536 },
    ]);
  });

  it('are one tier below the work directory when nothing is set', () => {
    const directories = cacheDirectories(configOf({ 'alluxio.work.dir': '/srv/alluxio' }));
    expect(directories).toHaveLength(1);
    expect(directories[0]?.path.startsWith('/srv/alluxio/')).toBe(true);
    expect(directories[0]?.quota).toBeGreaterThan(0);
  });

  it.each([
    [{ [`${TIER}levels`]: '0' }, `${TIER}levels`],
    [{ [`${TIER}levels`]: '4' }, `${TIER}levels`],
    [{ [`${TIER}levels`]: '2' }, `${TIER}level1.alias`],
    [{ [`${TIER}level0.dirs.path`]: 'relative' }, `${TIER}level0.dirs.path`],
    [{ [`${TIER}level0.dirs.path`]: ' , ' }, `${TIER}level0.dirs.path`],
    [{ [`${TIER}level0.dirs.path`]: '/a,/a/' }, `${TIER}level0.dirs.path`],
    [{ [`${TIER}level0.dirs.quota`]: '' }, `${TIER}level0.dirs.quota`],
  ])('refuse %j, naming the key', (values, key) => {
    expect(() => cacheDirectories(configOf({ 'alluxio.work.dir': '/w', ...values }))).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIGURATION', message: expect.stringContaining(key) }),
    );
  });

  it('refuse a quota that is no size', () => {
    const config = configOf({ 'alluxio.work.dir': '/w', [`${TIER}level0.dirs.quota`]: '1GB,many' });
    expect(() => cacheDirectories(config)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIGURATION', message: expect.stringContaining('many') }));
  });
});

describe('block folders', () => {
  it('come from the properties, without slashes around', () => {
    expect(blockFolders(configOf({}))).toEqual({ data: 'alluxioworker', temporary: '.tmp_blocks' });
    expect(blockFolders(configOf({ 'alluxio.worker.data.folder': '/a//b/' }))).toMatchObject({ data: 'a/b' });
  });

  it.each(['', '/', '.', '../x', 'a/../..'])('refuse %j: formatting would empty what is not ours', (folder) => {
    expect(() => blockFolders(configOf({ 'alluxio.worker.data.folder': folder }))).toThrow(expect.objectContaining({ code: 'INVALID_CONFIGURATION' }));
  });
});
