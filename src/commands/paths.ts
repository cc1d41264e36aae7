/** Alluxio paths as typed on a command line. */
import { AlluxioError } from '../errors.ts';
import { parseAlluxioPath } from '../uri.ts';
import type { TypedPath } from '../uri.ts';
import type { CommandContext } from './command.ts';
import { masterOf } from './master-address.ts';

/** @throws INVALID_ARGUMENT for a relative path, a foreign scheme, or an authority that is not the configured master's. */
export function readPath(ctx: CommandContext, text: string): TypedPath {
  const path = parseAlluxioPath(text);
  if (path.authority !== '') checkAuthority(ctx, path.authority);
  return path;
}

function checkAuthority(ctx: CommandContext, given: string): void {
  const { config } = ctx;
  if (config.find('alluxio.user.skip.authority.check') === 'true') return;
  const configured = `${config.find('alluxio.master.hostname') ?? 'localhost'}:${config.integer('alluxio.master.rpc.port')}`;
  // Where no host is configured, the one that `masterInfo` shows is right too.
  if (given === configured || given === masterOf(ctx).address) return;
  throw new AlluxioError('INVALID_ARGUMENT', `The URI authority ${given} does not match the configured value of ${configured}.`);
}
