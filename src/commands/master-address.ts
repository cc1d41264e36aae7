/** The master's address as configured. There is one, and the shell does not need it to run. */
import type { CommandContext } from './command.ts';

export function masterOf({ config, hostname }: CommandContext): { readonly host: string; readonly address: string } {
  const host = config.find('alluxio.master.hostname') ?? hostname;
  return { host, address: `${host}:${config.integer('alluxio.master.rpc.port')}` };
}
