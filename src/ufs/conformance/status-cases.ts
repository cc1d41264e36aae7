import { LARGE_BYTES, LARGE_COUNT, mustEqual, mustHold, patternBytes } from './bench.ts';
import type { Bench, ConformanceCase } from './bench.ts';

const CLOCK_SKEW_MS = 5_000;

async function writeThenAsk(bench: Bench): Promise<void> {
  const names = Array.from({ length: LARGE_COUNT / 5 }, (_, at) => `file-${String(at)}`);
  for (const name of names) {
    await bench.write(name);
    mustEqual(await bench.kind(name), 'file', `${name} right after it was written`);
  }
}

async function makeThenAsk(bench: Bench): Promise<void> {
  const names = Array.from({ length: LARGE_COUNT / 5 }, (_, at) => `dir-${String(at)}`);
  for (const name of names) {
    await bench.makeDirectory(name);
    mustEqual(await bench.kind(name), 'directory', `${name} right after it was made`);
  }
}

export const STATUS_CASES: readonly ConformanceCase[] = [
  {
    name: 'existsTest',
    description: 'Files and directories exist after they were made and not before, nor after they were removed.',
    async run(bench) {
      mustEqual(await bench.kind('file'), 'absent', 'before');
      await bench.write('file');
      await bench.makeDirectory('dir');
      mustEqual(await bench.kind('file'), 'file', 'the file');
      mustEqual(await bench.kind('dir'), 'directory', 'the directory');
      await bench.ufs.deleteFiles([bench.key('file')]);
      await bench.ufs.removeDirectory(bench.key('dir'));
      mustEqual(await bench.kind('file'), 'absent', 'the file after its delete');
      mustEqual(await bench.kind('dir'), 'absent', 'the directory after its removal');
    },
  },
  {
    name: 'getDirectoryStatusTest',
    description: 'A directory says that it is one, and has no content.',
    async run(bench) {
      await bench.makeDirectory('dir');
      const status = await bench.status('dir');
      mustEqual([status?.kind, status?.size, status?.contentHash], ['directory', 0, ''], 'its status');
    },
  },
  { name: 'createThenGetExistingDirectoryStatusTest', description: 'A directory is there as soon as it was made.', run: makeThenAsk },
  {
    name: 'getFileSizeTest',
    description: 'A file has the size that was written.',
    async run(bench) {
      for (const size of [0, 1, 511, 512, LARGE_BYTES]) {
        await bench.write('file', patternBytes(size));
        mustEqual((await bench.status('file'))?.size, size, 'size');
      }
    },
  },
  { name: 'createThenGetExistingFileStatusTest', description: 'A file is there as soon as it was written.', run: writeThenAsk },
  {
    name: 'getFileStatusTest',
    description: 'A file says size, time and content hash, the same ones as when it was written.',
    async run(bench) {
      const written = await bench.write('file', patternBytes(100));
      const status = await bench.status('file');
      mustEqual([status?.kind, status?.size, status?.contentHash], ['file', 100, written.contentHash], 'its status');
      mustHold(written.contentHash !== '', 'it has no content hash');
      mustHold(status?.crc64 === undefined || status.crc64 === written.crc64, 'its CRC64 is not the one written');
    },
  },
  {
    name: 'createThenGetExistingStatusTest',
    description: 'Files and directories are there as soon as they were made.',
    async run(bench) {
      await writeThenAsk(bench);
      await makeThenAsk(bench);
    },
  },
  {
    name: 'getModTimeTest',
    description: 'The modification time is now, but for 5 seconds.',
    async run(bench) {
      const before = Date.now();
      const written = await bench.write('file');
      const status = await bench.status('file');
      for (const time of [written.modifiedMs, status?.modifiedMs ?? 0]) {
        mustHold(time >= before - CLOCK_SKEW_MS && time <= Date.now() + CLOCK_SKEW_MS, `${new Date(time).toISOString()} is more than 5 s off this host's clock`);
      }
    },
  },
  {
    name: 'getNonExistingDirectoryStatusTest',
    description: 'A directory that does not exist has no status.',
    run: async (bench) => mustEqual(await bench.kind('none/dir'), 'absent', 'its kind'),
  },
  {
    name: 'getNonExistingFileStatusTest',
    description: 'A file that does not exist has no status, also beside one that does.',
    async run(bench) {
      await bench.write('file');
      mustEqual(await bench.kind('fil'), 'absent', 'the beginning of its name');
      mustEqual(await bench.kind('file2'), 'absent', 'its name and more');
      mustEqual(await bench.kind('file/below'), 'absent', 'something below it');
    },
  },
  {
    name: 'getNonExistingPathStatusTest',
    description: 'A path that does not exist has no status.',
    run: async (bench) => mustEqual(await bench.kind('none'), 'absent', 'its kind'),
  },
  {
    name: 'isFileTest',
    description: 'A file is no directory and a directory is no file.',
    async run(bench) {
      await bench.write('file');
      await bench.makeDirectory('dir');
      mustEqual([await bench.kind('file'), await bench.kind('dir')], ['file', 'directory'], 'their kinds');
    },
  },
];
