/** Taking back what a command did to the namespace. */

export interface Undone {
  /** Of the first record of the command that was undone. */
  readonly id: number;
  readonly user: string;
  readonly command: string;
  readonly timeMs: number;
  /** Paths, attributes of inodes and mounts that were put back. */
  readonly changes: number;
}

/**
 * Undoes a command: what it moved is moved back, attributes get the values they had, what it removed comes back from the trash, empty files and directories that it
 * made are removed, mounts are unmounted or mounted. The undo is a command of the log itself, so it can be undone.
 * @param id of any record of the command, as `history` gives it; undefined: the last command of this user that can be undone, undos aside
 * @throws NOT_FOUND when the log does not have it; FAILED_PRECONDITION with the reason when it cannot be undone, or something newer depends on it: nothing is changed then
 */
export type Undo = (id?: number) => Promise<Undone>;
