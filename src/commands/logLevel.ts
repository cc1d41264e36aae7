import { AlluxioError } from '../errors.ts';
import { liveResidents, residentsFolder } from '../resident/records.ts';
import type { CommandSpec } from './command.ts';
import { text } from './options.ts';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];

export const command: CommandSpec = {
  group: 'top',
  name: 'logLevel',
  usage: 'logLevel --logName=NAME [--target=<master|workers|host:port>] [--level=LEVEL]',
  summary: 'Shows the log level of a running master or worker.',
  description: 'Both log at INFO, each line with the name of what says it. The level cannot be changed while they run; --debug shows more of any one command.',
  args: { min: 0, max: 0 },
  options: [
    { long: 'logName', value: 'NAME', description: 'the logger' },
    { long: 'target', value: 'TARGET', description: 'master, workers or both, separated by commas' },
    { long: 'level', value: 'LEVEL', words: LEVELS, description: 'TRACE, DEBUG, INFO, WARN or ERROR' },
  ],
  examples: [{ command: 'alluxio logLevel --logName persist', does: 'Show the level of one logger.' }],
  exitCodes: [{ status: 1, when: 'nothing that logs is running, or the level cannot be set' }],
  failureStatus: 1,
  async run(input, ctx) {
    const name = text(input, 'logName');
    if (name === undefined) throw new AlluxioError('USAGE', 'Missing required option: logName');
    const level = text(input, 'level');
    if (level !== undefined && !LEVELS.includes(level)) throw new AlluxioError('USAGE', `Unknown log level ${level}`);
    const residents = liveResidents(residentsFolder(ctx.config));
    if (residents.length === 0) throw new AlluxioError('UNAVAILABLE', 'No workers found, and no master: nothing that logs is running.', { hint: 'Start them: alluxio-start.sh local' });
    if (level !== undefined && level !== 'INFO') throw new AlluxioError('UNSUPPORTED', 'The log level of a running process cannot be changed; it is INFO.');
    for (const { role, web } of residents) ctx.out.line(`${ctx.hostname}:${web?.port ?? 0}[${role}]LogInfo{level=INFO, logName=${name}, message=}`);
  },
};
