/** Which storage serves which scheme. Adding one: its folder, and a line in the table below. */
import type { Config } from '../config/config.ts';
import { AlluxioError, isAlluxioError, messageOf } from '../errors.ts';
import type { UfsUri } from '../uri.ts';
import type { Ufs } from './ufs.ts';
import { readOnly } from './wrappers/read-only.ts';
import { retryBy, retryPolicyOf, withRetry } from './wrappers/retry.ts';
import { withTrace } from './wrappers/trace.ts';
import type { SlowCall } from './wrappers/trace.ts';

export interface OpenOptions {
  /** The mount is read-only: nothing is written to the store, not even a breadcrumb. */
  readonly readOnly?: boolean;
  /** It was there when it was mounted: a local folder that is not there now is a disk that is not mounted, and not an empty storage. */
  readonly mounted?: boolean;
  /** Told of calls slower than `alluxio.underfs.logging.threshold`. */
  readonly onSlow?: (call: SlowCall) => void;
}

interface Storage {
  /** As `mount` shows it. */
  readonly type: string;
  /** Looks at the URI alone. @throws AlluxioError when no storage can ever have it */
  readonly check?: (uri: UfsUri) => Promise<void>;
  /** Loads the driver when it is first needed. @throws AlluxioError saying why it cannot be opened */
  open(uri: UfsUri, config: Config, options: OpenOptions): Promise<Ufs>;
}

const STORAGES: Readonly<Record<string, Storage>> = {
  file: { type: 'local', open: async (uri, config, options) => (await import('./local/index.ts')).openLocal(uri, config, options) },
  oss: {
    type: 'oss',
    check: async (uri) => (await import('./oss/bucket-name.ts')).requireBucketName(uri.authority),
    open: async (uri, config, options) => (await import('./oss/index.ts')).openOss(uri, config, options),
  },
};

/** Refuses what no later command could open, whatever else is configured. @throws INVALID_CONFIGURATION */
export async function requirePossible(uri: UfsUri): Promise<void> {
  const storage = storageOf(uri);
  if (storage === undefined) throw new AlluxioError('INVALID_CONFIGURATION', `No Under File System Factory found for: ${uri.toString()}`);
  await storage.check?.(uri);
}

/** @throws INVALID_ARGUMENT for a scheme that nothing serves; the driver's own error code when it cannot be opened */
export async function createUfs(uri: UfsUri, config: Config, options: OpenOptions = {}): Promise<Ufs> {
  const storage = storageOf(uri);
  if (storage === undefined) {
    throw new AlluxioError('INVALID_ARGUMENT', `No Under File System Factory found for: ${uri.toString()}`, {
      path: uri.toString(),
      hint: `Use ${Object.keys(STORAGES).map((scheme) => `${scheme}://`).join(', ')} or an absolute local path.`,
    });
  }
  const opened = await open(storage, uri, config, options);
  const retried = withRetry(opened, retryBy(retryPolicyOf(config)));
  const guarded = options.readOnly === true ? readOnly(retried) : retried;
  const { onSlow } = options;
  return onSlow === undefined ? guarded : withTrace(guarded, { thresholdMs: config.duration('alluxio.underfs.logging.threshold'), onSlow });
}

function storageOf(uri: UfsUri): Storage | undefined {
  return Object.hasOwn(STORAGES, uri.scheme) ? STORAGES[uri.scheme] : undefined;
}

async function open(storage: Storage, uri: UfsUri, config: Config, options: OpenOptions): Promise<Ufs> {
  try {
    return await storage.open(uri, config, options);
  } catch (error) {
    const fields = isAlluxioError(error) && error.hint !== undefined ? { hint: error.hint } : {};
    throw new AlluxioError(isAlluxioError(error) ? error.code : 'INTERNAL', `Unable to create an UnderFileSystem instance for path: ${uri.toString()}: ${messageOf(error)}`, {
      path: uri.toString(),
      cause: error,
      ...fields,
    });
  }
}
