/** Where the keys for OSS come from: the configuration (with an STS token, if any) or the ECS instance's RAM role, renewed before it expires. */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AlluxioError, messageOf } from '../../errors.ts';
import type { Config } from '../../config/config.ts';
import { resolveSecret } from '../../config/references.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string | undefined;
}

export interface CredentialSource {
  /** Valid ones, from memory wherever possible. @throws UNAUTHENTICATED, UNAVAILABLE */
  current(): Promise<Credentials>;
  /** Others, after the store refused these before their time; undefined when there are none. @throws UNAUTHENTICATED, UNAVAILABLE */
  instead(refused: Credentials): Promise<Credentials | undefined>;
}

export const MISSING_CREDENTIALS = 'OSS Credentials not available, cannot create OSS Under File System.';

/** @throws INVALID_CONFIGURATION when keys are neither set nor to be had from a role. */
export async function credentialSourceOf(config: Config): Promise<CredentialSource> {
  if (config.boolean('alluxio.underfs.oss.sts.enabled')) {
    return ramRoleCredentials({
      endpoint: config.get('alluxio.underfs.oss.sts.ecs.metadata.service.endpoint'),
      role: config.find('alluxio.underfs.oss.ecs.ram.role') ?? '',
      refreshBeforeMs: config.duration('alluxio.underfs.oss.sts.token.refresh.interval.ms'),
    });
  }
  let held = configured(config);
  return {
    current: async () => held,
    // A file that a secret refers to may have been written anew meanwhile.
    async instead(refused) {
      if (same(held, refused)) held = configured(config);
      return same(held, refused) ? undefined : held;
    },
  };
}

function configured(config: Config): Credentials {
  const accessKeyId = secretOf(config, 'fs.oss.accessKeyId');
  const accessKeySecret = secretOf(config, 'fs.oss.accessKeySecret');
  if (accessKeyId === undefined || accessKeySecret === undefined) throw missing('fs.oss.accessKeyId and fs.oss.accessKeySecret');
  return { accessKeyId, accessKeySecret, securityToken: secretOf(config, 'fs.oss.securityToken') };
}

function same(one: Credentials, other: Credentials): boolean {
  return one.accessKeyId === other.accessKeyId && one.accessKeySecret === other.accessKeySecret && one.securityToken === other.securityToken;
}

export function missing(keys: string): AlluxioError {
  return new AlluxioError('INVALID_CONFIGURATION', MISSING_CREDENTIALS, {
    hint: `Set ${keys} in alluxio-site.properties, or as mount options.`,
  });
}

function secretOf(config: Config, key: string): string | undefined {
  const text = config.find(key)?.trim();
  if (text === undefined || text === '') return undefined;
  const secret = resolveSecret(text, key);
  const flaw = flawOf(secret, key);
  if (flaw !== undefined) throw new AlluxioError('INVALID_CONFIGURATION', `${key} has ${flaw} in it, which no key of OSS has.`, { hint: 'Copy the key anew, in one line.' });
  return secret;
}

/** What no request could carry, or what can only have come in by mistake. */
function flawOf(secret: string, key: string): string | undefined {
  if (/[\r\n]/.test(secret)) return 'a line end';
  if (/\p{Cc}/u.test(secret)) return 'a control character';
  // The secret only goes into sums.
  return key !== 'fs.oss.accessKeySecret' && /[^ -~]/.test(secret) ? 'a character that is not ASCII' : undefined;
}

export interface RamRoleOptions {
  /** URL of the metadata service's list of roles, with a trailing slash. */
  readonly endpoint: string;
  /** '' takes the one role that the instance has. */
  readonly role: string;
  /** Renewed when no more than this is left. */
  readonly refreshBeforeMs: number;
  readonly clock?: () => number;
  /** Between attempts at the start. */
  readonly pauseMs?: number;
}

const FIRST_ATTEMPTS = 5;
const REQUEST_TIMEOUT_MS = 10_000;
const MAX_PAUSE_MS = 3_000;
/** After a failed renewal the old ones serve on while they last, and the service is asked again after this. */
const RENEWAL_PAUSE_MS = 60_000;

interface Held extends Credentials {
  readonly expiresMs: number;
}

export function ramRoleCredentials(options: RamRoleOptions): CredentialSource {
  const clock = options.clock ?? Date.now;
  let held: Held | undefined;
  let renewing: Promise<Held> | undefined;
  let notBeforeMs = 0;

  const renew = async (): Promise<Held> => {
    const attempts = held === undefined || held.expiresMs <= clock() ? FIRST_ATTEMPTS : 1;
    try {
      held = await fetchWithPauses(options, attempts);
      return held;
    } catch (error) {
      notBeforeMs = clock() + RENEWAL_PAUSE_MS;
      if (held !== undefined && held.expiresMs > clock()) return held;
      throw error;
    } finally {
      renewing = undefined;
    }
  };

  return {
    current() {
      const now = clock();
      if (held !== undefined && held.expiresMs > now && (held.expiresMs - now > options.refreshBeforeMs || now < notBeforeMs)) return Promise.resolve(held);
      // Many requests may find them old at the same time; one asks.
      renewing ??= renew();
      return renewing;
    },
    async instead(refused) {
      if (held !== undefined && same(held, refused)) {
        renewing ??= renew();
        await renewing;
      }
      return held === undefined || same(held, refused) ? undefined : held;
    },
  };
}

async function fetchWithPauses(options: RamRoleOptions, attempts: number): Promise<Held> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchRole(options);
    } catch (error) {
      if (attempt >= attempts) throw error;
      await sleep(Math.min(MAX_PAUSE_MS, (options.pauseMs ?? 1_000) * attempt));
    }
  }
}

async function fetchRole(options: RamRoleOptions): Promise<Held> {
  const base = options.endpoint.endsWith('/') ? options.endpoint : `${options.endpoint}/`;
  const role = options.role === '' ? ((await get(base)).split('\n')[0]?.trim() ?? '') : options.role;
  if (role === '') throw new AlluxioError('INVALID_CONFIGURATION', `No RAM role at ${base}`, { hint: 'Attach one to the ECS instance.' });
  return readRole(await get(base + encodeURIComponent(role)), base + role);
}

function readRole(text: string, url: string): Held {
  const answer = parseJson(text);
  const field = (name: string): string => {
    const value: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, name) : undefined;
    // The answer itself stays out of the message: it holds the secret.
    if (typeof value !== 'string' || value === '') throw new AlluxioError('UNAVAILABLE', `The metadata service's answer at ${url} has no ${name}`);
    return value;
  };
  const expiresMs = Date.parse(field('Expiration'));
  if (Number.isNaN(expiresMs)) throw new AlluxioError('UNAVAILABLE', `The metadata service's answer at ${url} has no readable Expiration`);
  return { accessKeyId: field('AccessKeyId'), accessKeySecret: field('AccessKeySecret'), securityToken: field('SecurityToken'), expiresMs };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Reported as a missing field, without the text.
    return undefined;
  }
}

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown): void =>
      reject(new AlluxioError('UNAVAILABLE', `The ECS metadata service at ${url} did not answer: ${why}`, { cause, hint: 'alluxio.underfs.oss.sts.enabled=true works on an ECS instance only.' }));
    const request = http.get(url, { agent: false, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', (error) => fail(messageOf(error), error));
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : fail(`status ${String(response.statusCode)}`)));
    });
    request.on('timeout', () => request.destroy(new Error(`nothing within ${String(REQUEST_TIMEOUT_MS)} ms`)));
    request.on('error', (error) => fail(messageOf(error), error));
  });
}
