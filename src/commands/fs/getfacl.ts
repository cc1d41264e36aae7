import type { CommandSpec } from '../command.ts';
import { forEachPath } from '../for-each-path.ts';
import { arg } from '../options.ts';
import { aclLines, defaultAclLines } from '../status-text.ts';

export const command: CommandSpec = {
  group: 'fs',
  name: 'getfacl',
  usage: 'getfacl <path>',
  summary: 'Displays the access control lists (ACLs) for a path.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio fs getfacl /data', does: 'Owner, group, and every entry of both lists.' }],
  json: 'path, owner, group, acl, defaultAcl',
  run: (input, ctx) =>
    forEachPath(ctx, arg(input, 0), async (path, fs) => {
      const status = await fs.entries.status(path.plain);
      const { owner, group } = status;
      if (ctx.out.json) return ctx.out.record({ path: status.path, owner, group, acl: aclLines(status), defaultAcl: defaultAclLines(status) });
      for (const line of [`# file: ${status.path}`, `# owner: ${owner}`, `# group: ${group}`, ...aclLines(status), ...defaultAclLines(status)]) ctx.out.line(line);
    }),
};
