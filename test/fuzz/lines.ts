/** Command lines and site files, right, nearly right and wrong. */
import type { CommandSpec } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import type { Random } from './random.ts';

/** These run until they are told to end, read stdin, start or stop processes, or write a report wherever they are told to. */
const LEFT_OUT = new Set([
  '-', '__complete', 'alluxio-monitor.sh', 'alluxio-start.sh', 'alluxio-stop.sh', 'collectInfo', 'format', 'formatJournal', 'formatMaster', 'formatMasters', 'formatWorker', 'killAll',
  'launch-process', 'logLevel', 'ossServer', 'readJournal', 'runTest', 'runTests', 'runUfsTests', 'bootstrapConf', 'backup', 'wait', 'validateEnv',
]);
/** Their words may be paths of this machine's disk: they get none that exists. */
const LOCAL = new Set(['copyFromLocal', 'copyToLocal', 'cp', 'mount', 'updateMount', 'distributedCp', 'distributedLoad', 'distributedMv', 'ufs', 'checkConsistency']);

const PATHS = ['/', '/zq', '/zq/aa', '/zq/bb', '/zq/aa/*', '/zq/*', '/zq/none', '/zq/d/e', 'alluxio:///zq', 'alluxio://nobody:1/zq', 'zq', '', '//zq//aa/', '/zq/../zq', '/zq/.', '/zq/\u0000x', `/zq/${'n'.repeat(300)}`, '/zq/é中🙂', '/zq/a\nb'];
const ABSENT = ['/zq-none/x', 'zq-none', 'file:///zq-none', 'oss://zq', 'oss://', 'file:', '', '/zq-none/../y', 'ftp://x/y'];
const VALUES = ['', '0', '-1', '1', '99999999999999999999', '1e3', '10s', '1x', 'true', 'user:zq:rwx', 'user::', '777', '0o7', 'u+x', '%', 'a=b', '=', 'a=', '=b', 'DELETE', 'env:NOT_THERE', 'file:/zq-none'];
const DEFINES = ['alluxio.user.file.writetype.default', 'alluxio.user.block.size.bytes.default', 'alluxio.user.lease.wait.timeout', 'alluxio.user.file.metadata.sync.interval', 'alluxio.security.login.username', 'alluxio.user.trash.interval', 'my.own', 'fs.oss.accessKeySecret', 'alluxio.nonsense', ''];

export interface Line {
  readonly words: readonly string[];
  readonly spec: CommandSpec | undefined;
}

export async function loadSpecs(): Promise<readonly CommandSpec[]> {
  const all = Object.values(COMMANDS).flatMap((list) => Object.entries(list)).filter(([name]) => !LEFT_OUT.has(name));
  const specs = await Promise.all(all.map(async ([, load]) => (await load()).command));
  return specs.filter(({ name }) => !LEFT_OUT.has(name));
}

export function lineOf(random: Random, specs: readonly CommandSpec[]): Line {
  const spec = random.pick(specs);
  // Nothing is changed at random that could become a path of this disk.
  const safe = LOCAL.has(spec.name);
  const word = (): string => {
    const chosen = random.chance(0.6) ? random.pick(safe ? [...ABSENT, '/zq/aa', '/zq'] : PATHS) : random.pick(VALUES);
    return safe || random.chance(0.8) ? chosen : random.mutate(chosen);
  };
  const words: string[] = [...(spec.group === 'top' ? [] : [spec.group]), random.chance(0.03) && !safe ? random.mutate(spec.name) : spec.name];
  for (let left = random.int(3); left > 0; left--) words.push(...optionOf(random, spec, word));
  for (let left = random.chance(0.7) ? Math.max(spec.args.min, 1) : random.int(4); left > 0; left--) words.push(word());
  if (random.chance(0.15)) words.push(`-D${random.pick(DEFINES)}=${random.pick(VALUES)}`);
  if (random.chance(0.05)) words.push(random.pick(['--json', '--quiet', '--debug', '--help', '-h', '--', '-']));
  return { words, spec: words.includes(spec.name) ? spec : undefined };
}

function optionOf(random: Random, spec: CommandSpec, word: () => string): string[] {
  if (spec.options.length === 0 || random.chance(0.1)) return [random.pick(['-q', '--nonsense', '--no', '-RR', '--=', '---', '-\u0000'])];
  const { short, long, value } = random.pick(spec.options);
  const name = long === undefined || (short !== undefined && random.chance(0.5)) ? `-${short ?? ''}` : `--${long}`;
  if (value === undefined || random.chance(0.1)) return [name];
  const given = random.chance(0.6) ? random.pick(VALUES) : word();
  return random.chance(0.3) ? [`${name}=${given}`] : [name, given];
}

/** Lines of a site file after the ones that say where everything is. */
export function siteLinesOf(random: Random): string {
  const line = (): string => {
    const key = random.pick([...DEFINES, 'fs.oss.endpoint', 'alluxio.worker.tieredstore.levels', 'alluxio.worker.memory.size', 'alluxio.master.web.port', 'alluxio.underfs.oss.retry.max', 'alluxio.logs.dir.x', '${alluxio.home}']);
    const text = `${key}${random.pick(['=', ':', ' ', '', '==', ' = '])}${random.chance(0.5) ? random.pick(VALUES) : random.pick(['${alluxio.home}', '${x', '\\u12', '\\', 'a\\', '${alluxio.user.trash.interval}', '${my.own}', random.text(20)])}`;
    return random.chance(0.3) ? random.mutate(text) : text;
  };
  // A key that says where things are must not come about by chance.
  return Array.from({ length: random.int(5) }, line).filter((text) => !/root\.ufs|work\.dir|journal\.folder|dirs\.path/.test(text)).join('\n');
}
