import type { CommandContext, CommandSpec } from '../command.ts';
import { AlluxioError } from '../../errors.ts';
import type { TypedPath } from '../../uri.ts';
import { arg } from '../options.ts';
import { readPath } from '../paths.ts';
import { copy, download, localPath, THREAD_OPTION, upload } from '../transfer.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'cp',
  usage: 'cp [-R] [--buffersize <bytes>] <src> <dst>',
  summary: 'Copies a file or a directory in the Alluxio filesystem or between local and Alluxio filesystems.',
  description: 'A path that begins with file:// is local; at most one of the two may be. The -R flag is needed to copy directories inside Alluxio.',
  args: { min: 2, max: 2 },
  words: ['place'],
  options: [
    { short: 'R', description: 'copy files in subdirectories recursively' },
    THREAD_OPTION,
    { short: 'p', long: 'preserve', description: 'preserve owner, group, mode and ACL' },
  ],
  examples: [
    { command: 'alluxio fs cp /data/a.bin /backup/a.bin', does: 'Copy a file inside Alluxio.', setup: ['mkdir /backup'] },
    { command: 'alluxio fs cp -R -p /data /backup', does: 'Copy a tree with its owners, modes and ACLs.' },
    { command: 'alluxio fs cp file:///tmp/in /data', does: 'Copy a local directory in.' },
  ],
  async run(input, ctx) {
    const [source, target] = [placeOf(arg(input, 0), ctx), placeOf(arg(input, 1), ctx)];
    if (source.local === undefined && target.local === undefined) return copy(source.path, target.path, input, ctx);
    if (source.local === undefined && target.local !== undefined) return download(source.path, target.local, input, ctx);
    if (source.local !== undefined && target.local === undefined) return upload(source.local, target.path, input, ctx);
    throw wrongSchemes();
  },
};

type Place = { readonly local: string; readonly path?: undefined } | { readonly local?: undefined; readonly path: TypedPath };

function placeOf(text: string, ctx: CommandContext): Place {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'file') return { local: localPath(text.slice('file://'.length), ctx) };
  if (scheme !== undefined && scheme !== 'alluxio') throw wrongSchemes();
  return { path: readPath(ctx, text) };
}

function wrongSchemes(): AlluxioError {
  return new AlluxioError('INVALID_ARGUMENT', 'Schemes must be either file or alluxio, and at most one file scheme is allowed.');
}
