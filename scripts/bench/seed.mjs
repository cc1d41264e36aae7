/**
 * Fills stores through the rooms' own interfaces, in large transactions: what a user would need an hour of commands for.
 *   seed inodes <journal folder> <files> <files per directory>          below /, as loaded from a storage
 *   seed local <journal folder> <files> <files per directory> <name>    below /<name>, empty and only here
 *   seed objects <ossServer folder> <bucket> <count> <per directory>    `flat/…` and `tree/…`, so many in each
 * Prints what it made, JSON.
 */
import { openStore } from '../../src/journal/format.ts';
import { ROOT_ID } from '../../src/journal/journal.ts';
import { loadedInode, newDirectory, newFile } from '../../src/namespace/inodes.ts';
import { createBucket } from '../../src/oss-server/handlers/bucket.ts';
import { Store } from '../../src/oss-server/store/index.ts';
import { objectKey, requireBucket } from '../../src/oss-server/store/keys.ts';

const BATCH = 5000;
const KEPT_LOG = 1000;
const ACTOR = { user: 'bench', command: 'seed' };
const BLOCK = 64 * 2 ** 20;

const padded = (number) => String(number).padStart(7, '0');
const folderName = (number) => `d${padded(number)}`;
const fileName = (number) => `part-${padded(number)}.parquet`;
/** As random as a real one to whatever would compress it, and much cheaper. */
const etag = (number) => [1, 3, 5, 7].map((factor) => (Math.imul(number + 1, 0x9e3779b1 * factor) >>> 0).toString(16).toUpperCase().padStart(8, '0')).join('');

async function fill(folder, { files, perFolder, begin, makers }) {
  const journal = await openStore({ folder, keepLogEntries: KEPT_LOG });
  const nowMs = Date.now();
  const started = performance.now();
  const change = (fn) => journal.transact(ACTOR, nowMs, fn);
  const top = await change((tx) => begin(tx, nowMs));
  let directory;
  for (let from = 0; from < files; from += BATCH) {
    directory = await change((tx) => {
      let current = directory;
      for (let at = from; at < Math.min(files, from + BATCH); at++) {
        if (at % perFolder === 0) {
          current = makers.directory(tx, nowMs, top);
          tx.append({ type: 'inode-created', parentId: top.id, name: folderName(at / perFolder), inode: current });
        }
        const inode = makers.file(tx, nowMs, { parent: current, number: at % perFolder });
        tx.append({ type: 'inode-created', parentId: current.id, name: fileName(at % perFolder), inode });
      }
      return current;
    });
  }
  const ms = performance.now() - started;
  await journal.close();
  process.stdout.write(JSON.stringify({ entries: files + Math.ceil(files / perFolder), ms, batch: BATCH, keptLog: KEPT_LOG }));
}

function statusOf(kind, number) {
  const file = kind === 'file';
  const modifiedMs = 1_700_000_000_000 + number * 1000;
  return { kind, size: file ? 1000 + number : 0, modifiedMs, contentHash: file ? etag(number) : '', crc64: undefined, owner: '', group: '', mode: file ? 0o700 : 0o777 };
}

const LOADED = {
  directory: (tx, nowMs, parent) => ({ ...loadedInode({ id: tx.allocate(), nowMs, parent, status: statusOf('directory', 0), blockSize: 0 }), childrenLoaded: true }),
  file: (tx, nowMs, { parent, number }) => loadedInode({ id: tx.allocate(), nowMs, parent, status: statusOf('file', number), blockSize: BLOCK }),
};

const inodes = (folder, files, perFolder) =>
  fill(folder, {
    files,
    perFolder,
    makers: LOADED,
    begin(tx) {
      tx.append({ type: 'inode-changed', id: ROOT_ID, change: { childrenLoaded: true } });
      return tx.locate(ROOT_ID).inode;
    },
  });

const own = (tx, nowMs, parent) => ({ id: tx.allocate(), nowMs, owner: parent.owner, group: parent.group, umask: 0o022, parent });
const LOCAL = {
  directory: (tx, nowMs, parent) => newDirectory(own(tx, nowMs, parent)),
  file: (tx, nowMs, { parent }) => newFile({ ...own(tx, nowMs, parent), length: 0, blockSize: BLOCK, ttlMs: -1, ttlAction: 'DELETE', replicationMin: 0, replicationMax: -1 }),
};

const local = (folder, files, perFolder, name) =>
  fill(folder, {
    files,
    perFolder,
    makers: LOCAL,
    begin(tx, nowMs) {
      const top = LOCAL.directory(tx, nowMs, tx.locate(ROOT_ID).inode);
      tx.append({ type: 'inode-created', parentId: ROOT_ID, name, inode: top });
      return top;
    },
  });

async function objects(folder, bucketName, count, perFolder) {
  const store = await Store.open(folder, { flush: false });
  await createBucket(store, { name: bucketName });
  const bucket = requireBucket(store, bucketName);
  const modified = Date.now();
  for (let from = 0; from < count; from += BATCH) {
    await store.commit((changes) => {
      for (let at = from; at < Math.min(count, from + BATCH); at++) {
        // Nothing reads them: they have a size and no bytes.
        const record = { type: 'Normal', size: 1000 + at, etag: etag(at), crc64: '0', modified, headers: {}, segments: [], storageClass: 'Standard' };
        changes.objects.putSync(objectKey(bucket.id, `flat/${fileName(at)}`), record);
        changes.objects.putSync(objectKey(bucket.id, `tree/${folderName(Math.floor(at / perFolder))}/${fileName(at)}`), record);
      }
    });
  }
  await store.close();
}

const [what, folder, ...rest] = process.argv.slice(2);
if (what === 'inodes') await inodes(folder, ...rest.map(Number));
else if (what === 'local') await local(folder, Number(rest[0]), Number(rest[1]), rest[2]);
else if (what === 'objects') await objects(folder, rest[0], ...rest.slice(1).map(Number));
else throw new Error(`seed: what is ${what}?`);
