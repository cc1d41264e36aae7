/** Answers whether the process is there, on its web port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AlluxioError, messageOf, systemCode } from '../errors.ts';
import type { Resident } from '../http/resident.ts';

export interface WebServer {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws FAILED_PRECONDITION when the port is taken */
export async function startWebServer(resident: Resident, { host, port }: { host: string; port: number; log?: (line: string) => void }): Promise<WebServer> {
  const server = createServer((request, response) => {
    const known = request.url === '/health';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(known ? JSON.stringify({ status: 'ok', role: resident.process.role }) : '{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const taken = systemCode(error) === 'EADDRINUSE';
      reject(new AlluxioError('FAILED_PRECONDITION', taken ? `Port ${port} of ${host} is taken by another process.` : messageOf(error), { hint: `Stop it, or set alluxio.${resident.process.role}.web.port.` }));
    });
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
