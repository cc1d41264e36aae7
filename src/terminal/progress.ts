/** How long work tells what it has done; the terminal shows it, tests count it. */
export interface Progress {
  /** Called as bytes or files are done; cheap to call often. */
  advance(done: { files?: number; bytes?: number }): void;
  /** Called when a total becomes known or grows. */
  expect(total: { files?: number; bytes?: number }): void;
}
