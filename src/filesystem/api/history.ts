/** Who did what. */
import type { AlluxioPath } from '../../uri.ts';

/** Something that somebody did. */
export interface Deed {
  readonly seq: number;
  readonly timeMs: number;
  readonly user: string;
  /** The command line, without what is secret. */
  readonly command: string;
  /** As in `create`, `mkdir`, `rename`, `delete`, `load` (found in the under storage), `persist`, `chmod`. */
  readonly what: string;
  /** As it was called then; undefined where the log does not reach back so far. */
  readonly path: AlluxioPath | undefined;
  /** Of a rename. */
  readonly to: AlluxioPath | undefined;
}
