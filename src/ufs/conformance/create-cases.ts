import { LARGE_BYTES, LARGE_COUNT, mustBeBytes, mustEqual, mustHold, patternBytes } from './bench.ts';
import type { ConformanceCase } from './bench.ts';

export const CREATE_CASES: readonly ConformanceCase[] = [
  {
    name: 'createAtomicTest',
    description: 'Nothing is visible at the key while a file is written; all of it is afterwards.',
    async run(bench) {
      let during: string | undefined;
      let listed: string[] = [];
      const source = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from('first');
        during = await bench.kind('file');
        listed = await bench.names();
        yield Buffer.from('second');
      };
      await bench.ufs.write(bench.key('file'), source());
      mustEqual(during, 'absent', 'status while it was written');
      mustEqual(listed, [], 'listing while it was written');
      mustBeBytes(await bench.read('file'), Buffer.from('firstsecond'), 'content');
    },
  },
  {
    name: 'createEmptyTest',
    description: 'A file may be empty.',
    async run(bench) {
      const written = await bench.write('empty', '');
      mustEqual(written.size, 0, 'size as written');
      mustEqual((await bench.status('empty'))?.size, 0, 'size');
      mustEqual(await bench.kind('empty'), 'file', 'kind');
    },
  },
  {
    name: 'createNoParentTest',
    description: 'A file below directories that do not exist makes them on a storage that has real ones.',
    appliesTo: (ufs) => !ufs.capabilities.objectStore,
    async run(bench) {
      await bench.write('none/such/file');
      mustEqual(await bench.kind('none'), 'directory', 'its grandparent');
      mustEqual(await bench.kind('none/such'), 'directory', 'its parent');
    },
  },
  {
    name: 'createParentTest',
    description: 'A file below directories that do not exist can be written, and they are directories then.',
    async run(bench) {
      await bench.write('dir1/dir2/file');
      mustEqual(await bench.kind('dir1/dir2/file'), 'file', 'the file');
      mustEqual(await bench.kind('dir1/dir2'), 'directory', 'its parent');
      mustEqual(await bench.names('dir1'), ['dir2'], 'the listing above');
    },
  },
  {
    name: 'createOpenTest',
    description: 'What was written is what is read.',
    async run(bench) {
      const content = patternBytes(300);
      await bench.write('file', content);
      mustBeBytes(await bench.read('file'), content, 'content');
    },
  },
  {
    name: 'createOpenEmptyTest',
    description: 'An empty file reads as empty.',
    async run(bench) {
      await bench.write('empty', '');
      mustBeBytes(await bench.read('empty'), Buffer.alloc(0), 'content');
    },
  },
  {
    name: 'createOpenAtPositionTest',
    description: 'A read may begin and end anywhere.',
    async run(bench) {
      const content = patternBytes(LARGE_BYTES);
      await bench.write('file', content);
      for (const offset of [0, 1, 511, 512, 513, LARGE_BYTES - 1, LARGE_BYTES]) {
        mustBeBytes(await bench.read('file', { offset }), content.subarray(offset), `from ${String(offset)}`);
        mustBeBytes(await bench.read('file', { offset, length: 600 }), content.subarray(offset, offset + 600), `600 bytes from ${String(offset)}`);
      }
    },
  },
  {
    name: 'createOpenLargeTest',
    description: 'A file of many blocks is read as it was written.',
    async run(bench) {
      const content = patternBytes(LARGE_BYTES * 20);
      await bench.write('large', content);
      mustBeBytes(await bench.read('large'), content, 'content');
    },
  },
  {
    name: 'createOpenExistingLargeFileTest',
    description: 'Many files written one after the other can each be read at once.',
    async run(bench) {
      const content = patternBytes(LARGE_BYTES);
      const names = Array.from({ length: LARGE_COUNT / 10 }, (_, at) => `large-${String(at)}`);
      for (const name of names) await bench.write(name, content);
      for (const name of names) mustBeBytes(await bench.read(name), content, name);
      mustHold((await bench.list()).every((entry) => entry.size === LARGE_BYTES), 'a listed size differs from what was written');
    },
  },
];
