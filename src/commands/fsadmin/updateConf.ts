import { AlluxioError } from '../../errors.ts';
import { askResident } from '../../resident/ask.ts';
import type { CommandSpec } from '../command.ts';
import { masterOfHome } from './residents.ts';

const REJECTED = 254;
const MALFORMED = 253;

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'updateConf',
  usage: 'updateConf key1=val1 [key2=val2 ...]',
  summary: 'Changes the configuration of the running master until it ends.',
  description: [
    'Five properties can be changed so, those of Alluxio 2.9, where alluxio.conf.dynamic.update.enabled is true: alluxio.master.audit.logging.enabled, alluxio.master.metastore.inode.inherit.owner.and.group,',
    'alluxio.master.ufs.managed.blocking.enabled, alluxio.master.unsafe.direct.persist.object.enabled and alluxio.master.worker.timeout.',
    'Any other is changed in alluxio-site.properties, which every command reads when it starts; a running master takes it when it is started again.',
  ].join('\n'),
  args: { min: 1, max: Infinity },
  words: ['property'],
  options: [],
  examples: [{ command: 'alluxio fsadmin updateConf alluxio.master.audit.logging.enabled=true', does: 'Let the running master write master_audit.log from now on.' }],
  exitCodes: [
    { status: REJECTED, when: 'a key was not changed' },
    { status: MALFORMED, when: 'an argument is no key=value' },
  ],
  async run(input, ctx) {
    const given = input.args.filter((word) => word.includes('='));
    if (given.length === 0) throw new AlluxioError('INVALID_ARGUMENT', 'No config to update');
    const malformed = given.find((word) => !/^[^=]+=[^=]+$/.test(word));
    if (malformed !== undefined) throw new AlluxioError('INVALID_ARGUMENT', `"${malformed.split('=')[0] ?? ''}" takes one value: key=value`, { exitStatus: MALFORMED });
    const master = masterOfHome(ctx);
    if (master === undefined) throw new AlluxioError('UNAVAILABLE', 'No master is running.', { hint: `Edit ${ctx.config.siteFile ?? 'alluxio-site.properties'}: the next command reads it.` });
    const query = new URLSearchParams(given.map((word): [string, string] => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
    const { updated, failed } = await askResident(ctx.config, master, { method: 'POST', path: `/api/v1/master/updateConf?${query.toString()}` });
    ctx.out.line(`Updated ${Array.isArray(updated) ? updated.length : 0} configs`);
    const refused = Object.entries(typeof failed === 'object' && failed !== null ? failed : {});
    for (const [key, why] of refused) {
      ctx.out.line(`Failed to Update ${key}`);
      ctx.out.warn(String(why));
    }
    return refused.length === 0 ? 0 : REJECTED;
  },
};
