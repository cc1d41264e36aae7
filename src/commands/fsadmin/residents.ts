/** Who runs beside the shell. */
import type { ResidentRecord } from '../../resident/records.ts';
import { liveResidents, residentsFolder } from '../../resident/records.ts';
import type { CommandContext } from '../command.ts';

/** Nobody has to: then it is empty. */
export function residentsOf(ctx: CommandContext): ResidentRecord[] {
  return liveResidents(residentsFolder(ctx.config));
}

export function masterOfHome(ctx: CommandContext): ResidentRecord | undefined {
  return residentsOf(ctx).find(({ role }) => role === 'master');
}
