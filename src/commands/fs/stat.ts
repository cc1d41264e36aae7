import type { CommandContext, CommandSpec } from '../command.ts';
import type { BlockInfo, FileStatus } from '../../filesystem/file-system.ts';
import { dateFormat } from '../../terminal/dates.ts';
import type { TypedPath } from '../../uri.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg, text } from '../options.ts';
import { aclLines, bytesInMemory, cachedPercent, defaultAclLines, STATUS_JSON, statusRecord } from '../status-text.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'stat',
  usage: 'stat [-f <format>] <path>',
  summary: 'Displays info for the specified file or directory.',
  description: [
    'Specify -f to display info in given format:',
    '  "%N": name of the file;  "%z": size of file in bytes;  "%u": owner;  "%g": group name of owner;',
    '  "%y" or "%Y": modification time, "%y" shows yyyy-MM-dd HH:mm:ss, "%Y" milliseconds since January 1, 1970 UTC;',
    '  "%b": number of blocks allocated for file.',
  ].join('\n'),
  args: { min: 1, max: 1 },
  options: [{ short: 'f', value: 'format', description: 'format' }],
  examples: [
    { command: 'alluxio fs stat /data/a.bin', does: 'Everything that is known about a file.' },
    { command: "alluxio fs stat -f '%N %z' '/data/*'", does: 'Name and size of each child.' },
  ],
  json: `${STATUS_JSON}, id, blockSize, replicationMin, replicationMax, mountId, crc64, fingerprint, acl, defaultAcl, blocks`,
  async run(input, ctx) {
    const format = text(input, 'f');
    await forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const status = await fs.entries.status(path.plain);
      const blocks = status.directory ? [] : await fs.entries.blocks(path.plain);
      if (ctx.out.json) ctx.out.record(recordOf(status, blocks));
      else if (format !== undefined) ctx.out.line(formatted(format, status, blocks));
      else describe({ path, status, blocks, ctx });
      await ctx.out.drained();
    });
  },
};

function recordOf(status: FileStatus, blocks: readonly BlockInfo[]): Record<string, unknown> {
  return {
    ...statusRecord(status),
    id: status.id,
    blockSize: status.blockSize,
    replicationMin: status.replicationMin,
    replicationMax: status.replicationMax,
    mountId: status.mountId,
    crc64: status.crc64 ?? null,
    fingerprint: status.fingerprint,
    acl: aclLines(status),
    defaultAcl: defaultAclLines(status),
    blocks: blocks.map(({ id, length, tier }) => ({ id, length, tier: tier ?? null })),
  };
}

function formatted(format: string, status: FileStatus, blocks: readonly BlockInfo[]): string {
  const date = dateFormat('yyyy-MM-dd HH:mm:ss');
  const values: Readonly<Record<string, string>> = {
    '%N': status.name,
    '%z': status.directory ? 'NA' : String(status.length),
    '%b': status.directory ? 'NA' : String(blocks.length),
    '%u': status.owner,
    '%g': status.group,
    '%y': date(status.modifiedMs),
    '%Y': String(status.modifiedMs),
  };
  return format.replace(/%[Nzbugy]|%Y/g, (spec) => values[spec] ?? spec);
}

function describe(about: { path: TypedPath; status: FileStatus; blocks: readonly BlockInfo[]; ctx: CommandContext }): void {
  const { path, status, blocks, ctx } = about;
  const blockTexts = blocks.map((block) => blockText(block, ctx.hostname));
  ctx.out.line(`${path.typed} is a ${status.directory ? 'directory' : 'file'} path.`);
  ctx.out.line(infoText(status, { blocks, blockTexts, inMemory: bytesInMemory(blocks, ctx.config) }));
  if (status.directory) return;
  if (blocks.length === 0) return ctx.out.line('This file does not contain any blocks.');
  ctx.out.line('Containing the following blocks: ');
  for (const text of blockTexts) ctx.out.line(text);
}

function infoText(status: FileStatus, held: { blocks: readonly BlockInfo[]; blockTexts: readonly string[]; inMemory: number }): string {
  const { blocks, blockTexts, inMemory } = held;
  const percent = status.directory ? 0 : cachedPercent(status);
  const fields: readonly (readonly [string, unknown])[] = [
    ['fileId', status.id],
    ['fileIdentifier', 'null'],
    ['name', status.name],
    ['path', status.path],
    ['ufsPath', status.ufsPath],
    ['length', status.length],
    ['blockSizeBytes', status.blockSize],
    ['creationTimeMs', status.createdMs],
    ['completed', true],
    ['folder', status.directory],
    ['pinned', status.pinned],
    ['pinnedlocation', `[${status.pinnedMedia.join(', ')}]`],
    ['cacheable', true],
    ['persisted', status.persistence === 'PERSISTED'],
    ['blockIds', `[${blocks.map(({ id }) => id).join(', ')}]`],
    ['inMemoryPercentage', status.directory ? 0 : status.length === 0 ? 100 : Math.trunc((100 * inMemory) / status.length)],
    ['lastModificationTimesMs', status.modifiedMs],
    ['ttl', status.ttlMs],
    ['lastAccessTimesMs', status.accessedMs],
    ['ttlAction', status.ttlAction],
    ['owner', status.owner],
    ['group', status.group],
    ['mode', status.mode],
    ['persistenceState', status.persistence],
    ['mountPoint', status.mountPoint],
    ['replicationMax', status.replicationMax],
    ['replicationMin', status.replicationMin],
    ['fileBlockInfos', `[${blockTexts.map((block, i) => `FileBlockInfo{blockInfo=${block}, offset=${i * status.blockSize}, ufsLocations=[]}`).join(', ')}]`],
    ['mountId', status.mountId],
    ['inAlluxioPercentage', percent],
    ['ufsFingerprint', status.fingerprint],
    ['acl', aclLines(status).join(',')],
    ['defaultAcl', defaultAclLines(status).join(',')],
  ];
  return `URIStatus{info=FileInfo{${fields.map(([name, value]) => `${name}=${String(value)}`).join(', ')}}, prestoContext=null}`;
}

function blockText(block: BlockInfo, host: string): string {
  const location = block.tier === undefined ? '' : `BlockLocation{workerId=1, address=WorkerNetAddress{host=${host}}, tierAlias=${block.tier}, mediumType=${block.tier}}`;
  return `BlockInfo{id=${block.id}, length=${block.length}, locations=[${location}]}`;
}
