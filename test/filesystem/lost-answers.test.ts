/** The answer of a storage may be lost after it did what it was asked for. Nothing is left half known then, also for the next command of the same process. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestFileSystem } from '../support/file-system.ts';
import { at, bytes, keysIn, makeFileSystem, namesIn } from '../support/file-system.ts';

let test: TestFileSystem;

beforeEach(async () => {
  test = await makeFileSystem('oss', { 'alluxio.underfs.oss.retry.max': '0', 'alluxio.underfs.eventual.consistency.retry.base.sleep': '1ms' });
});
afterEach(() => test.close());

const fault = (...rule: Parameters<NonNullable<TestFileSystem['oss']>['fault']>) => test.oss?.fault(...rule);

/** With nothing going wrong any more, the next change tidies up: then storage and namespace agree. */
async function agreed(expected: readonly string[]): Promise<void> {
  await test.oss?.clearFaults();
  await test.fs.changes.makeDirectory(at('/next'), { recursive: false, writeType: 'MUST_CACHE' });
  const names = (await namesIn(test.fs, '/', true)).filter((path) => path !== '/next').sort();
  expect(names).toEqual(expected);
  expect((await keysIn(test.ufs)).map((key) => `/${key.replace(/\/$/, '')}`).filter((key) => key !== '/').sort()).toEqual(expected);
}

it('a file whose object came through is that file, where we can see it', async () => {
  await fault('reset-after', { method: 'PUT' }, 1);
  await test.fs.content.create(at('/f'), bytes('content'), { writeType: 'THROUGH' });
  await agreed(['/f']);
});

it('and where we cannot, the next command gives it its name', async () => {
  await fault('reset-after', { method: 'PUT' }, 1);
  await fault('reset-before', {});
  await expect(test.fs.content.create(at('/f'), bytes('content'), { writeType: 'THROUGH' })).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { answer: 'lost' } });
  await agreed(['/f']);
});

it('a removal that was not answered for is brought to its end', async () => {
  for (const path of ['/d/a', '/d/b']) {
    if (path === '/d/a') await test.fs.changes.makeDirectory(at('/d'), { recursive: false, writeType: 'THROUGH' });
    await test.fs.content.create(at(path), bytes('content'), { writeType: 'THROUGH' });
  }
  await fault('reset-after', { subresource: 'delete' });
  await expect(test.fs.changes.delete(at('/d'), { recursive: true })).rejects.toMatchObject({
    code: 'PARTIAL',
    exitStatus: 255,
    message: expect.stringMatching(/^\/d is gone from Alluxio, but the under storage did not say that all of it is deleted there: \/d\/a \(OSS .* did not answer/) as string,
    hint: 'The next command that changes something goes on with that; what the under storage refuses then comes back.',
  });
  expect(await test.fs.entries.exists(at('/d'))).toBe(false);
  await agreed([]);
});

it('also when the store answered the next try, with a refusal', async () => {
  await test.fs.content.create(at('/f'), bytes('content'), { writeType: 'THROUGH' });
  await fault('reset-after', { method: 'DELETE' }, 1);
  await fault('token-expired', { method: 'DELETE' });
  const patient = await test.reopen({ 'alluxio.underfs.oss.retry.max': '1' });
  await expect(patient.changes.delete(at('/f'), { recursive: false })).rejects.toMatchObject({ message: expect.stringContaining('SecurityTokenExpired') as string });
  await agreed([]);
});

it('what the storage refuses afterwards comes back', async () => {
  await test.fs.content.create(at('/f'), bytes('content'), { writeType: 'THROUGH' });
  await fault('reset-before', { method: 'DELETE' });
  await expect(test.fs.changes.delete(at('/f'), { recursive: false })).rejects.toMatchObject({ code: 'PARTIAL' });
  await test.oss?.clearFaults();
  await fault('token-expired', { method: 'DELETE' });
  await test.fs.changes.makeDirectory(at('/next'), { recursive: false, writeType: 'MUST_CACHE' });
  expect(await namesIn(test.fs, '/')).toEqual(['/f', '/next']);
});

it('a removal that came through, but not the marker of the directory above, says which of both', async () => {
  await test.ufs.write('d/f', bytes('content'), {});
  expect(await namesIn(test.fs, '/', true)).toEqual(['/d', '/d/f']);
  await fault('internal-error', { method: 'PUT' });
  await expect(test.fs.changes.delete(at('/d/f'), { recursive: false })).rejects.toMatchObject({ code: 'PARTIAL', message: expect.stringMatching(/^\/d\/f is gone, also from the under storage, but not all that belongs to it yet: /) as string });
  expect(await keysIn(test.ufs)).toEqual([]);
  await agreed(['/d']);
});

it('directories that were made for a file that the storage refused go again', async () => {
  await test.fs.changes.makeDirectory(at('/x/y'), { recursive: true, writeType: 'MUST_CACHE' });
  await fault('internal-error', { method: 'PUT', keyPrefix: 'root/x/y/f' });
  await expect(test.fs.content.create(at('/x/y/f'), bytes('content'), { writeType: 'THROUGH' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await test.oss?.clearFaults();
  expect(await keysIn(test.ufs)).toEqual([]);
});

it('and so do those above a directory that it refused', async () => {
  await fault('internal-error', { method: 'PUT', keyPrefix: 'root/x/y/' });
  await expect(test.fs.changes.makeDirectory(at('/x/y'), { recursive: true, writeType: 'THROUGH' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await test.oss?.clearFaults();
  expect(await keysIn(test.ufs)).toEqual([]);
});

it('those above it that were only here go with them', async () => {
  await test.fs.changes.makeDirectory(at('/x'), { recursive: false, writeType: 'MUST_CACHE' });
  await fault('internal-error', { method: 'PUT', keyPrefix: 'root/x/y/z/' });
  await expect(test.fs.changes.makeDirectory(at('/x/y/z'), { recursive: true, writeType: 'THROUGH' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await test.oss?.clearFaults();
  expect(await keysIn(test.ufs)).toEqual([]);
});

it.each(['internal-error', 'reset-before'] as const)('and those above a file that was to be persisted, so that a directory that is removed stays so (%s)', async (name) => {
  await test.fs.changes.makeDirectory(at('/x'), { recursive: false, writeType: 'MUST_CACHE' });
  await test.fs.content.create(at('/x/f'), bytes('content'), { writeType: 'MUST_CACHE' });
  await fault(name, { method: 'PUT', keyPrefix: 'root/x/f' });
  await expect(test.fs.storage.persist(at('/x/f'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await test.oss?.clearFaults();
  await test.fs.changes.delete(at('/x'), { recursive: true });
  expect(await namesIn(test.fs, '/')).toEqual([]);
  expect(await keysIn(test.ufs)).toEqual([]);
});

it('and those above a file that waits in the cache because it was refused', async () => {
  await test.fs.changes.makeDirectory(at('/x'), { recursive: false, writeType: 'MUST_CACHE' });
  await fault('internal-error', { method: 'PUT', keyPrefix: 'root/x/f' });
  await expect(test.fs.content.create(at('/x/f'), bytes('content'), { writeType: 'ASYNC_THROUGH' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await test.oss?.clearFaults();
  await test.fs.changes.delete(at('/x'), { recursive: true });
  expect(await namesIn(test.fs, '/')).toEqual([]);
  expect(await keysIn(test.ufs)).toEqual([]);
});

it('and those above the place of a rename that it refused', async () => {
  await test.fs.content.create(at('/f'), bytes('content'), { writeType: 'THROUGH' });
  await test.fs.changes.makeDirectory(at('/x/y'), { recursive: true, writeType: 'MUST_CACHE' });
  await fault('internal-error', { method: 'PUT', keyPrefix: 'root/x/y/f' });
  await expect(test.fs.changes.rename(at('/f'), at('/x/y/f'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await test.oss?.clearFaults();
  expect(await keysIn(test.ufs)).toEqual(['f']);
});
