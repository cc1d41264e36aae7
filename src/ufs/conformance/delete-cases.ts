import { deleteTree } from '../rename.ts';
import { LARGE_COUNT, mustEqual, mustFail } from './bench.ts';
import type { ConformanceCase } from './bench.ts';
import { fillLargeDirectory } from './trees.ts';

export const DELETE_CASES: readonly ConformanceCase[] = [
  {
    name: 'deleteFileTest',
    description: 'A deleted file is gone; deleting it again is no failure.',
    async run(bench) {
      await bench.write('file');
      mustEqual(await bench.ufs.deleteFiles([bench.key('file')]), [], 'failures');
      mustEqual(await bench.kind('file'), 'absent', 'after the delete');
      mustEqual(await bench.ufs.deleteFiles([bench.key('file')]), [], 'failures of the second delete');
    },
  },
  {
    name: 'deleteDirTest',
    description: 'An empty directory can be removed; one that holds something cannot, and keeps it.',
    async run(bench) {
      await bench.makeDirectory('empty');
      await bench.makeDirectory('full');
      await bench.write('full/child');
      mustEqual(await bench.ufs.removeDirectory(bench.key('empty')), true, 'removing the empty one');
      mustEqual(await bench.ufs.removeDirectory(bench.key('full')), false, 'removing the full one');
      mustEqual(await bench.kind('empty'), 'absent', 'the empty one');
      mustEqual(await bench.kind('full/child'), 'file', 'what the full one holds');
    },
  },
  {
    name: 'deleteLargeDirectoryTest',
    description: 'A directory of several listing pages can be deleted with all that it holds.',
    async run(bench) {
      await fillLargeDirectory(bench, 'large');
      await deleteTree(bench.ufs, bench.key('large'));
      mustEqual(await bench.kind('large'), 'absent', 'the directory');
      mustEqual(await bench.names(), [], 'the listing above');
    },
  },
  {
    name: 'createDeleteFileConjuctionTest',
    description: 'Files can be deleted and written again under the same names.',
    async run(bench) {
      const names = Array.from({ length: LARGE_COUNT / 5 }, (_, at) => `file-${String(at).padStart(3, '0')}`);
      for (const name of names) await bench.write(name);
      mustEqual(await bench.ufs.deleteFiles(names.map((name) => bench.key(name))), [], 'failures');
      mustEqual(await bench.names(), [], 'after the delete');
      for (const name of names) await bench.write(name);
      mustEqual(await bench.names(), names, 'after writing them again');
    },
  },
  {
    name: 'createThenDeleteExistingDirectoryTest',
    description: 'Directories just made can be removed at once.',
    async run(bench) {
      const names = Array.from({ length: LARGE_COUNT / 5 }, (_, at) => `dir-${String(at)}`);
      for (const name of names) await bench.makeDirectory(name);
      for (const name of names) mustEqual(await bench.ufs.removeDirectory(bench.key(name)), true, name);
      mustEqual(await bench.names(), [], 'after all');
      await mustFail(bench.names('dir-0'), 'NOT_FOUND', 'listing one of them');
    },
  },
];
