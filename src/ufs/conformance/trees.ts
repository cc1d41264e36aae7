/** Trees that several cases use. */
import { forEachInParallel } from '../parallel.ts';
import { LARGE_COUNT, patternBytes } from './bench.ts';
import type { Bench } from './bench.ts';

/** 100 files and 100 directories: several pages. Returns their names, sorted. */
export async function fillLargeDirectory(bench: Bench, name: string): Promise<string[]> {
  await bench.makeDirectory(name);
  const numbers = Array.from({ length: LARGE_COUNT }, (_, at) => String(at));
  await forEachInParallel(numbers, { parallel: 8 }, async (number) => {
    await bench.write(`${name}/file-${number}`);
    await bench.makeDirectory(`${name}/dir-${number}`);
  });
  return [...numbers.map((number) => `dir-${number}`), ...numbers.map((number) => `file-${number}`)].sort();
}

/** `dir/{file-a, sub/{file-b, deeper/file-c}, empty}`. Returns all names below `dir`, sorted. */
export async function fillDeepDirectory(bench: Bench, name: string): Promise<string[]> {
  await bench.makeDirectory(`${name}/empty`);
  await bench.makeDirectory(`${name}/sub/deeper`);
  await bench.write(`${name}/file-a`, patternBytes(10));
  await bench.write(`${name}/sub/file-b`, patternBytes(20));
  await bench.write(`${name}/sub/deeper/file-c`, patternBytes(30));
  return ['empty', 'file-a', 'sub', 'sub/deeper', 'sub/deeper/file-c', 'sub/file-b'];
}

/** Only files are written: on an object store these directories have no marker. */
export async function writePrefixes(bench: Bench): Promise<{ children: string[]; all: string[] }> {
  for (const name of ['a/b/file', 'a/file', 'c/file', 'file']) await bench.write(name);
  return { children: ['a', 'c', 'file'], all: ['a', 'a/b', 'a/b/file', 'a/file', 'c', 'c/file', 'file'] };
}
