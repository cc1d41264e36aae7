import { mustEqual, mustFail, mustHold } from './bench.ts';
import type { ConformanceCase } from './bench.ts';
import { fillDeepDirectory, fillLargeDirectory, writePrefixes } from './trees.ts';

export const LIST_CASES: readonly ConformanceCase[] = [
  {
    name: 'listStatusRootTest',
    description: 'The root of the storage can be listed and holds the folder of this run.',
    async run(bench) {
      const top = bench.folder.split('/')[0] ?? '';
      const names: string[] = [];
      for await (const page of bench.ufs.list('')) names.push(...page.entries.map((entry) => entry.name));
      mustHold(names.filter((name) => name === top).length === 1, `"${top}" is not listed exactly once`);
      mustHold(!names.includes(''), 'the root lists itself');
    },
  },
  {
    name: 'listStatusTest',
    description: 'A listing shows each child once, with its kind and size, and nothing deeper.',
    async run(bench) {
      await fillDeepDirectory(bench, 'dir');
      const entries = await bench.list('dir');
      mustEqual(entries.map(({ name, kind, size }) => [name, kind, size]), [['empty', 'directory', 0], ['file-a', 'file', 10], ['sub', 'directory', 0]], 'the listing');
    },
  },
  {
    name: 'listStatusEmptyTest',
    description: 'An empty directory lists nothing, and without a failure.',
    async run(bench) {
      await bench.makeDirectory('empty');
      mustEqual(await bench.names('empty'), [], 'the listing');
      mustEqual(await bench.names('empty', { recursive: true }), [], 'the recursive listing');
    },
  },
  {
    name: 'listStatusFileTest',
    description: 'A file, and what does not exist, cannot be listed.',
    async run(bench) {
      await bench.write('file');
      await mustFail(bench.names('file'), 'NOT_FOUND', 'listing a file');
      await mustFail(bench.names('none'), 'NOT_FOUND', 'listing what does not exist');
    },
  },
  {
    name: 'listLargeDirectoryTest',
    description: 'A directory of several listing pages is listed whole, each entry once.',
    async run(bench) {
      const names = await fillLargeDirectory(bench, 'large');
      mustEqual(await bench.names('large'), names, 'the listing');
      mustEqual(await bench.names('large', { recursive: true }), names, 'the recursive listing');
    },
  },
  {
    name: 'listStatusRecursiveTest',
    description: 'A recursive listing shows all descendants by names relative to the listed directory.',
    async run(bench) {
      const names = await fillDeepDirectory(bench, 'dir');
      mustEqual(await bench.names('dir', { recursive: true }), names, 'the listing');
      mustEqual(await bench.names('dir/sub', { recursive: true }), ['deeper', 'deeper/file-c', 'file-b'], 'the listing one level down');
      mustEqual(await bench.names('', { recursive: true }), ['dir', ...names.map((name) => `dir/${name}`)], 'the listing one level up');
    },
  },
];

export const DIRECTORY_CASES: readonly ConformanceCase[] = [
  {
    name: 'mkdirsTest',
    description: 'Making a directory makes its parents, may be repeated, and fails where a file is in the way.',
    async run(bench) {
      await bench.makeDirectory('a/b/c');
      for (const name of ['a', 'a/b', 'a/b/c']) mustEqual(await bench.kind(name), 'directory', name);
      await bench.makeDirectory('a/b/c');
      await bench.makeDirectory('a/b');
      await bench.write('file');
      await mustFail(bench.makeDirectory('file'), 'ALREADY_EXISTS', 'a directory where a file is');
      await mustFail(bench.makeDirectory('file/below'), 'ALREADY_EXISTS', 'a directory below a file');
      mustEqual(await bench.names(), ['a', 'file'], 'the listing');
    },
  },
  {
    name: 'objectCommonPrefixesIsDirectoryTest',
    description: 'What only exists by what lies below it is a directory.',
    async run(bench) {
      await writePrefixes(bench);
      for (const name of ['a', 'a/b', 'c']) mustEqual(await bench.kind(name), 'directory', name);
    },
  },
  {
    name: 'objectCommonPrefixesListStatusNonRecursiveTest',
    description: 'Such directories are listed like any other.',
    async run(bench) {
      const { children } = await writePrefixes(bench);
      mustEqual(await bench.names(), children, 'the listing');
    },
  },
  {
    name: 'objectCommonPrefixesListStatusRecursiveTest',
    description: 'Such directories are part of a recursive listing.',
    async run(bench) {
      const { all } = await writePrefixes(bench);
      mustEqual(await bench.names('', { recursive: true }), all, 'the listing');
    },
  },
  {
    name: 'objectNestedDirsListStatusRecursiveTest',
    description: 'A recursive listing shows each of many nested directories once.',
    async run(bench) {
      const chain = ['1', '1/2', '1/2/3', '1/2/3/4', '1/2/3/4/5'];
      await bench.makeDirectory('1/2/3/4/5');
      await bench.write('1/2/file');
      mustEqual(await bench.names('', { recursive: true }), [...chain, '1/2/file'].sort(), 'the listing');
    },
  },
];
