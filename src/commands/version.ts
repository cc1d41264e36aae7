import { findRevision, VERSION } from '../config/version.ts';
import { AlluxioError } from '../errors.ts';
import type { CommandSpec } from './command.ts';
import { flag } from './options.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'version',
  usage: 'version [-r [length]]',
  summary: 'Prints the version of this software.',
  args: { min: 0, max: 1 },
  options: [{ short: 'r', long: 'revision', description: 'Append the source revision, shortened to <length> characters if that is given.' }],
  examples: [
    { command: 'alluxio version', does: 'Print the version.' },
    { command: 'alluxio version -r 7', does: 'Print the version and the short source revision.' },
  ],
  exitCodes: [{ status: 1, when: 'the length is not a number' }],
  json: 'One object: version, and with -r revision (null when it is unknown).',
  failureStatus: 1,
  async run(input, ctx) {
    const [length] = input.args;
    if (!flag(input, 'revision')) {
      if (length !== undefined) throw misuse(`Unexpected argument ${length}`);
      if (ctx.out.json) ctx.out.record({ version: VERSION });
      else ctx.out.line(VERSION);
      return;
    }
    if (length !== undefined && !/^\d{1,9}$/.test(length)) throw misuse(`Could not parse ${length} as an integer`);
    const revision = findRevision(ctx.installDir)?.slice(0, length === undefined ? undefined : Number(length));
    if (ctx.out.json) ctx.out.record({ version: VERSION, revision: revision ?? null });
    else ctx.out.line(`${VERSION}-${revision ?? 'unknown'}`);
  },
};

function misuse(message: string): AlluxioError {
  return new AlluxioError('USAGE', message, { exitStatus: 1 });
}
