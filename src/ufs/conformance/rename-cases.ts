import { moveTree } from '../rename.ts';
import { LARGE_BYTES, mustBeBytes, mustEqual, patternBytes } from './bench.ts';
import type { Bench, ConformanceCase } from './bench.ts';
import { fillDeepDirectory, fillLargeDirectory } from './trees.ts';

function move(bench: Bench, from: string, to: string): Promise<void> {
  return moveTree(bench.ufs, bench.key(from), bench.key(to));
}

/** Whatever tree was moved, all of it is at the new place and nothing at the old one. */
async function mustHaveMoved(bench: Bench, names: readonly string[]): Promise<void> {
  mustEqual(await bench.kind('from'), 'absent', 'the old place');
  mustEqual(await bench.names('to', { recursive: true }), names, 'the new place');
  mustEqual(await bench.names(), ['to'], 'the listing above');
}

export const RENAME_CASES: readonly ConformanceCase[] = [
  {
    name: 'renameFileTest',
    description: 'A moved file has its content at the new place and nothing at the old one.',
    async run(bench) {
      const content = patternBytes(LARGE_BYTES);
      await bench.write('from', content);
      await move(bench, 'from', 'to');
      mustEqual(await bench.names(), ['to'], 'the listing');
      mustBeBytes(await bench.read('to'), content, 'content');
    },
  },
  {
    name: 'renameRenamableFileTest',
    description: 'A file that was moved can be moved on, also into a directory.',
    async run(bench) {
      await bench.write('one', 'content');
      await bench.makeDirectory('dir');
      await move(bench, 'one', 'two');
      await move(bench, 'two', 'dir/three');
      mustEqual(await bench.names('', { recursive: true }), ['dir', 'dir/three'], 'the listing');
      mustBeBytes(await bench.read('dir/three'), Buffer.from('content'), 'content');
    },
  },
  {
    name: 'renameDirectoryTest',
    description: 'A moved directory takes its files along.',
    async run(bench) {
      await bench.makeDirectory('from');
      await bench.write('from/file', 'content');
      await move(bench, 'from', 'to');
      await mustHaveMoved(bench, ['file']);
      mustBeBytes(await bench.read('to/file'), Buffer.from('content'), 'content');
    },
  },
  {
    name: 'renameDirectoryDeepTest',
    description: 'A moved directory takes all levels below it along, empty directories too.',
    async run(bench) {
      const names = await fillDeepDirectory(bench, 'from');
      await move(bench, 'from', 'to');
      await mustHaveMoved(bench, names);
      mustBeBytes(await bench.read('to/sub/deeper/file-c'), patternBytes(30), 'content');
    },
  },
  {
    name: 'renameRenamableDirectoryTest',
    description: 'A directory that was moved can be moved on.',
    async run(bench) {
      const names = await fillDeepDirectory(bench, 'from');
      await move(bench, 'from', 'between');
      await move(bench, 'between', 'to');
      await mustHaveMoved(bench, names);
    },
  },
  {
    name: 'renameLargeDirectoryTest',
    description: 'A directory of several listing pages is moved whole.',
    async run(bench) {
      const names = await fillLargeDirectory(bench, 'from');
      await move(bench, 'from', 'to');
      await mustHaveMoved(bench, names);
    },
  },
];
