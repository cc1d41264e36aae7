import { AlluxioError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';

const REJECTED = 254;
const MALFORMED = 253;

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'updateConf',
  usage: 'updateConf key1=val1 [key2=val2 ...]',
  summary: 'Changes the configuration of a running master; no key can be changed so here.',
  description: 'Every command reads alluxio-site.properties when it starts, so that a change there holds for the next one. A running master or worker takes it when it is started again.',
  args: { min: 1, max: Infinity },
  words: ['property'],
  options: [],
  examples: [{ command: 'alluxio fsadmin updateConf alluxio.master.audit.logging.enabled=true', does: 'Be told to edit alluxio-site.properties instead.' }],
  exitCodes: [
    { status: REJECTED, when: 'a key was not changed' },
    { status: MALFORMED, when: 'an argument is no key=value' },
  ],
  async run(input, ctx) {
    const given = input.args.filter((word) => word.includes('='));
    if (given.length === 0) throw new AlluxioError('INVALID_ARGUMENT', 'No config to update');
    const malformed = given.find((word) => !/^[^=]+=[^=]+$/.test(word));
    if (malformed !== undefined) throw new AlluxioError('INVALID_ARGUMENT', `"${malformed.split('=')[0] ?? ''}" takes one value: key=value`, { exitStatus: MALFORMED });
    ctx.out.line('Updated 0 configs');
    for (const word of given) ctx.out.line(`Failed to Update ${word.split('=')[0] ?? ''}`);
    ctx.out.warn(`Edit ${ctx.config.siteFile ?? 'alluxio-site.properties'}: the next command reads it.`);
    return REJECTED;
  },
};
