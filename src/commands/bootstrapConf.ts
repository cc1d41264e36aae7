import { createSiteFile } from '../config/site-file.ts';
import { AlluxioError } from '../errors.ts';
import type { CommandSpec } from './command.ts';
import { arg } from './options.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'bootstrapConf',
  usage: 'bootstrapConf <masterHostname>',
  summary: 'Writes a first alluxio-site.properties that names the master.',
  description: 'A file that exists is left alone. For a file with every common property, copy conf/alluxio-site.properties.template instead.',
  args: { min: 1, max: 1 },
  options: [],
  examples: [{ command: 'alluxio bootstrapConf localhost', does: 'Write conf/alluxio-site.properties for this machine.' }],
  exitCodes: [{ status: 1, when: 'the host name is missing or not valid, or the file cannot be written' }],
  failureStatus: 1,
  async run(input, ctx) {
    const hostname = arg(input, 0);
    if (!/^[\w.:[\]-]+$/.test(hostname)) throw new AlluxioError('INVALID_ARGUMENT', `"${hostname}" is not a host name.`, { exitStatus: 1 });
    const { path, created } = createSiteFile(ctx.config.get('alluxio.conf.dir'), [`alluxio.master.hostname=${hostname}`]);
    ctx.out.line(created ? `${path} is created.` : `${path} already exists`);
  },
};
