/** The smoke test that guides tell users to run first: every way to write and to read, through the whole of the software. */
import type { CommandContext, CommandInput, OptionSpec } from './command.ts';
import { AlluxioError, hasCode, messageOf } from '../errors.ts';
import type { FileSystem, ReadType, WriteType } from '../filesystem/file-system.ts';
import { dateFormat } from '../terminal/dates.ts';
import { joinPath, normalisePath } from '../uri.ts';
import type { AlluxioPath } from '../uri.ts';
import { text } from './options.ts';

const READ_TYPES = ['CACHE_PROMOTE', 'CACHE', 'NO_CACHE'] as const satisfies readonly ReadType[];
const WRITE_TYPES = ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH'] as const satisfies readonly WriteType[];
const OPERATIONS = ['BASIC', 'BASIC_NON_BYTE_BUFFER'] as const;
const DIRECTORY = 'default_tests_files';
const INTEGERS = 20;

type Operation = (typeof OPERATIONS)[number];

const FILE_PREFIX: Readonly<Record<Operation, string>> = { BASIC: 'BasicFile', BASIC_NON_BYTE_BUFFER: 'BasicNonByteBuffer' };
const LOGGER: Readonly<Record<Operation, string>> = { BASIC: 'BasicOperations', BASIC_NON_BYTE_BUFFER: 'BasicNonByteBufferOperations' };

export const RUN_TESTS_OPTIONS: readonly OptionSpec[] = [
  { long: 'directory', value: 'path', words: 'path', description: `the Alluxio directory in which ${DIRECTORY} is made; default /` },
  { long: 'operation', value: 'operation', words: OPERATIONS, description: `only this operation: ${OPERATIONS.join(' or ')}` },
  { long: 'readType', value: 'type', words: READ_TYPES, description: `only this read type: ${READ_TYPES.join(', ')}` },
  { long: 'writeType', value: 'type', words: WRITE_TYPES, description: `only this write type: ${WRITE_TYPES.join(', ')}` },
  { long: 'workers', value: 'hosts', description: 'accepted for old scripts; there is one worker' },
  { short: 'h', description: 'show the usage' },
];

export const RUN_TESTS_JSON = 'operation, readType, writeType, path, passed, error (null when it passed)';

interface Combination {
  readonly operation: Operation;
  readonly readType: ReadType;
  readonly writeType: WriteType;
}

/** @returns the number of failures, which is the exit status */
export async function runTests(input: CommandInput, ctx: CommandContext): Promise<number> {
  const combinations = combinationsOf(input);
  const directory = joinPath(normalisePath(text(input, 'directory') ?? '/'), DIRECTORY);
  const fs = await ctx.fileSystem();
  await startClean(directory, fs, ctx);
  let failures = 0;
  for (const combination of combinations) {
    ctx.signal.throwIfAborted();
    if (!(await passes(combination, { directory, fs, ctx }))) failures += 1;
  }
  failures += await persistRest(directory, fs, ctx);
  if (failures > 0 && !ctx.out.json) ctx.out.line(`Number of failed tests: ${failures}`);
  return failures;
}

function combinationsOf(input: CommandInput): Combination[] {
  const reads = chosen(input, 'readType', READ_TYPES);
  const writes = chosen(input, 'writeType', WRITE_TYPES);
  const operations = chosen(input, 'operation', OPERATIONS);
  return reads.flatMap((readType) => writes.flatMap((writeType) => operations.map((operation) => ({ operation, readType, writeType }))));
}

function chosen<T extends string>(input: CommandInput, name: string, known: readonly T[]): readonly T[] {
  const wanted = text(input, name);
  if (wanted === undefined) return known;
  const match = known.find((word) => word === wanted.toUpperCase());
  if (match === undefined) throw new AlluxioError('USAGE', `Option --${name} takes ${known.join(', ')}, not ${wanted}`, { exitStatus: 1 });
  return [match];
}

async function startClean(directory: AlluxioPath, fs: FileSystem, ctx: CommandContext): Promise<void> {
  try {
    await fs.changes.delete(directory, { recursive: true, unchecked: true, signal: ctx.signal });
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
  }
  await fs.changes.makeDirectory(directory, { recursive: true });
}

interface Place {
  readonly directory: AlluxioPath;
  readonly fs: FileSystem;
  readonly ctx: CommandContext;
}

async function passes(combination: Combination, { directory, fs, ctx }: Place): Promise<boolean> {
  const { operation, readType, writeType } = combination;
  const path = joinPath(directory, `${FILE_PREFIX[operation]}_${readType}_${writeType}`);
  const expected = contentOf(operation);
  if (!ctx.out.json) ctx.out.line(`runTest --operation ${operation} --readType ${readType} --writeType ${writeType}`);
  try {
    const writeStart = ctx.now();
    await fs.content.create(path, once(expected), { writeType, size: expected.byteLength, signal: ctx.signal });
    log(ctx, operation, `writeFile to file ${path} took ${ctx.now() - writeStart} ms.`);
    const readStart = ctx.now();
    const read = await bytesOf(path, readType, { directory, fs, ctx });
    log(ctx, operation, `readFile file ${path} took ${ctx.now() - readStart} ms.`);
    if (!read.equals(expected)) throw new AlluxioError('CORRUPT', `${path} holds other bytes than were written.`, { path });
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (ctx.out.json) {
      ctx.out.record({ ...combination, path, passed: false, error: messageOf(error) });
      return false;
    }
    ctx.out.error(messageOf(error));
    ctx.out.line(ctx.out.paint('Failed the test!', 'red'));
    return false;
  }
  if (ctx.out.json) ctx.out.record({ ...combination, path, passed: true, error: null });
  else ctx.out.line(ctx.out.paint('Passed the test!', 'green'));
  return true;
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield chunk;
}

/** 0…19 as 4-byte numbers: little-endian, or big-endian after a count. */
function contentOf(operation: Operation): Buffer {
  const numbers = Array.from({ length: INTEGERS }, (_, i) => i);
  if (operation === 'BASIC') {
    const bytes = Buffer.alloc(4 * INTEGERS);
    for (const value of numbers) bytes.writeInt32LE(value, 4 * value);
    return bytes;
  }
  const bytes = Buffer.alloc(4 * (INTEGERS + 1));
  bytes.writeInt32BE(INTEGERS, 0);
  for (const value of numbers) bytes.writeInt32BE(value, 4 * (value + 1));
  return bytes;
}

async function bytesOf(path: AlluxioPath, readType: ReadType, { fs, ctx }: Place): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await fs.content.open(path, { readType, signal: ctx.signal })) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

/** MUST_CACHE files are in Alluxio only. The guide says that every file is an object afterwards, so they are persisted now. */
async function persistRest(directory: AlluxioPath, fs: FileSystem, ctx: CommandContext): Promise<number> {
  const paths: AlluxioPath[] = [];
  for await (const batch of fs.storage.pending(directory)) for (const status of batch) paths.push(status.path);
  let failures = 0;
  for (const path of paths) {
    try {
      await fs.storage.persist(path, { signal: ctx.signal });
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      ctx.out.error(`Failed to persist file ${path}: ${messageOf(error)}`);
      failures += 1;
    }
  }
  return failures;
}

const logDate = dateFormat('yyyy-MM-dd HH:mm:ss,SSS');

function log(ctx: CommandContext, operation: Operation, message: string): void {
  if (ctx.out.json) return;
  ctx.out.line(`${logDate(ctx.now())} INFO  ${LOGGER[operation]} - ${message}`);
}
