/** SIGINT and SIGTERM end a command cleanly: the first aborts its work, a second one ends the process at once. */

export type Ending = 'SIGINT' | 'SIGTERM';

export const ENDING_STATUS: Readonly<Record<Ending, number>> = { SIGINT: 130, SIGTERM: 143 };

export interface SignalWatch {
  readonly signal: AbortSignal;
  received(): Ending | undefined;
  /** Gives the signals their ordinary meaning back. */
  stop(): void;
}

export function watchSignals(reason: (ending: Ending) => Error): SignalWatch {
  const controller = new AbortController();
  let received: Ending | undefined;
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((ending) => {
    const listener = (): void => {
      received ??= ending;
      stop();
      controller.abort(reason(ending));
    };
    process.on(ending, listener);
    return { ending, listener };
  });
  const stop = (): void => {
    for (const { ending, listener } of listeners) process.off(ending, listener);
  };
  return { signal: controller.signal, received: () => received, stop };
}
