/** Everything that the web port answers, in one table of routes. */
import { Hono } from 'hono';
import { isAlluxioError, messageOf } from '../errors.ts';
import { failureJson, failureOf } from './failure.ts';
import { health, readiness } from './health.ts';
import type { Resident } from './resident.ts';

export interface AppOptions {
  readonly host: string;
  readonly log: (line: string) => void;
}

export interface App {
  fetch(request: Request, env: object): Response | Promise<Response>;
  /** Ends what runs besides answering. */
  close(): void;
}

export function createApp(resident: Resident, { log }: AppOptions): App {
  const app = new Hono();
  app.onError((error, c) => {
    if (!isAlluxioError(error)) log(`${c.req.method} ${c.req.path}: ${error.stack ?? messageOf(error)}`);
    const failure = failureOf(error);
    return new Response(failureJson(failure), { status: failure.status, headers: { 'content-type': 'application/json' } });
  });
  app.get('/health', () => health(resident));
  app.get('/ready', () => readiness(resident));
  return { fetch: (request, env) => app.fetch(request, env), close: () => undefined };
}
