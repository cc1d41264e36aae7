/** The floor of a listing of known entries: walks the journal's directory entries in the store and looks at no byte of them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';

const [folder, expected] = process.argv.slice(2);
const DIRECTORY_ENTRIES = 0x49;

const [current] = readdirSync(folder).filter((name) => name.startsWith('store-'));
const store = open({ path: join(folder, current), readOnly: true, keyEncoding: 'binary', encoding: 'binary' });
let count = 0;
for (const { value } of store.getRange({ start: Buffer.of(DIRECTORY_ENTRIES), end: Buffer.of(DIRECTORY_ENTRIES + 1) })) count += value === undefined ? 0 : 1;
await store.close();
if (count < Number(expected)) {
  process.stderr.write(`${count} entries instead of ${expected}\n`);
  process.exitCode = 1;
}
