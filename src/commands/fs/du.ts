import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import type { FileStatus, FileSystem, ListOptions } from '../../filesystem/file-system.ts';
import { formatSize, percentOf } from '../../terminal/size.ts';
import type { TypedPath } from '../../uri.ts';
import { forEachPath, throwTogether } from '../for-each-path.ts';
import { arg, flag } from '../options.ts';
import { bytesInMemory } from '../status-text.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'du',
  usage: 'du [-h|-s|-g|-m] <path>',
  summary: 'Displays the total size of the specified file or directory.',
  description: 'One line per file below the path: its size, and how much of it is in Alluxio.',
  args: { min: 1, max: 1 },
  options: [
    { short: 'h', description: 'print sizes in human readable format (e.g., 1KB 234MB 2GB)' },
    { short: 's', description: 'one line per path with the total of what lies below it' },
    { short: 'm', long: 'memory', description: 'also display the size in memory' },
    { short: 'g', long: 'group-by-worker', description: 'also display the distribution over workers' },
  ],
  examples: [
    { command: 'alluxio fs du /data', does: 'List every file below /data with its size.' },
    { command: "alluxio fs du -h -s '/data/*'", does: 'One total for each child of /data.' },
  ],
  json: 'path, size, cachedBytes, cachedPercent; with -m also memoryBytes',
  async run(input, ctx) {
    const table = tableOf(input, ctx);
    let headed = false;
    const head = (): void => {
      if (!headed) table.heading();
      headed = true;
    };
    await forEachPath(ctx, arg(input, 0), async (path, fs) => {
      head();
      const failures: Error[] = [];
      const onProblem: OnProblem = ({ error }) => void failures.push(error);
      if (flag(input, 's')) await summarise(path, fs, { table, onProblem });
      else await listFiles(path, fs, { table, ctx, onProblem });
      throwTogether(failures);
    });
  },
};

interface Usage {
  readonly path: string;
  readonly size: number;
  readonly cached: number;
  readonly memory: number;
}

interface Table {
  heading(): void;
  row(usage: Usage): void;
  /** Bytes in memory, 0 where they are not shown: they have to be asked for each file. */
  memoryOf(status: FileStatus, fs: FileSystem): Promise<number>;
  readonly needsMemory: boolean;
}

type OnProblem = NonNullable<ListOptions['onProblem']>;

async function summarise(path: TypedPath, fs: FileSystem, { table, onProblem }: { table: Table; onProblem: OnProblem }): Promise<void> {
  const { bytes, cachedBytes } = await fs.entries.totals(path.plain, { onProblem });
  let memory = 0;
  if (table.needsMemory) {
    // The totals have just looked at the storages.
    for await (const batch of fs.entries.list(path.plain, { recursive: true, brief: true, loadType: 'NEVER', syncIntervalMs: -1 })) {
      for (const status of batch) if (!status.directory) memory += await table.memoryOf(status, fs);
    }
  }
  table.row({ path: path.typed, size: bytes, cached: cachedBytes, memory });
}

async function listFiles(path: TypedPath, fs: FileSystem, how: { table: Table; ctx: CommandContext; onProblem: OnProblem }): Promise<void> {
  const files: Usage[] = [];
  for await (const batch of fs.entries.list(path.plain, { recursive: true, brief: true, signal: how.ctx.signal, onProblem: how.onProblem })) {
    for (const status of batch) {
      if (status.directory) continue;
      files.push({ path: status.path, size: status.length, cached: status.cachedBytes, memory: await how.table.memoryOf(status, fs) });
    }
  }
  // By whole path, which is not the order of a tree: `/a.txt` comes before `/a/x`.
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const file of files) {
    how.table.row(file);
    await how.ctx.out.drained();
  }
}

function tableOf(input: CommandInput, ctx: CommandContext): Table {
  const { out, hostname } = ctx;
  const [human, memory, workers] = [flag(input, 'h'), flag(input, 'memory'), flag(input, 'group-by-worker')];
  const size = (bytes: number): string => (human ? formatSize(bytes) : String(bytes));
  const print = (cells: { size: string; cached: string; memory: string; worker: string; path: string }): void => {
    const inMemory = memory ? `${cells.memory.padEnd(16)} ` : '';
    const worker = workers ? `${cells.worker.padEnd(25)} ` : '';
    out.line(`${cells.size.padEnd(13)} ${cells.cached.padEnd(16)} ${inMemory}${worker}${cells.path}`);
  };
  const share = (bytes: number, total: number): string => `${size(bytes)} (${percentOf(bytes, total, 0)}%)`;
  return {
    needsMemory: memory,
    memoryOf: async (status, fs) => (memory && status.cachedBytes > 0 ? bytesInMemory(await fs.entries.blocks(status.path), ctx.config) : 0),
    heading() {
      if (!out.json) print({ size: 'File Size', cached: 'In Alluxio', memory: 'In Memory', worker: 'Worker Host Name', path: 'Path' });
    },
    row(file) {
      if (out.json) {
        const cachedPercent = percentOf(file.cached, file.size, 0);
        return out.record({ path: file.path, size: file.size, cachedBytes: file.cached, cachedPercent, ...(memory ? { memoryBytes: file.memory } : {}) });
      }
      const shares = { cached: share(file.cached, file.size), memory: share(file.memory, file.size) };
      print({ size: size(file.size), ...shares, worker: 'total', path: file.path });
      if (workers && file.cached > 0) print({ size: '', ...shares, worker: hostname, path: '' });
    },
  };
}
