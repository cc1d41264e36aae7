/** What the handlers of one web port share. */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Access, Reader } from './access.ts';
import type { Recorder } from './metrics/recorder.ts';
import type { Refresher } from './refresher.ts';
import type { ServedResident } from './served.ts';

export interface Site {
  readonly resident: ServedResident;
  readonly access: Access;
  readonly recorder: Recorder;
  readonly refresher: Refresher;
  readonly log: (line: string) => void;
}

export interface SiteEnv {
  Bindings: HttpBindings;
  /** `body`: of a request whose body was read as a text. */
  Variables: { reader: Reader; body: string };
}

export type SiteContext = Context<SiteEnv>;
