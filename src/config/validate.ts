/** Checks a configuration before it is used. */
import { AlluxioError, isAlluxioError } from '../errors.ts';
import { propertyOf } from './catalogue.ts';
import type { Config } from './config.ts';
import type { PropertySpec } from './property.ts';
import { removedMessage } from './removed-keys.ts';
import { umaskFrom } from './umask.ts';

/**
 * Start-up validation: one line per problem, none when it is valid. What does not concern the keys that are set is not looked at, so that it
 * costs nothing on the way of every command.
 */
export function validateConfig(config: Config): string[] {
  return [
    ...config.keys().flatMap((key) => checkKey(config, key)),
    ...[checkBuffer, checkHeartbeat, checkZooKeeper, checkTiers, checkThrottle, checkUmask].flatMap((check) => guarded(() => check(config))),
  ];
}

/** Beyond the start-up checks: can every value that is set be read as what it should be? For `validateConf`. */
export function validateValues(config: Config): string[] {
  return config.keys().flatMap((key) => {
    const property = propertyOf(key);
    return guarded(() => {
      config.get(key);
      if (property !== undefined) readAs(config, property);
      return [];
    });
  });
}

/** @throws INVALID_CONFIGURATION with the first problem, unless `alluxio.conf.validation.enabled` is false */
export function assertValid(config: Config): void {
  if (!config.boolean('alluxio.conf.validation.enabled')) return;
  const [problem, ...others] = validateConfig(config);
  if (problem === undefined) return;
  const count = others.length === 0 ? '' : ` (${others.length} more: run \`alluxio validateConf\`)`;
  throw new AlluxioError('INVALID_CONFIGURATION', `${problem}${count}`);
}

function guarded(check: () => string[]): string[] {
  try {
    return check();
  } catch (error) {
    if (isAlluxioError(error)) return [error.hint === undefined ? error.message : `${error.message.replace(/\.$/, '')}. ${error.hint}`];
    throw error;
  }
}

function readAs(config: Config, property: PropertySpec): void {
  // An empty value counts as set, and means "none" where it is not needed.
  if (config.get(property.key) === '' && property.default === undefined) return;
  if (property.type === 'integer') config.integer(property.key);
  else if (property.type === 'size') config.bytes(property.key);
  else if (property.type === 'duration') config.duration(property.key);
  else if (property.type === 'enum') config.choice(property.key, property.values ?? []);
  else if (property.type === 'double' && !Number.isFinite(Number.parseFloat(config.get(property.key)))) {
    throw new AlluxioError('INVALID_CONFIGURATION', `Invalid value ${config.get(property.key)} for configuration key ${property.key}`);
  }
}

function checkKey(config: Config, key: string): string[] {
  const removed = removedMessage(key);
  if (removed !== undefined) return [removed];
  if (propertyOf(key)?.notInFile !== true || config.sourceOf(key) !== 'SITE_PROPERTY') return [];
  return [
    `${key} is not accepted in alluxio-site.properties, and must be specified as a JVM property. ` +
      `If no JVM property is present, Alluxio will use default value '${propertyOf(key)?.default ?? propertyOf(key)?.computed ?? ''}'.`,
  ];
}

const LARGEST_BUFFER = 2 ** 31 - 1;

function checkBuffer(config: Config): string[] {
  const key = 'alluxio.user.file.buffer.bytes';
  if (config.sourceOf(key) === 'DEFAULT') return [];
  const bytes = config.bytes(key);
  return bytes >= 1 && bytes <= LARGEST_BUFFER ? [] : [`Invalid value ${config.get(key)} for configuration key ${key}: it must be at least 1B and below 2GB.`];
}

function checkUmask(config: Config): string[] {
  umaskFrom(config);
  return [];
}

function checkHeartbeat(config: Config): string[] {
  const interval = 'alluxio.master.standby.heartbeat.interval';
  const timeout = 'alluxio.master.heartbeat.timeout';
  if (!anySet(config, [interval, timeout]) || config.duration(interval) < config.duration(timeout)) return [];
  return [`${interval} (${config.get(interval)}) must be less than ${timeout} (${config.get(timeout)}).`];
}

function checkZooKeeper(config: Config): string[] {
  const address = (config.find('alluxio.zookeeper.address') ?? '') !== '';
  if (config.boolean('alluxio.zookeeper.enabled') === address) return [];
  return address
    ? ['alluxio.zookeeper.address is set, but alluxio.zookeeper.enabled is not true.']
    : ['alluxio.zookeeper.enabled is true, but alluxio.zookeeper.address is not set.'];
}

function checkTiers(config: Config): string[] {
  const problems: string[] = [];
  const levels = config.integer('alluxio.worker.tieredstore.levels');
  const globalLevels = config.integer('alluxio.master.tieredstore.global.levels');
  if (levels < 1 || levels > globalLevels) {
    problems.push(`alluxio.worker.tieredstore.levels is ${levels}: it must be at least 1 and at most alluxio.master.tieredstore.global.levels, ${globalLevels}.`);
  }
  const names = Array.from({ length: Math.min(globalLevels, 16) }, (_, level) => config.find(`alluxio.master.tieredstore.global.level${level}.alias`)).filter((name) => name !== undefined);
  for (let level = 0; level < Math.min(levels, globalLevels, 16); level++) {
    const key = `alluxio.worker.tieredstore.level${level}.alias`;
    const alias = config.find(key);
    if (alias === undefined) problems.push(`No value set for configuration key ${key}`);
    else if (!names.includes(alias)) problems.push(`Alias ${alias} of tier ${level} (${key}) is unknown: it must be one of ${names.join(', ')}.`);
  }
  return problems;
}

const LOAD_LEVELS = ['active', 'stressed', 'overloaded'];
const MEASURES = ['cpu.load.ratio', 'heap.used.ratio', 'heap.gc.time', 'rpc.queue.size'];

function checkThrottle(config: Config): string[] {
  return MEASURES.flatMap((measure) => {
    const keys = LOAD_LEVELS.map((level) => `alluxio.master.throttle.${level}.${measure}`);
    if (!anySet(config, keys)) return [];
    const limits = keys.map((key) => (measure === 'heap.gc.time' ? config.duration(key) : Number(config.get(key))));
    const ordered = limits.every((limit, index) => index === 0 || limit > (limits[index - 1] ?? Number.NaN));
    return ordered ? [] : [`The limits alluxio.master.throttle.{active,stressed,overloaded}.${measure} must grow: ${keys.map((key) => config.get(key)).join(', ')}.`];
  });
}

function anySet(config: Config, keys: readonly string[]): boolean {
  return keys.some((key) => config.sourceOf(key) !== 'DEFAULT');
}
