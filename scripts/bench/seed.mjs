/**
 * Fills stores through the rooms' own interfaces, in large transactions: what a user would need an hour of commands for.
 *   seed inodes <journal folder> <files> <files per directory>   into a formatted journal; prints how many entries it made
 *   seed objects <ossServer folder> <bucket> <count> <per directory>   `flat/…` and `tree/…`, so many in each
 */
import { createHash } from 'node:crypto';
import { openStore } from '../../src/journal/format.ts';
import { ROOT_ID } from '../../src/journal/journal.ts';
import { loadedInode } from '../../src/namespace/inodes.ts';
import { createBucket } from '../../src/oss-server/handlers/bucket.ts';
import { Store } from '../../src/oss-server/store/index.ts';
import { objectKey, requireBucket } from '../../src/oss-server/store/keys.ts';

const BATCH = 5000;
const ACTOR = { user: 'bench', command: 'seed' };
const BLOCK = 64 * 2 ** 20;

const padded = (number) => String(number).padStart(7, '0');

async function inodes(folder, files, perFolder) {
  const journal = await openStore({ folder, keepLogEntries: 1000 });
  const nowMs = Date.now();
  const change = (fn) => journal.transact(ACTOR, nowMs, fn);
  const root = await change((tx) => {
    tx.append({ type: 'inode-changed', id: ROOT_ID, change: { childrenLoaded: true } });
    return tx.locate(ROOT_ID).inode;
  });
  const folders = Math.ceil(files / perFolder);
  for (let from = 0; from < folders; from += BATCH / perFolder) {
    await change((tx) => {
      for (let folder = from; folder < Math.min(folders, from + BATCH / perFolder); folder++) makeFolder(tx, { root, folder, count: Math.min(perFolder, files - folder * perFolder), nowMs });
    });
  }
  await journal.close();
  process.stdout.write(`${folders + files}\n`);
}

function makeFolder(tx, { root, folder, count, nowMs }) {
  const directory = { ...loadedInode({ id: tx.allocate(), nowMs, parent: root, status: statusOf('directory', 0), blockSize: 0 }), childrenLoaded: true };
  tx.append({ type: 'inode-created', parentId: ROOT_ID, name: `d${padded(folder)}`, inode: directory });
  for (let at = 0; at < count; at++) {
    const inode = loadedInode({ id: tx.allocate(), nowMs, parent: directory, status: statusOf('file', folder * count + at), blockSize: BLOCK });
    tx.append({ type: 'inode-created', parentId: directory.id, name: `part-${padded(at)}.parquet`, inode });
  }
}

function statusOf(kind, number) {
  const file = kind === 'file';
  return {
    kind,
    size: file ? 1000 + number : 0,
    modifiedMs: 1_700_000_000_000 + number * 1000,
    contentHash: file ? createHash('md5').update(String(number)).digest('hex').toUpperCase() : '',
    crc64: undefined,
    owner: '',
    group: '',
    mode: file ? 0o700 : 0o777,
  };
}

async function objects(folder, bucketName, count, perFolder) {
  const store = await Store.open(folder, { flush: false });
  await createBucket(store, { name: bucketName });
  const bucket = requireBucket(store, bucketName);
  const modified = Date.now();
  for (let from = 0; from < count; from += BATCH) {
    await store.commit((changes) => {
      for (let at = from; at < Math.min(count, from + BATCH); at++) {
        const etag = createHash('md5').update(String(at)).digest('hex').toUpperCase();
        // Nothing reads them: they have a size and no bytes.
        const record = { type: 'Normal', size: 1000 + at, etag, crc64: '0', modified, headers: {}, segments: [], storageClass: 'Standard' };
        changes.objects.putSync(objectKey(bucket.id, `flat/part-${padded(at)}.parquet`), record);
        changes.objects.putSync(objectKey(bucket.id, `tree/d${padded(Math.floor(at / perFolder))}/part-${padded(at)}.parquet`), record);
      }
    });
  }
  await store.close();
}

const [what, folder, ...rest] = process.argv.slice(2);
if (what === 'inodes') await inodes(folder, ...rest.map(Number));
else if (what === 'objects') await objects(folder, rest[0], ...rest.slice(1).map(Number));
else throw new Error(`seed: what is ${what}?`);
