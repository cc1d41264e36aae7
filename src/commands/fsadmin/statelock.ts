import { dateFormat } from '../../terminal/dates.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'statelock',
  usage: 'statelock',
  summary: 'Shows what is under way: commands that hold paths, one line each.',
  args: { min: 0, max: 0 },
  options: [],
  examples: [{ command: 'alluxio fsadmin statelock', does: 'See whom a command waits for.' }],
  json: 'command, host, pid, user, kind, startedMs, paths',
  async run(_input, ctx) {
    const dates = dateFormat(ctx.config.get('alluxio.user.date.format.pattern'));
    for (const { owner, user, startedMs, work, leases } of (await (await ctx.fileSystem()).admin()).underWay()) {
      if (ctx.out.json) ctx.out.record({ command: owner.command, host: owner.host, pid: owner.pid, user, kind: work.kind, startedMs, paths: leases.length });
      else ctx.out.line(`${work.kind} since ${dates(startedMs)} by "${owner.command}" (pid ${owner.pid} on ${owner.host}, user ${user}), holding ${leases.length} path(s)`);
    }
  },
};
