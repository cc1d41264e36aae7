/**
 * Requests over plain HTTP without node:http. The body of a GET goes from the socket into its place in memory: on loopback that takes 0.2-0.4 s of CPU per GiB,
 * where node:http takes 1.6 s and is the limit of a download. A small PUT takes a quarter of the time. It understands exactly what OSS answers to those, a body
 * of announced length; anything else is left to node:http.
 */
import { Connection } from './direct-connection.ts';
import type { DirectAnswer, DirectRequest } from './direct-connection.ts';
import { TransportFailure } from './transport-failure.ts';

export { bodyOf, NotDirect } from './direct-connection.ts';
export type { DirectAnswer, DirectRequest } from './direct-connection.ts';

/** A server may close an idle connection at any time after its keep-alive limit; ours is below those in use. */
const REUSE_WITHIN_MS = 4_000;

export class DirectConnections {
  readonly #idle = new Map<string, Connection[]>();

  /**
   * @param request sent a second time, when `repeatable`, where the connection turns out to be closed
   * @throws NotDirect, TransportFailure
   */
  async send(request: DirectRequest, repeatable: boolean): Promise<DirectAnswer> {
    const key = `${request.host}:${String(request.port)}`;
    const idle = this.#takeIdle(key);
    const onIdle = (connection: Connection): void => this.#keep(key, connection);
    const connection = idle ?? new Connection(request, onIdle);
    try {
      return await connection.exchange(request);
    } catch (error) {
      connection.close();
      // The server closed it just when we took it: a fresh one tells whether it is there.
      if (repeatable && idle !== undefined && !connection.answered && error instanceof TransportFailure && error.kind === 'network') return new Connection(request, onIdle).exchange(request);
      throw error;
    }
  }

  #takeIdle(key: string): Connection | undefined {
    const idle = this.#idle.get(key) ?? [];
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.reusable && performance.now() - last.idleSince < REUSE_WITHIN_MS) return last;
      last.close();
    }
    return undefined;
  }

  #keep(key: string, connection: Connection): void {
    const idle = this.#idle.get(key);
    if (idle === undefined) this.#idle.set(key, [connection]);
    else idle.push(connection);
  }
}
