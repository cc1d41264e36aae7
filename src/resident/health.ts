/** Does a resident answer? Asked from outside, as a probe would. */
import { get } from 'node:http';
import type { ResidentRecord } from './records.ts';

const PATIENCE_MS = 5000;
/** Listening everywhere is no address to ask at. */
const EVERYWHERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

export function reachableHost(host: string): string {
  return EVERYWHERE[host] ?? host;
}

/** Undefined when it is healthy, else what is wrong. */
export function healthProblem({ role, web }: ResidentRecord): Promise<string | undefined> {
  if (web === undefined) return Promise.resolve(`The ${role} has not started yet.`);
  const host = reachableHost(web.host);
  return new Promise((resolve) => {
    const request = get({ host, port: web.port, path: '/health', timeout: PATIENCE_MS, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `The ${role} answers ${response.statusCode} at http://${host}:${web.port}/health.`);
    });
    request.on('timeout', () => request.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)));
    request.on('error', (error) => resolve(`The ${role} does not answer at http://${host}:${web.port}: ${error.message}.`));
  });
}
