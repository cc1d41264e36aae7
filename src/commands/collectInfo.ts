import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { arch, cpus, freemem, platform, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hideSecrets, isCredentialKey } from '../config/redact.ts';
import { listProperties } from '../config/listing.ts';
import { VERSION } from '../config/version.ts';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import { onLocal } from '../filesystem/transfers/local-errors.ts';
import { makeFolders } from '../make-folders.ts';
import type { CommandContext, CommandInput, CommandSpec } from './command.ts';
import { arg, text } from './options.ts';

const COMMANDS = ['collectAlluxioInfo', 'collectConfig', 'collectLog', 'collectMetrics', 'collectJvmInfo', 'collectEnv', 'all'] as const;
/** Of each log, its end. */
const LOG_BYTES = 20 * 2 ** 20;

export const command: CommandSpec = {
  group: 'top',
  name: 'collectInfo',
  usage: 'collectInfo [--additional-logs <prefixes>] [--exclude-logs <prefixes>] [--include-logs <prefixes>] COMMAND <outputDir>',
  summary: 'Collects what helps to find out what is wrong into one tarball, without any secret.',
  description: `COMMAND is one of ${COMMANDS.join(', ')}. The configuration is in it with credentials masked, and every text that is one of the configured secrets is masked in logs too. There is no JVM, so collectJvmInfo collects nothing.`,
  args: { min: 2, max: 2 },
  words: [[...COMMANDS], 'local'],
  options: [
    { long: 'local', description: 'only this machine; there is no other' },
    { long: 'max-threads', value: 'N', description: 'machines at once; changes nothing' },
    { long: 'additional-logs', value: 'prefixes', description: 'logs beyond the usual ones, by how their names begin, separated by commas' },
    { long: 'exclude-logs', value: 'prefixes', description: 'logs to leave out' },
    { long: 'include-logs', value: 'prefixes', description: 'only these logs' },
    { long: 'start-time', value: 'time', description: 'only logs that were written after it, ISO 8601' },
    { long: 'end-time', value: 'time', description: 'only logs that were begun before it, ISO 8601' },
  ],
  examples: [{ command: 'alluxio collectInfo all info', does: 'Collect everything into info/alluxio-info-….tar.gz.' }],
  json: 'tarball',
  async run(input, ctx) {
    const what = COMMANDS.find((each) => each === arg(input, 0));
    if (what === undefined) throw new AlluxioError('USAGE', `Unknown command ${arg(input, 0)}; use one of ${COMMANDS.join(', ')}`);
    if (text(input, 'include-logs') !== undefined && (text(input, 'additional-logs') ?? text(input, 'exclude-logs')) !== undefined) {
      throw new AlluxioError('USAGE', '--include-logs goes without --additional-logs and --exclude-logs');
    }
    const target = ctx.localPath(arg(input, 1));
    const gathered = await mkdtemp(join(tmpdir(), 'alluxio-info-'));
    try {
      await gather(input, ctx, { what, folder: gathered });
      await onLocal(target, () => makeFolders(target));
      const tarball = join(target, `alluxio-info-${ctx.now()}.tar.gz`);
      await promisify(execFile)('tar', ['-czf', tarball, '-C', gathered, '.'], { signal: ctx.signal });
      if (ctx.out.json) return ctx.out.record({ tarball });
      ctx.out.line(`Collected information in ${tarball}`);
    } finally {
      await rm(gathered, { recursive: true, force: true });
    }
  },
};

async function gather(input: CommandInput, ctx: CommandContext, { what, folder }: { what: (typeof COMMANDS)[number]; folder: string }): Promise<void> {
  const secrets = ctx.config.keys().flatMap((key) => (isCredentialKey(key) ? (ctx.config.find(key) ?? []) : []));
  const put = (name: string, content: string): Promise<void> => writeFile(join(folder, name), hideSecrets(content, secrets));
  const wants = (name: string): boolean => what === 'all' || what === name;
  if (wants('collectConfig')) await put('configuration.txt', listProperties(ctx.config).map(({ key, value, source }) => `${key}=${value ?? ''} (${source})\n`).join(''));
  if (wants('collectEnv')) await put('environment.txt', environment());
  if (wants('collectAlluxioInfo') || wants('collectMetrics')) await put('alluxio.json', `${JSON.stringify(await facts(ctx), null, 2)}\n`);
  if (wants('collectLog')) for (const { name, content } of await logs(input, ctx)) await put(name, content);
}

function environment(): string {
  const lines = { alluxio: VERSION, node: process.version, system: `${platform()} ${release()} ${arch()}`, processors: cpus().length, memory: totalmem(), freeMemory: freemem() };
  return Object.entries(lines).map(([key, value]) => `${key}: ${value}\n`).join('');
}

/** A home that is broken is what this is for: then it says how. */
async function facts(ctx: CommandContext): Promise<Record<string, unknown>> {
  try {
    const fs = await ctx.fileSystem();
    return { summary: (await fs.admin()).summary(), mounts: await fs.mounts.list(), capacity: await fs.storage.capacity() };
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

async function logs(input: CommandInput, ctx: CommandContext): Promise<{ name: string; content: string }[]> {
  const folder = ctx.config.get('alluxio.logs.dir');
  const prefixes = (name: string): string[] | undefined => text(input, name)?.split(',');
  const [only, more, not] = [prefixes('include-logs'), prefixes('additional-logs') ?? [], prefixes('exclude-logs') ?? []];
  const [from, to] = [timeOf(input, 'start-time') ?? -Infinity, timeOf(input, 'end-time') ?? Infinity];
  const begins = (name: string, list: readonly string[]): boolean => list.some((prefix) => name.startsWith(prefix));
  const found: { name: string; content: string }[] = [];
  for (const name of await namesIn(folder)) {
    const wanted = only === undefined ? (/\.(?:log|out)(?:\.\d+)?$/.test(name) || begins(name, more)) && !begins(name, not) : begins(name, only);
    const status = wanted ? await stat(join(folder, name)) : undefined;
    if (status === undefined || !status.isFile() || status.mtimeMs < from || status.birthtimeMs > to) continue;
    const bytes = await readFile(join(folder, name));
    found.push({ name, content: bytes.subarray(Math.max(0, bytes.length - LOG_BYTES)).toString() });
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function timeOf(input: CommandInput, name: string): number | undefined {
  const typed = text(input, name);
  if (typed === undefined) return undefined;
  const ms = Date.parse(typed);
  if (Number.isNaN(ms)) throw new AlluxioError('USAGE', `--${name} is not a time: ${typed}`);
  return ms;
}
