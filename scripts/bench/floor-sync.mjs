/** The floor of commits one after the other: so many pages, each on disk before the next is written. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';

const [path, count] = process.argv.slice(2);
const page = Buffer.alloc(4096, 1);
const file = openSync(path, 'w');
for (let at = 0; at < Number(count); at++) {
  writeSync(file, page, 0, page.length, (at % 1000) * page.length);
  fdatasyncSync(file);
}
closeSync(file);
rmSync(path);
