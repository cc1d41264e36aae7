/** The public face: an OSS-compatible server over a folder, so that nobody needs an account to try or to test. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { AlluxioError, systemCode } from '../errors.ts';
import type { Credentials } from './auth/authenticate.ts';
import { answerClientError, serve } from './dispatch.ts';
import type { Service } from './dispatch.ts';
import { Faults } from './faults.ts';
import { createBucket } from './handlers/bucket.ts';
import { isBucketName } from './names.ts';
import { Store } from './store/index.ts';

export interface OssServerOptions {
  /** Holds everything; made when it is not there. */
  readonly dir: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Made at the start where they are not there yet. */
  readonly buckets?: readonly string[];
  /** Absent: any key is accepted, and anonymous requests too. */
  readonly credentials?: Credentials;
  /**
   * As `cn-hangzhou`; default `local`. What buckets say that their region is, for clients that look; any region in a V4 credential scope
   * is accepted. The endpoints that buckets name are always this server, as the client called it: who follows them stays here.
   */
  readonly region?: string;
  /** Enables fault points (faults.ts). */
  readonly faults?: boolean;
  /**
   * Default true: an answer means that the disk has the bytes. False: that the operating system has them, which
   * survives `kill -9` but no power cut; for tests on slow disks.
   */
  readonly flush?: boolean;
  /** For tests: the least size of every part but the last; default 100 KB. */
  readonly minimalPartBytes?: number;
  /** For tests: the most that one PUT may bring; default 5 GB. */
  readonly objectBytes?: number;
}

export interface RunningOssServer {
  /** `http://localhost:<port>`, or with the host that was asked for where localhost does not reach it. */
  readonly endpoint: string;
  readonly port: number;
  /** Ends open connections; what was acknowledged is kept. */
  close(): Promise<void>;
}

const OBJECT_BYTES = 5 * 1024 ** 3;
const MINIMAL_PART_BYTES = 100 * 1024;

function listenError(error: Error, host: string, port: number): Error {
  const code = systemCode(error);
  if (code === 'EADDRINUSE') return new AlluxioError('FAILED_PRECONDITION', `port ${port} is taken on ${host}; choose another with --port`, { cause: error });
  if (code === 'EACCES') return new AlluxioError('FAILED_PRECONDITION', `port ${port} needs special rights; choose another with --port`, { cause: error });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return new AlluxioError('FAILED_PRECONDITION', `${host} is no address of this machine; choose another with --host`, { cause: error });
  return error;
}

/** What localhost reaches: the default address, and all addresses at once. */
const LOCALHOST: readonly string[] = ['localhost', '127.0.0.1', '0.0.0.0', '::'];

function endpointOf(host: string, port: number): string {
  const name = LOCALHOST.includes(host) ? 'localhost' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => {
      reject(listenError(error, host, port));
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** @throws INVALID_ARGUMENT for a name that no bucket can have; FAILED_PRECONDITION when port or folder is taken */
export async function startOssServer(options: OssServerOptions): Promise<RunningOssServer> {
  const { dir, host = '127.0.0.1', port = 0, buckets = [], region = 'local' } = options;
  const bad = buckets.find((name) => !isBucketName(name));
  if (bad !== undefined) {
    throw new AlluxioError('INVALID_ARGUMENT', `"${bad}" is not a bucket name`, { hint: 'Use 3 to 63 lower-case letters, digits and hyphens, no hyphen at either end.' });
  }
  const store = await Store.open(dir, { flush: options.flush ?? true });
  // Room for a key of 1,023 bytes percent-encoded twice (path and copy source) and 8 KB of metadata.
  const server = createServer({ maxHeaderSize: 64 * 1024, highWaterMark: 1024 * 1024, keepAliveTimeout: 60_000, noDelay: true });
  // A slow upload of gigabytes is no attack.
  server.requestTimeout = 0;
  try {
    for (const name of buckets) await createBucket(store, { name });
    const actual = await listen(server, host, port);
    const service: Service = {
      store,
      credentials: options.credentials,
      location: `oss-${region.replace(/^oss-/, '')}`,
      endpoint: endpointOf(host, actual),
      limits: { objectBytes: options.objectBytes ?? OBJECT_BYTES, minimalPartBytes: options.minimalPartBytes ?? MINIMAL_PART_BYTES },
      faults: options.faults === true ? new Faults() : undefined,
    };
    const active = new Set<Promise<void>>();
    const accept = (message: IncomingMessage, response: ServerResponse, waitsForContinue: boolean): void => {
      const work = serve(service, { message, response, waitsForContinue }).finally(() => active.delete(work));
      active.add(work);
    };
    server.on('request', (message, response) => {
      accept(message, response, false);
    });
    server.on('checkContinue', (message, response) => {
      accept(message, response, true);
    });
    server.on('clientError', answerClientError);
    return { endpoint: service.endpoint, port: actual, close: () => stop(server, service, active) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function stop(server: Server, { store, faults }: Service, active: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeAllConnections();
  faults?.end();
  await closed;
  // Requests whose client is gone by now still finish, or clean up, before the store goes.
  await Promise.allSettled(active);
  await store.close();
}
