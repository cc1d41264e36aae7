import { AlluxioError } from '../errors.ts';
import { askResident } from '../resident/ask.ts';
import type { ResidentRecord } from '../resident/records.ts';
import { liveResidents, residentsFolder } from '../resident/records.ts';
import type { CommandSpec } from './command.ts';
import { text } from './options.ts';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'];
const ROLE_WORDS: Readonly<Record<string, string>> = { master: 'master', masters: 'master', worker: 'worker', workers: 'worker' };
/** Alluxio has them; here there is none, which is no failure where all are meant. */
const ABSENT = ['job_master', 'job_masters', 'job_worker', 'job_workers'];

export const command: CommandSpec = {
  group: 'top',
  name: 'logLevel',
  usage: 'logLevel --logName=NAME [--target=<master|workers|host:port>] [--level=LEVEL]',
  summary: 'Shows or sets the log level of a running master or worker.',
  description: [
    'Each line of a log names who says it, such as persist, recovery or WebServer: that is the logger. A level holds until the process ends; "root" stands for all that have none of their own.',
    'Setting it takes the token of the home, which only the user who runs the master can read.',
  ].join('\n'),
  args: { min: 0, max: 0 },
  options: [
    { long: 'logName', value: 'NAME', description: 'the logger' },
    { long: 'target', value: 'TARGET', description: 'master, workers, host:port of a web port, or several, separated by commas' },
    { long: 'level', value: 'LEVEL', words: LEVELS, description: 'TRACE, DEBUG, INFO, WARN or ERROR' },
  ],
  examples: [
    { command: 'alluxio logLevel --logName persist', does: 'Show the level of one logger.' },
    { command: 'alluxio logLevel --logName persist --target master --level DEBUG', does: 'See in master.log what each run of asynchronous persist did.' },
  ],
  exitCodes: [{ status: 1, when: 'nothing that logs is running, or the level cannot be set' }],
  failureStatus: 1,
  async run(input, ctx) {
    const name = text(input, 'logName');
    if (name === undefined) throw new AlluxioError('USAGE', 'Missing required option: logName');
    const level = text(input, 'level')?.toUpperCase();
    if (level !== undefined && !LEVELS.includes(level)) throw new AlluxioError('USAGE', `Unknown log level ${level}`);
    const running = liveResidents(residentsFolder(ctx.config));
    if (running.length === 0) throw new AlluxioError('UNAVAILABLE', 'No workers found, and no master: nothing that logs is running.', { hint: 'Start them: alluxio-start.sh local' });
    const query = new URLSearchParams({ logName: name, ...(level === undefined ? {} : { level }) });
    for (const resident of targetsOf(text(input, 'target'), running)) {
      const answer = await askResident(ctx.config, resident, { method: 'POST', path: `/api/v1/${resident.role}/logLevel?${query.toString()}` });
      ctx.out.line(`${ctx.hostname}:${resident.web?.port ?? 0}[${resident.role}]LogInfo{level=${String(answer.level)}, logName=${name}, message=${String(answer.message)}}`);
    }
  },
};

function targetsOf(typed: string | undefined, running: readonly ResidentRecord[]): ResidentRecord[] {
  if (typed === undefined) return [...running];
  const found = typed.split(',').flatMap((word) => {
    if (ABSENT.includes(word)) throw new AlluxioError('UNSUPPORTED', `There is no ${word} here: commands do their work themselves.`);
    const matches = running.filter(({ role, web }) => role === ROLE_WORDS[word] || (web !== undefined && word.endsWith(`:${web.port}`)));
    if (matches.length > 0) return matches;
    if (ROLE_WORDS[word] === undefined && !/^[^:]+:\d+/.test(word)) throw new AlluxioError('USAGE', `Unrecognized target argument: ${word}`);
    throw new AlluxioError('UNAVAILABLE', word === 'workers' ? 'No workers found' : `No ${word} is running here.`);
  });
  return [...new Set(found)];
}
