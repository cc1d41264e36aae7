/** Buckets as other tools leave them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from '../../../src/ufs/conformance/bench.ts';
import type { OssClient } from '../../../src/ufs/oss/oss-client.ts';
import { createUfs } from '../../../src/ufs/registry.ts';
import { deleteTree, moveTree } from '../../../src/ufs/rename.ts';
import { UfsUri } from '../../../src/uri.ts';
import { putRaw, startTestOss } from '../../support/oss.ts';
import type { TestOss } from '../../support/oss.ts';

let oss: TestOss;
let raw: OssClient;

beforeAll(async () => {
  oss = await startTestOss();
  raw = await oss.raw();
});
afterAll(() => oss.close());

/** A mount of a folder of its own, with the objects in it, listed in pages of the given length. */
async function mount(objects: Readonly<Record<string, string>>, properties: Readonly<Record<string, string>> = {}) {
  const folder = randomUUID();
  for (const [key, content] of Object.entries(objects)) await putRaw(raw, `${folder}/${key}`, content);
  const ufs = await createUfs(UfsUri.parse(`oss://${oss.bucket}/${folder}`), oss.config(properties));
  return { folder, ufs, bench: new Bench(ufs, '') };
}

async function unusableIn(bench: Bench, key: string, recursive: boolean): Promise<string[]> {
  const found: string[] = [];
  for await (const page of bench.ufs.list(key, { recursive })) found.push(...page.unusable);
  return found;
}

async function objectsBelow(folder: string): Promise<string[]> {
  const { body } = await raw.send({ method: 'GET', query: { prefix: `${folder}/`, 'max-keys': '1000' } });
  return [...body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key.slice(folder.length + 1));
}

const BOTH_KINDS = { 'plain/': '', 'hadoop_$folder$': '', 'both/': '', 'both_$folder$': '', 'both/file': 'x', 'implied/deep/file': 'x' };

describe.each([1, 2, 3, 1000])('in pages of %d', (page) => {
  const paged = { 'alluxio.underfs.listing.length': String(page) };

  it('both kinds of markers are directories, shown once, and never files', async () => {
    const { bench } = await mount(BOTH_KINDS, paged);
    const children = await bench.list();
    expect(children.map(({ name, kind }) => [name, kind])).toEqual([['both', 'directory'], ['hadoop', 'directory'], ['implied', 'directory'], ['plain', 'directory']]);
    expect(await bench.names('', { recursive: true })).toEqual(['both', 'both/file', 'hadoop', 'implied', 'implied/deep', 'implied/deep/file', 'plain']);
    for (const name of ['plain', 'hadoop', 'both', 'implied', 'implied/deep']) expect(await bench.kind(name)).toBe('directory');
    for (const name of ['hadoop_$folder$', 'both_$folder$']) expect(await bench.kind(name)).toBe('absent');
    expect(await bench.names('hadoop')).toEqual([]);
    expect(await bench.names('both')).toEqual(['file']);
  });

  it('names that sort between a directory and its marker do not show it twice', async () => {
    const { bench } = await mount({ 'a/x': '1', 'a0': '2', 'a0/y': '3', 'aA/z': '4', 'a_$folder$': '', 'a_b': '5', 'a!': '6', 'a-/_$folder$x': '7' }, paged);
    expect(await bench.names()).toEqual(['a', 'a!', 'a-', 'a0', 'aA', 'a_b']);
    expect(await bench.names('', { recursive: true })).toEqual(['a', 'a!', 'a-', 'a-/_$folder$x', 'a/x', 'a0', 'aA', 'aA/z', 'a_b']);
  });

  it('a file wins over a prefix of its name, and what lies below is counted', async () => {
    const { bench, folder } = await mount({ 'a': 'file', 'a/': '', 'a/x': 'hidden', 'a_$folder$': '', 'a.txt': 'other' }, paged);
    expect((await bench.list()).map(({ name, kind }) => [name, kind])).toEqual([['a', 'file'], ['a.txt', 'file']]);
    expect(await bench.names('', { recursive: true })).toEqual(['a', 'a.txt']);
    expect(await unusableIn(bench, '', true)).toEqual([`${folder}/a/`, `${folder}/a/x`]);
    expect(await bench.kind('a')).toBe('file');
    await expect(bench.names('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keys that no path can name are counted, not shown as something else', async () => {
    const { bench, folder } = await mount({ 'a//b': '1', '/x': '2', 'd/./e': '3', 'd/../f': '4', 'content/': 'not empty', 'ok': '5' }, paged);
    expect(await bench.names()).toEqual(['a', 'content', 'd', 'ok']);
    expect(await bench.names('', { recursive: true })).toEqual(['a', 'content', 'd', 'ok']);
    expect((await unusableIn(bench, '', true)).sort()).toEqual(['/x', 'a//b', 'content/', 'd/../f', 'd/./e'].map((key) => `${folder}/${key}`));
    expect(await unusableIn(bench, 'a', false)).toEqual([`${folder}/a//`]);
    expect(await bench.kind('a')).toBe('directory');
    expect(await bench.ufs.removeDirectory('a')).toBe(false);
    expect(await bench.ufs.removeDirectory('content')).toBe(false);
  });

  it('astral characters, which sort otherwise in UTF-16, keep the order that the paging relies on', async () => {
    const names = ['\u{1f600}', '\uffee', '\u{1f600}/below', '\uffee2/below', 'z'];
    const { bench } = await mount(Object.fromEntries(names.map((name) => [name, 'x'])), paged);
    expect((await bench.names()).sort()).toEqual(['z', '\uffee', '\uffee2', '\u{1f600}'].sort());
  });
});

describe('markers', () => {
  it('of both kinds are removed with the directory, and the directory with its tree', async () => {
    const { ufs, folder } = await mount({ ...BOTH_KINDS, 'empty/': '', 'empty_$folder$': '' });
    expect(await ufs.removeDirectory('empty')).toBe(true);
    for (const name of ['plain', 'hadoop', 'both', 'implied']) await deleteTree(ufs, name);
    expect(await objectsBelow(folder)).toEqual([]);
  });

  it('are moved with a tree, in the form that we write', async () => {
    const { ufs, folder, bench } = await mount(BOTH_KINDS);
    for (const name of ['plain', 'hadoop', 'both', 'implied']) await moveTree(ufs, name, `new/${name}`);
    expect(await bench.names('', { recursive: true })).toEqual(['new', 'new/both', 'new/both/file', 'new/hadoop', 'new/implied', 'new/implied/deep', 'new/implied/deep/file', 'new/plain']);
    expect((await objectsBelow(folder)).filter((key) => !key.startsWith('new/'))).toEqual([]);
    expect((await objectsBelow(folder)).filter((key) => key.includes('$folder$'))).toEqual([]);
  });

  it('written for a new directory are `dir/` with no content, one for each new level', async () => {
    const { ufs, folder } = await mount({});
    await ufs.makeDirectory('a/b');
    expect(await objectsBelow(folder)).toEqual(['a/', 'a/b/']);
    await ufs.makeDirectory('a/b/c');
    expect(await objectsBelow(folder)).toEqual(['a/', 'a/b/', 'a/b/c/']);
  });

  it('are not written where a directory exists by its content, nor by writing files or listing', async () => {
    const { ufs, folder, bench } = await mount({ 'implied/file': 'x' });
    await ufs.makeDirectory('implied');
    await bench.write('other/deep/file', 'x');
    await bench.names('', { recursive: true });
    expect(await objectsBelow(folder)).toEqual(['implied/file', 'other/deep/file']);
  });

  it('are written while listing only where the breadcrumbs property says so, and never for a read-only mount', async () => {
    const breadcrumbs = { 'alluxio.underfs.object.store.breadcrumbs.enabled': 'true' };
    const { bench, folder } = await mount({ 'implied/file': 'x' }, breadcrumbs);
    const guarded = new Bench(await createUfs(UfsUri.parse(`oss://${oss.bucket}/${folder}`), oss.config(breadcrumbs), { readOnly: true }), '');
    await guarded.names('implied');
    expect(await objectsBelow(folder)).toEqual(['implied/file']);
    await bench.names('implied');
    expect(await objectsBelow(folder)).toEqual(['implied/', 'implied/file']);
  });

  it('of parents are written with a file where the property says so', async () => {
    const { bench, folder } = await mount({}, { 'alluxio.underfs.object.store.skip.parent.directory.creation': 'false' });
    await bench.write('a/b/file', 'x');
    expect(await objectsBelow(folder)).toEqual(['a/', 'a/b/', 'a/b/file']);
  });

  it('have names that an empty file cannot have, and one with content can', async () => {
    const { bench, folder } = await mount({ 'data_$folder$': 'content' });
    expect(await bench.kind('data_$folder$')).toBe('file');
    expect(await bench.names('', { recursive: true })).toEqual(['data_$folder$']);
    await bench.write('more_$folder$', 'content');
    expect((await bench.read('more_$folder$')).toString()).toBe('content');
    await expect(bench.write('empty_$folder$', '')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await objectsBelow(folder)).toEqual(['data_$folder$', 'more_$folder$']);
  });
});

describe('the root of a mount', () => {
  it('that nothing lies in is absent, and still lists as empty', async () => {
    const { bench } = await mount({});
    expect(await bench.ufs.status('')).toBeUndefined();
    expect(await bench.names()).toEqual([]);
    await bench.ufs.makeDirectory('');
    expect((await bench.ufs.status(''))?.kind).toBe('directory');
    expect(await bench.names()).toEqual([]);
  });

  it('exists by a marker beside it', async () => {
    const folder = randomUUID();
    await putRaw(raw, `${folder}_$folder$`);
    const ufs = await createUfs(UfsUri.parse(`oss://${oss.bucket}/${folder}`), oss.config());
    expect((await ufs.status(''))?.kind).toBe('directory');
  });

  it('of a whole bucket always exists', async () => {
    const ufs = await createUfs(UfsUri.parse(`oss://${oss.bucket}`), oss.config());
    expect((await ufs.status(''))?.kind).toBe('directory');
  });
});

describe('names longer than OSS can hold', () => {
  let bench: Bench;
  beforeEach(async () => ({ bench } = await mount({})));
  const long = 'x'.repeat(1100);

  it('of the greatest length are files to read, copy and remove, though no directory could be called so', async () => {
    const name = 'n'.repeat(1023 - randomUUID().length - 1);
    const { ufs, folder, bench } = await mount({ [name]: 'text', 'dir/file': 'x' });
    expect(await bench.names()).toEqual(['dir', name]);
    expect(await bench.kind(name)).toBe('file');
    expect(await bench.read(name)).toEqual(Buffer.from('text'));
    // Beyond them there is no room for a marker: not even to look for one.
    for (const shorter of [1, 5, 9]) expect(await bench.kind(name.slice(shorter))).toBe('absent');
    await expect(ufs.makeDirectory(`d${name.slice(1)}`)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await ufs.copyFile(name, 'short');
    await ufs.copyFile('short', `x${name.slice(1)}`);
    expect(await ufs.deleteFiles([name, `x${name.slice(1)}`, 'short'])).toEqual([]);
    expect(await objectsBelow(folder)).toEqual(['dir/file']);
  });

  it('are absent, and cannot be written', async () => {
    expect(await bench.kind(long)).toBe('absent');
    await expect(bench.read(long)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(bench.write(long)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(bench.makeDirectory(long)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await bench.ufs.deleteFiles([long])).toEqual([]);
  });
});
