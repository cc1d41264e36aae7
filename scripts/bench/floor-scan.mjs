/** The floor of a listing of known entries: walks the journal's directory entries in the store and looks at no byte of them. */
import { open } from 'lmdb';

const [folder, expected] = process.argv.slice(2);
const DIRECTORY_ENTRIES = 0x49;

const store = open({ path: folder, readOnly: true, keyEncoding: 'binary', encoding: 'binary' });
let count = 0;
for (const { value } of store.getRange({ start: Buffer.of(DIRECTORY_ENTRIES), end: Buffer.of(DIRECTORY_ENTRIES + 1) })) count += value === undefined ? 0 : 1;
await store.close();
if (count < Number(expected)) {
  process.stderr.write(`${count} entries instead of ${expected}\n`);
  process.exitCode = 1;
}
