/**
 * Every case, in the order of the page. A file of cases exports `cases`, a list of
 *   `id`     what --only names it by; `group`: the heading under which its rows stand
 *   `about`  a few words for --list
 *   `run(lab, add)`  measures and hands each row (report.mjs makes them) to `add`, or returns them all; what it made in lab.folder(), lab.home() and lab.server() is removed after it
 * A new file of cases: export `cases`, one line in the list below.
 */
import { cases as changes } from './changes.mjs';
import { cases as journal } from './journal.mjs';
import { cases as largeFiles } from './large-files.mjs';
import { cases as listing } from './listing.mjs';
import { cases as loading } from './loading.mjs';
import { cases as operations } from './operations.mjs';
import { cases as smallFiles } from './small-files.mjs';
import { cases as startUp } from './start-up.mjs';
import { cases as totals } from './totals.mjs';

export const CASES = [...startUp, ...listing, ...totals, ...changes, ...journal, ...loading, ...smallFiles, ...largeFiles, ...operations];

/** Those whose id begins with one of the words, or all. */
export function chosenCases(words) {
  return words.length === 0 ? CASES : CASES.filter(({ id }) => words.some((word) => id.startsWith(word)));
}
