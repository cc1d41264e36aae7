import type { CommandContext, CommandInput, CommandSpec, OptionSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import type { MountOptions, MountPoint } from '../../filesystem/file-system.ts';
import { formatSize, percentOf } from '../../terminal/size.ts';
import { UfsUri } from '../../uri.ts';
import { arg, flag, pairs, texts } from '../options.ts';
import { readPath } from '../paths.ts';

export const MOUNT_OPTIONS: readonly OptionSpec[] = [
  { long: 'readonly', description: 'mount point is readonly in Alluxio' },
  { long: 'shared', description: 'mount point is shared' },
  { long: 'option', value: 'key=val', repeatable: true, description: 'options associated with this mount point; repeat it for more' },
];

export const command: CommandSpec = {
  group: 'fs',
  name: 'mount',
  usage: 'mount [--readonly] [--shared] [--option <key=val>] <alluxioPath> <ufsURI>',
  summary: 'Mounts a UFS path onto an Alluxio path. If no arguments are given, it displays all mount points.',
  args: { min: 0, max: 2, countMessage: wrongCount },
  words: ['path', 'text'],
  options: MOUNT_OPTIONS,
  examples: [
    { command: 'alluxio fs mount', does: 'Show what is mounted where; credentials are masked.' },
    { command: 'alluxio fs mount /oss oss://my-bucket/data', does: 'Mount a directory of a bucket with the credentials of the site file.' },
    { command: 'alluxio fs mount --readonly --option fs.oss.endpoint=oss-cn-shanghai.aliyuncs.com /logs oss://logs/', does: 'Mount another bucket, for reading only.' },
  ],
  json: 'path, ufsUri, type, readOnly, shared, capacityBytes, usedBytes, properties',
  async run(input, ctx) {
    if (input.args.length === 0) return listMounts(ctx);
    if (input.args.length === 1) throw new AlluxioError('USAGE', wrongCount(1));
    const path = readPath(ctx, arg(input, 0));
    const uri = UfsUri.parse(arg(input, 1));
    const options = mountOptions(input);
    const fs = await ctx.fileSystem();
    await fs.mounts.mount(path.plain, uri, options);
    if (!ctx.out.json) return ctx.out.line(`Mounted ${uri.toString()} at ${path.typed}`);
    for (const mount of await fs.mounts.list({ space: true })) if (mount.path === path.plain) ctx.out.record(recordOf(mount));
  },
};

function wrongCount(given: number): string {
  return `Command mount takes 0 or 2 arguments, not ${given}`;
}

/** @throws USAGE for an `--option` that is no pair */
export function mountOptions(input: CommandInput): MountOptions {
  return { readOnly: flag(input, 'readonly'), shared: flag(input, 'shared'), properties: pairs(texts(input, 'option'), 'option') };
}

async function listMounts(ctx: CommandContext): Promise<void> {
  const fs = await ctx.fileSystem();
  const mounts = await fs.mounts.list({ space: true });
  if (ctx.out.json) {
    for (const mount of mounts) ctx.out.record(recordOf(mount));
    return;
  }
  for (const line of mountLines(mounts)) ctx.out.line(line);
}

/** Also the body of `fsadmin report ufs`. */
export function mountLines(mounts: readonly MountPoint[]): string[] {
  const uriWidth = Math.max(0, ...mounts.map(({ ufsUri }) => ufsUri.toString().length));
  const pathWidth = Math.max(0, ...mounts.map(({ path }) => path.length));
  return mounts.map((mount) => `${mount.ufsUri.toString().padEnd(uriWidth)}  on  ${mount.path.padEnd(pathWidth)}  (${details(mount)})`);
}

function details({ type, space, readOnly, shared, properties }: MountPoint): string {
  const capacity = space?.capacity ?? -1;
  const used = space?.used ?? -1;
  const percent = capacity > 0 && used >= 0 ? `(${percentOf(used, capacity, 0)}%)` : '';
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${value}`).join(', ');
  return [
    type,
    `capacity=${formatSize(capacity)}`,
    `used=${formatSize(used)}${percent}`,
    `${readOnly ? '' : 'not '}read-only`,
    `${shared ? '' : 'not '}shared`,
    `properties={${listed}}`,
  ].join(', ');
}

function recordOf(mount: MountPoint): Record<string, unknown> {
  return {
    path: mount.path,
    ufsUri: mount.ufsUri.toString(),
    type: mount.type,
    readOnly: mount.readOnly,
    shared: mount.shared,
    capacityBytes: mount.space?.capacity ?? null,
    usedBytes: mount.space?.used ?? null,
    properties: mount.properties,
  };
}
