/** The web server of a resident process: HTTP limits here, what is answered in app.ts. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import { createApp } from './app.ts';
import { limitConnections } from './crowd.ts';
import { badRequest, refuseConnection } from './failure.ts';
import type { Resident } from './resident.ts';
import { served } from './served.ts';

export interface WebServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** A line about trouble that no reader is told of. */
  readonly log?: (line: string) => void;
  /** Between two points of the charts; ten seconds unless a test is in a hurry. */
  readonly samplePeriodMs?: number;
  /** At the same time. */
  readonly maxConnections?: number;
}

export interface WebServer {
  readonly port: number;
  /** Lets requests under way end for a moment, then cuts them. */
  close(): Promise<void>;
}

/** At the same time; far below what a process may open: the journal, the cache and OSS need descriptors too. */
const MAX_CONNECTIONS = 256;
const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
/** Of silence, in either direction. */
const IDLE_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_MS = 5_000;
const CLOSE_GRACE_MS = 2_000;
const SAMPLE_PERIOD_MS = 10_000;

/** @throws FAILED_PRECONDITION when the port is taken, INVALID_CONFIGURATION when the host is not one of this machine */
export async function startWebServer(resident: Resident, options: WebServerOptions): Promise<WebServer> {
  const log = options.log ?? (() => undefined);
  const app = createApp(await served(resident), { host: options.host, log, samplePeriodMs: options.samplePeriodMs ?? SAMPLE_PERIOD_MS });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false, errorHandler: badRequest });
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0, keepAliveTimeout: KEEP_ALIVE_MS, connectionsCheckingInterval: 2_000 },
    (request, response) => void listener(request, response),
  );
  limitConnections(server, options.maxConnections ?? MAX_CONNECTIONS, log);
  server.setTimeout(IDLE_TIMEOUT_MS);
  server.on('clientError', (error, socket) => refuseConnection(error, socket as Socket));
  try {
    await listen(server, options, resident.process.role);
  } catch (error) {
    app.close();
    throw error;
  }
  // Too many open files, for one: the connection is lost, the server is not.
  server.on('error', (error) => log(`A connection could not be accepted: ${messageOf(error)}`));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      app.close();
      await closed(server);
    },
  };
}

function listen(server: Server, { host, port }: WebServerOptions, role: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(listenError(error, { host, port, role }));
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function listenError(error: Error, { host, port, role }: { host: string; port: number; role: string }): Error {
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new AlluxioError('FAILED_PRECONDITION', `Port ${port} of ${host} is taken by another process.`, { hint: `Stop it, or set alluxio.${role}.web.port.`, cause: error });
    case 'EACCES':
      return new AlluxioError('PERMISSION_DENIED', `Port ${port} of ${host} may not be used by this user.`, { hint: `Set alluxio.${role}.web.port to one above 1023.`, cause: error });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new AlluxioError('INVALID_CONFIGURATION', `${host} is not an address of this machine.`, { hint: `Correct alluxio.${role}.web.bind.host.`, cause: error });
    default:
      return error;
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
