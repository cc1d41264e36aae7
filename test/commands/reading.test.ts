/** Commands that show one path: stat, checksum, head, tail, location, getfacl. */
import { describe, expect, it } from 'vitest';
import { byteStream } from '../../src/byte-stream.ts';
import { AlluxioError } from '../../src/errors.ts';
import type { OpenOptions } from '../../src/filesystem/file-system.ts';
import { entriesOf, runCommand, status } from './fake-shell.ts';
import type { PartialFileSystem } from './fake-shell.ts';

const T = Date.UTC(2023, 2, 4, 10, 15, 42, 120);
const FILE = status('/d/f', { id: 7, length: 10, modifiedMs: T, cachedBytes: 10, blockSize: 6, pinnedMedia: ['SSD'], owner: 'bob' });
const ALL = [status('/d', { id: 3, directory: true, childCount: 2 }), FILE, status('/d/g', { length: 3 })];
const BLOCKS = [
  { id: 70, index: 0, length: 6, tier: 'SSD' },
  { id: 71, index: 1, length: 4, tier: 'MEM' },
];
const CONTENT: Readonly<Record<string, string>> = { '/d/f': '0123456789', '/d/g': 'abc' };

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const opened: [string, OpenOptions | undefined][] = [];
const fs: PartialFileSystem = {
  entries: { ...entriesOf(ALL), blocks: (path) => Promise.resolve(path === '/d/f' ? BLOCKS : []) },
  content: {
    open(path, options) {
      opened.push([path, options]);
      const text = CONTENT[path];
      if (text === undefined) return Promise.reject(new AlluxioError('IS_A_DIRECTORY', `Path "${path}" must be a file.`));
      const offset = options?.offset ?? 0;
      return Promise.resolve(byteStream(only(Buffer.from(text.slice(offset, options?.length === undefined ? undefined : offset + options.length)))));
    },
  },
};
const out = async (name: Parameters<typeof runCommand>[0], ...words: string[]): Promise<string> => (await runCommand(name, words, { fs })).stdout;

describe('stat', () => {
  it('-f replaces what it knows and keeps the rest', async () => {
    expect(await out('stat', '-f', '%N;%z;%b;%u;%g;%Y;%q%%', '/d/f')).toBe(`f;10;2;bob;staff;${T};%q%%\n`);
    expect(await out('stat', '-f', '%N %z %b', '/d')).toBe('d NA NA\n');
  });

  it('shows everything, in the order of the sheet; in memory is what lies in the top tier', async () => {
    const [first, info, ...blocks] = (await out('stat', '/d/f')).split('\n');
    expect(first).toBe('/d/f is a file path.');
    expect(info).toMatch(/^URIStatus\{info=FileInfo\{fileId=7, fileIdentifier=null, name=f, path=\/d\/f, ufsPath=\/ufs\/d\/f, length=10, blockSizeBytes=6, /);
    expect(info).toContain('pinnedlocation=[SSD], cacheable=true, persisted=true, blockIds=[70, 71], inMemoryPercentage=60,');
    expect(info).toContain('mode=420, persistenceState=PERSISTED,');
    expect(info).toMatch(/inAlluxioPercentage=100, ufsFingerprint=, acl=user::rw-,group::r--,other::r--, defaultAcl=\}, prestoContext=null\}$/);
    expect(blocks[0]).toBe('Containing the following blocks: ');
    expect(blocks[1]).toMatch(/^BlockInfo\{id=70, length=6, locations=\[.*SSD.*\]\}$/);
  });

  it('says when there are no blocks, and nothing of the kind for a directory', async () => {
    expect((await out('stat', '/d/g')).split('\n')[2]).toBe('This file does not contain any blocks.');
    expect((await out('stat', '/d')).split('\n').length).toBe(3);
  });
});

describe('bytes', () => {
  it('cat joins what matches, and reports directories at the end', async () => {
    expect(await out('cat', '/d/*')).toBe('0123456789abc');
    expect(await runCommand('cat', ['/d'], { fs })).toEqual({ status: 255, stdout: '', stderr: 'Path "/d" must be a file.\n' });
  });

  it.each([
    ['head', ['-c', '4', '/d/f'], '0123'],
    ['head', ['-c', '1KB', '/d/f'], '0123456789'],
    ['head', ['-c3', '/d/*'], '012abc'],
    ['tail', ['-c', '4', '/d/f'], '6789'],
    ['tail', ['/d/f'], '0123456789'],
  ] as const)('%s %j', async (name, words, expected) => expect(await out(name, ...words)).toBe(expected));

  it.each([
    ['head', ['-c', '0', '/nope'], 'specified bytes must be > 0'],
    ['head', ['-c', '-5', '/d/f'], 'specified bytes must be > 0'],
    ['head', ['-c', '4x', '/d/f'], 'Fail to parse 4x to bytes'],
    ['tail', ['-c', '0', '/nope'], 'Path "/nope" does not exist.'],
    ['tail', ['-c', '0', '/d'], 'Path "/d" must be a file.'],
    ['tail', ['-c', '0', '/d/f'], 'specified bytes must be > 0'],
  ] as const)('%s %j is refused', async (name, words, message) => {
    const outcome = await runCommand(name, words, { fs });
    expect([outcome.status, outcome.stdout]).toEqual([255, '']);
    expect(outcome.stderr.startsWith(message)).toBe(true);
  });

  it('checksum reads without caching', async () => {
    opened.length = 0;
    expect(await out('checksum', '/d/g')).toBe('md5sum: 900150983cd24fb0d6963f7d28e17f72\n\n');
    expect(opened[0]?.[1]?.readType).toBe('NO_CACHE');
  });
});

it('location names the host once for each cached block', async () => {
  expect(await out('location', '/d/f')).toBe('/d/f with file id 7 is on nodes: \nhost1\nhost1\n');
  expect(await out('location', '/d')).toBe('/d with file id 3 is on nodes: \n');
});

it('getfacl prints base entries, named ones sorted, the mask last, then the defaults', async () => {
  const acl = [
    { type: 'mask', subject: '', bits: 7 },
    { type: 'group', subject: 'ops', bits: 4 },
    { type: 'user', subject: 'zoe', bits: 6 },
    { type: 'user', subject: 'bob', bits: 7 },
  ] as const;
  const defaultAcl = [
    { type: 'other', subject: '', bits: 5 },
    { type: 'user', subject: '', bits: 7 },
    { type: 'group', subject: '', bits: 5 },
    { type: 'user', subject: 'bob', bits: 7 },
    { type: 'mask', subject: '', bits: 7 },
  ] as const;
  const entries = entriesOf([status('/t', { directory: true, mode: 0o755, acl, defaultAcl })]);
  expect((await runCommand('getfacl', ['/t'], { fs: { entries } })).stdout.split('\n')).toEqual([
    '# file: /t', '# owner: alice', '# group: staff', 'user::rwx', 'group::r-x', 'other::r-x', 'user:bob:rwx', 'user:zoe:rw-', 'group:ops:r--', 'mask::rwx',
    'default:user::rwx', 'default:group::r-x', 'default:other::r-x', 'default:user:bob:rwx', 'default:mask::rwx', '',
  ]);
});
