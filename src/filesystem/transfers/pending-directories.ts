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

  /** `made` never rejects. */
  add(path: string, made: Promise<boolean>): Promise<boolean> {
    const settled = made.then((done) => {
      if (done) this.#pending.delete(path);
      return done;
    });
    this.#pending.set(path, settled);
    return settled;
  }
}
