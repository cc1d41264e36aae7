import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import type { FileStatus, FileSystem, ListOptions } from '../../filesystem/file-system.ts';
import { dateFormat, DEFAULT_PATTERN } from '../../terminal/dates.ts';
import { onOneLine } from '../../terminal/escape.ts';
import { formatSize } from '../../terminal/size.ts';
import type { TypedPath } from '../../uri.ts';
import { forEachPath, throwTogether } from '../for-each-path.ts';
import { flag, text } from '../options.ts';
import { cachedPercent, permissionText, STATUS_JSON, statusRecord } from '../status-text.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'ls',
  usage: 'ls [-d|-f|-p|-R|-h|--sort=option|--timestamp=option|-r] <path> ...',
  summary: 'Displays information for all files and directories directly under the specified paths.',
  description: 'Columns: permission, owner, group, size (children of a directory), persistence, date, DIR or the percentage in Alluxio, path.',
  args: { min: 1, max: Infinity },
  options: [
    { short: 'd', description: 'list directories as plain files' },
    { short: 'f', description: 'force to load metadata for immediate children in a directory' },
    { short: 'h', description: 'print human-readable format sizes' },
    { short: 'p', description: 'list all pinned files' },
    { short: 'R', description: 'list subdirectories recursively' },
    { short: 'r', description: 'reverse order while sorting (with --sort)' },
    { long: 'sort', value: 'option', words: ['creationTime', 'inMemoryPercentage', 'lastAccessTime', 'lastModificationTime', 'name', 'path', 'size'], description: 'sort by size, creationTime, inMemoryPercentage, lastModificationTime, lastAccessTime, name or path' },
    { long: 'timestamp', value: 'option', words: ['creationTime', 'lastAccessTime', 'lastModificationTime'], description: 'the time shown: creationTime, lastModificationTime (default) or lastAccessTime' },
  ],
  examples: [
    { command: 'alluxio fs ls /data', does: 'List a directory.' },
    { command: "alluxio fs ls -R -h '/logs/2024-*'", does: 'List every matching directory with all that is below it, with sizes for people.', setup: ['mkdir /logs/2024-01/day'] },
    { command: 'alluxio fs ls --sort=size -r /data', does: 'Largest first.' },
  ],
  json: STATUS_JSON,
  async run(input, ctx) {
    const wanted = parse(input);
    const print = printer(wanted, ctx);
    for (const path of input.args) await forEachPath(ctx, path, (match, fs) => listOne(match, fs, { wanted, print, ctx }));
  },
};

type Key = (status: FileStatus) => number | string;

const TIMES = {
  creationTime: (status: FileStatus) => status.createdMs,
  lastModificationTime: (status: FileStatus) => status.modifiedMs,
  lastAccessTime: (status: FileStatus) => status.accessedMs,
} as const satisfies Record<string, Key>;

/** By lower-cased name: Alluxio takes these, unlike those of --timestamp, in any case. */
const SORTS: Readonly<Record<string, Key>> = {
  creationtime: TIMES.creationTime,
  lastmodificationtime: TIMES.lastModificationTime,
  lastaccesstime: TIMES.lastAccessTime,
  size: (status) => status.length,
  inmemorypercentage: (status) => cachedPercent(status),
  name: (status) => status.name.toLowerCase(),
  path: (status) => status.path,
};

interface Wanted {
  readonly asItself: boolean;
  readonly force: boolean;
  readonly human: boolean;
  readonly pinnedOnly: boolean;
  readonly recursive: boolean;
  readonly reverse: boolean;
  readonly sort: Key | undefined;
  readonly time: (status: FileStatus) => number;
}

type Print = (statuses: readonly FileStatus[]) => Promise<void>;

function parse(input: CommandInput): Wanted {
  const sortName = text(input, 'sort');
  const sort = sortName === undefined ? undefined : SORTS[sortName.toLowerCase()];
  if (sortName !== undefined && sort === undefined) throw new AlluxioError('INVALID_ARGUMENT', `Invalid sort option \`${sortName}\` for --sort`);
  const timeName = text(input, 'timestamp') ?? 'lastModificationTime';
  const time = Object.entries(TIMES).find(([name]) => name === timeName)?.[1];
  if (time === undefined) throw new AlluxioError('USAGE', `Unrecognized timestamp option ${timeName}`);
  return {
    asItself: flag(input, 'd'),
    force: flag(input, 'f'),
    human: flag(input, 'h'),
    pinnedOnly: flag(input, 'p'),
    recursive: flag(input, 'R'),
    reverse: flag(input, 'r'),
    sort,
    time,
  };
}

async function listOne(path: TypedPath, fs: FileSystem, how: { wanted: Wanted; print: Print; ctx: CommandContext }): Promise<void> {
  const { wanted, print, ctx } = how;
  const sync = wanted.force ? ({ loadType: 'ALWAYS', syncIntervalMs: 0 } as const) : {};
  if (wanted.asItself) return print([await fs.entries.status(path.plain, sync)]);
  const failures: Error[] = [];
  const options: ListOptions = { ...sync, recursive: wanted.recursive, signal: ctx.signal, brief: true, onProblem: ({ error }) => void failures.push(error) };
  const listed = fs.entries.list(path.plain, options);
  if (wanted.sort === undefined) for await (const batch of listed) await print(batch);
  else await print(sorted(await gathered(listed), wanted.sort, wanted.reverse));
  throwTogether(failures);
}

async function gathered(listed: AsyncIterable<readonly FileStatus[]>): Promise<FileStatus[]> {
  const all: FileStatus[] = [];
  for await (const batch of listed) for (const status of batch) all.push(status);
  return all;
}

function sorted(all: readonly FileStatus[], key: Key, reverse: boolean): FileStatus[] {
  const sign = reverse ? -1 : 1;
  const keyed = all.map((status) => ({ status, key: key(status) }));
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
  return keyed.map(({ status }) => status);
}

/** How many lines are built before the output is asked whether it can follow. */
const SLICE = 500;

function printer(wanted: Wanted, ctx: CommandContext): Print {
  const { out } = ctx;
  const format = out.json ? (status: FileStatus) => JSON.stringify(statusRecord(status)) : lineFormat(wanted, ctx);
  return async (statuses) => {
    for (let from = 0; from < statuses.length; from += SLICE) {
      const lines: string[] = [];
      for (const status of statuses.slice(from, from + SLICE)) if (!wanted.pinnedOnly || status.pinned) lines.push(format(status));
      if (lines.length > 0) out.line(lines.join('\n'));
      await out.drained();
    }
  };
}

function lineFormat(wanted: Wanted, { config, out }: CommandContext): (status: FileStatus) => string {
  const secured = config.find('alluxio.security.authentication.type') !== 'NOSASL' && config.find('alluxio.security.authorization.permission.enabled') !== 'false';
  const date = dateFormat(config.find('alluxio.user.date.format.pattern') ?? DEFAULT_PATTERN);
  const nameOf = out.terminal ? onOneLine : (path: string): string => path;
  const owners = secured ? ownersFormat() : () => '';
  return (status) => {
    const { directory } = status;
    const size = directory ? String(status.childCount) : wanted.human ? formatSize(status.length) : String(status.length);
    const time = date(wanted.time(status));
    const shown = time.length === 23 ? ` ${time}` : time.padStart(24);
    return `${owners(status)}${size.padStart(15)}${STATES[status.persistence]}${shown}${directory ? DIR : percentText(cachedPercent(status))}${nameOf(status.path).padEnd(5)}`;
  };
}

/** What stands on nearly every line, as wide as its column. */
const STATES: Readonly<Record<FileStatus['persistence'], string>> = {
  NOT_PERSISTED: 'NOT_PERSISTED'.padStart(16),
  TO_BE_PERSISTED: 'TO_BE_PERSISTED'.padStart(16),
  PERSISTED: 'PERSISTED'.padStart(16),
  LOST: 'LOST'.padStart(16),
};
const DIR = '  DIR ';

function percentText(percent: number): string {
  return percent === 0 ? '   0% ' : percent === 100 ? ' 100% ' : `${`${percent}%`.padStart(5)} `;
}

/** Neighbours mostly have the same owner and mode: their text is kept for the next line. */
function ownersFormat(): (status: FileStatus) => string {
  let last: FileStatus | undefined;
  let text = '';
  return (status) => {
    const same = last !== undefined && last.mode === status.mode && last.directory === status.directory && last.owner === status.owner && last.group === status.group;
    if (!same || last?.acl !== status.acl || last.defaultAcl !== status.defaultAcl) {
      text = `${permissionText(status).padEnd(12)}${status.owner.padEnd(15)}${status.group.padEnd(15)}`;
      last = status;
    }
    return text;
  };
}
