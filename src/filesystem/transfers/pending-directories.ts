/**
 * Directories being made in the target while the walk goes on: whoever comes below one waits for it. Only those in the making and those that
 * failed are remembered.
 */
const READY = Promise.resolve(true);

export class PendingDirectories {
  readonly #pending = new Map<string, Promise<boolean>>();

  /** Resolves true when content may go into the directory, false when it could not be made. */
  ready(path: string): Promise<boolean> {
    return this.#pending.get(path) ?? READY;
  }

  /** From now on others wait for the directory; the caller runs what is returned when its turn has come. `make` never rejects. */
  plan(path: string, make: () => Promise<boolean>): () => Promise<void> {
    let settle: (made: boolean) => void = () => undefined;
    this.#pending.set(path, new Promise((resolve) => (settle = resolve)));
    return async () => {
      const made = await make();
      if (made) this.#pending.delete(path);
      settle(made);
    };
  }
}
