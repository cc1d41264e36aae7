import { AlluxioError } from '../../errors.ts';
import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { mountLines } from '../fs/mount.ts';
import { flag, text } from '../options.ts';
import { reportCapacity } from './report-capacity.ts';
import { reportMetrics } from './report-metrics.ts';
import { reportSummary } from './report-summary.ts';
import { masterOfHome } from './residents.ts';

const CATEGORIES = ['summary', 'capacity', 'metrics', 'ufs', 'jobservice', 'proxy'] as const;
const FLAGS = ['live', 'lost', 'workers', 'decommissioned'];

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'report',
  usage: 'report [category] [-live | -lost | -workers <names>]',
  summary: 'Reports on the namespace, its cache and what runs.',
  description: [
    'Categories are summary (when none is given), capacity, metrics, ufs and jobservice.',
    'No master has to run: without one, everything is told from the journal, and a line on stderr says so.',
  ].join('\n'),
  args: { min: 0, max: 1 },
  words: [[...CATEGORIES]],
  options: [
    { long: 'live', description: 'capacity: of running workers' },
    { long: 'lost', description: 'capacity: of lost workers' },
    { long: 'workers', value: 'names', description: 'capacity: of these workers, separated by commas' },
    { long: 'decommissioned', description: 'capacity: of decommissioned workers', hidden: true },
  ],
  examples: [
    { command: 'alluxio fsadmin report', does: 'Show a summary.' },
    { command: 'alluxio fsadmin report capacity', does: 'Show how full the cache is.' },
    { command: 'alluxio fsadmin report ufs', does: 'Show what is mounted.' },
  ],
  json: 'summary, capacity, metrics, ufs: one object for each thing shown, with the same facts',
  async run(input, ctx) {
    const typed = input.args[0] ?? 'summary';
    const category = CATEGORIES.find((each) => each === typed);
    if (category === undefined) throw new AlluxioError('USAGE', 'report category is invalid.');
    refuseFlags(input, category);
    if (masterOfHome(ctx) === undefined) ctx.out.warn('No master is running: this is what the journal says.');
    switch (category) {
      case 'summary':
        return reportSummary(ctx);
      case 'capacity':
        return reportCapacity(ctx, { live: flag(input, 'live'), lost: flag(input, 'lost') || flag(input, 'decommissioned'), workers: text(input, 'workers')?.split(',') });
      case 'metrics':
        return reportMetrics(ctx);
      case 'ufs':
        return reportUfs(ctx);
      case 'jobservice':
        return reportJobs(ctx);
      case 'proxy':
        return ctx.out.line('0 Proxy instances in the cluster, 0 serving and 0 lost');
    }
  },
};

function refuseFlags(input: CommandInput, category: string): void {
  const given = FLAGS.filter((name) => input.options[name] !== undefined);
  const [first] = given;
  if (first === undefined) return;
  if (category !== 'capacity') throw new AlluxioError('INVALID_ARGUMENT', `report ${category} does not support arguments: -${first}`);
  if (given.length > 1) throw new AlluxioError('USAGE', 'Too many arguments passed in.');
}

async function reportUfs(ctx: CommandContext): Promise<void> {
  const mounts = await (await ctx.fileSystem()).mounts.list({ space: true });
  if (ctx.out.json) {
    for (const mount of mounts) ctx.out.record({ path: mount.path, ufsUri: mount.ufsUri.toString(), type: mount.type, readOnly: mount.readOnly, shared: mount.shared, capacityBytes: mount.space?.capacity ?? null, usedBytes: mount.space?.used ?? null, properties: mount.properties });
    return;
  }
  ctx.out.line('Alluxio under storage system information:');
  for (const line of mountLines(mounts)) ctx.out.line(line);
}

/** There is no job service: what Alluxio gives to one, each command does itself. The lists are those of nothing. */
function reportJobs({ out }: CommandContext): void {
  for (const status of ['CREATED', 'CANCELED', 'FAILED', 'RUNNING', 'COMPLETED']) out.line(`Status: ${status.padEnd(10)}Count: 0`);
  out.line('');
  for (const list of ['10 Most Recently Modified Jobs:', '10 Most Recently Failed Jobs:', '10 Longest Running Jobs:']) {
    out.line(list);
    out.line('');
  }
}
