import { AlluxioError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';
import { arg } from '../options.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'getBlockInfo',
  usage: 'getBlockInfo [blockId]',
  summary: 'Shows where a block is, and which file it belongs to.',
  description: 'Ids of the blocks of a file are shown by "alluxio fs stat".',
  args: { min: 1, max: 1 },
  words: ['text'],
  options: [],
  examples: [{ command: 'alluxio fsadmin getBlockInfo 285212672', does: 'Show one block.' }],
  json: 'id, length (null when it is not cached), tier, fileId, path',
  async run(input, ctx) {
    const typed = arg(input, 0);
    const id = Number(typed);
    if (!/^\d{1,16}$/.test(typed) || !Number.isSafeInteger(id)) throw new AlluxioError('INVALID_ARGUMENT', `${typed} is not a valid block id.`);
    const { fileId, path, block, tier } = (await (await ctx.fileSystem()).admin()).block(id);
    if (ctx.out.json) return ctx.out.record({ id, length: block?.length ?? null, tier: tier ?? null, fileId, path: path ?? null });
    if (block === undefined) ctx.out.line(`BlockMeta is not available for blockId: ${id}`);
    else ctx.out.line(`BlockInfo{id=${id}, length=${block.length}, locations=[BlockLocation{workerHost=${ctx.hostname}, tierAlias=${tier ?? ''}, mediumType=${tier ?? ''}}]}`);
    ctx.out.line(`This block belongs to file {id=${fileId}${path === undefined ? '' : `, path=${path}`}}`);
  },
};
