import { hasClientScope, isKnownKey, propertyOf } from '../../config/catalogue.ts';
import { maskProperties } from '../../config/redact.ts';
import { AlluxioError } from '../../errors.ts';
import type { PathDefaults } from '../../filesystem/admin.ts';
import type { AlluxioPath } from '../../uri.ts';
import { isAtOrBelow } from '../../uri.ts';
import type { CommandContext, CommandInput, CommandSpec } from '../command.ts';
import { innerCommand } from '../inner-command.ts';
import { flag, pairs, text, texts } from '../options.ts';
import { readPath } from '../paths.ts';

export const command: CommandSpec = {
  group: 'fsadmin',
  name: 'pathConf',
  usage: 'pathConf [list | show [--all] <path> | add --property <key=value> ... <path> | remove [-R] [--keys <keys>] <path>]',
  summary: 'Manages path defaults: properties that hold for a path and everything below it.',
  description: 'They win over -D, the environment and the site file. Only properties of the client can be set: the others hold for the whole.',
  args: { min: 0, max: Infinity },
  words: [['add', 'list', 'remove', 'show'], 'path'],
  options: [
    { long: 'property', value: 'key=value', repeatable: true, description: 'add: a property that the path gets' },
    { long: 'keys', value: 'keys', description: 'remove: only these, separated by commas' },
    { short: 'R', long: 'recursive', description: 'remove: those of paths below too' },
    { long: 'all', description: 'show: with what the path inherits from those above it' },
  ],
  examples: [
    { command: 'alluxio fsadmin pathConf add --property alluxio.user.file.writetype.default=THROUGH /logs', does: 'Keep what is written below /logs out of the cache.' },
    { command: 'alluxio fsadmin pathConf show --all /logs/2026', does: 'Show what holds there.' },
    { command: 'alluxio fsadmin pathConf remove /logs', does: 'Drop the defaults of a path.' },
  ],
  json: 'list: path, properties; show: key, value',
  async run(input, ctx) {
    const { name, args } = innerCommand(input, ['add', 'list', 'remove', 'show']);
    const wanted = name === 'list' ? 0 : 1;
    if (args.length !== wanted) throw new AlluxioError('USAGE', `Command ${name} takes ${wanted} arguments, not ${args.length}`);
    if (name === 'list') return list(ctx);
    const path = readPath(ctx, args[0] ?? '').plain;
    if (name === 'show') return show(ctx, path, flag(input, 'all'));
    return name === 'add' ? add(input, ctx, path) : remove(input, ctx, path);
  },
};

async function adminOf(ctx: CommandContext) {
  return (await ctx.fileSystem()).admin();
}

async function list(ctx: CommandContext): Promise<void> {
  for (const [path, properties] of (await adminOf(ctx)).pathDefaults()) {
    if (ctx.out.json) ctx.out.record({ path, properties: maskProperties(properties) });
    else ctx.out.line(path);
  }
}

async function show(ctx: CommandContext, path: AlluxioPath, all: boolean): Promise<void> {
  const effective: Record<string, string> = {};
  // In the order of paths, so that the nearest comes last.
  for (const [prefix, properties] of (await adminOf(ctx)).pathDefaults()) {
    if (all ? isAtOrBelow(path, prefix) : path === prefix) Object.assign(effective, properties);
  }
  for (const [key, value] of Object.entries(maskProperties(effective)).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (ctx.out.json) ctx.out.record({ key, value });
    else ctx.out.line(`${key}=${value}`);
  }
}

async function add(input: CommandInput, ctx: CommandContext, path: AlluxioPath): Promise<void> {
  const properties = pairs(texts(input, 'property'), 'property');
  if (Object.keys(properties).length === 0) throw new AlluxioError('USAGE', 'Missing required option: property');
  for (const key of Object.keys(properties)) requireClientKey(key);
  const admin = await adminOf(ctx);
  await admin.setPathDefaults(path, sorted({ ...admin.pathDefaults().get(path), ...properties }));
}

function requireClientKey(key: string): void {
  if (!isKnownKey(key)) throw new AlluxioError('INVALID_ARGUMENT', `Invalid property key ${key}`);
  if (hasClientScope(key)) return;
  throw new AlluxioError('INVALID_ARGUMENT', `Path level configuration of key ${key} has scope ${propertyOf(key)?.scope ?? 'NONE'}, not CLIENT: it cannot differ between paths.`);
}

async function remove(input: CommandInput, ctx: CommandContext, path: AlluxioPath): Promise<void> {
  const admin = await adminOf(ctx);
  const keys = text(input, 'keys')?.split(',').map((key) => key.trim());
  for (const [prefix, properties] of admin.pathDefaults()) {
    if (prefix !== path && !(flag(input, 'recursive') && isAtOrBelow(prefix, path))) continue;
    await admin.setPathDefaults(prefix as AlluxioPath, keys === undefined ? {} : Object.fromEntries(Object.entries(properties).filter(([key]) => !keys.includes(key))));
  }
}

function sorted(properties: PathDefaults): PathDefaults {
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
}
