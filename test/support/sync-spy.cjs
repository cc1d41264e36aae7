'use strict';
// Loaded into the real binary (NODE_OPTIONS): each sync of a file that was done becomes a line of ALLUXIO_FAULT_LOG, among the boundaries of src/fault-points.ts. It changes nothing.
const fs = require('node:fs');

const log = process.env.ALLUXIO_FAULT_LOG;
const append = fs.appendFileSync;
const note = (path) => append(log, `synced ${path}\n`);
const paths = new Map();

const { open } = fs.promises;
fs.promises.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  for (const name of ['sync', 'datasync']) {
    const original = handle[name].bind(handle);
    handle[name] = () => original().then(() => note(path));
  }
  return handle;
};
const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  const file = openSync(path, ...rest);
  paths.set(file, path);
  return file;
};
for (const name of ['fsyncSync', 'fdatasyncSync']) {
  const original = fs[name];
  fs[name] = (file) => {
    original(file);
    note(paths.get(file));
  };
}
