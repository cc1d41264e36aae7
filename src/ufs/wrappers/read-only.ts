/**
 * The last line of defence of a read-only mount. The file system refuses earlier, with the Alluxio path in the message; this keeps
 * a bug above from ever writing to the store.
 */
import { AlluxioError } from '../../errors.ts';
import type { Ufs } from '../ufs.ts';

export function readOnly(ufs: Ufs): Ufs {
  const refuse = async (key: string): Promise<never> => {
    const target = ufs.uri.child(key).toString();
    throw new AlluxioError('READ_ONLY', `A write operation on ${target} under a readonly mount point ${ufs.uri.toString()} is not allowed`, { path: target });
  };
  return {
    uri: ufs.uri,
    type: ufs.type,
    capabilities: ufs.capabilities,
    status: (key, signal) => ufs.status(key, signal),
    list: (key, options) => ufs.list(key, options),
    read: (key, options) => ufs.read(key, options),
    isLink: (key) => ufs.isLink(key),
    space: () => ufs.space(),
    write: (key) => refuse(key),
    deleteFiles: (keys) => refuse(keys[0] ?? ''),
    makeDirectory: (key) => refuse(key),
    removeDirectory: (key) => refuse(key),
    copyFile: (_from, to) => refuse(to),
    rename: (from) => refuse(from),
    setOwnership: (key) => refuse(key),
    async *unfinishedWrites(key, scope, signal) {
      for await (const page of ufs.unfinishedWrites(key, scope, signal)) yield page.map((write) => ({ ...write, abandon: () => refuse(write.key ?? key) }));
    },
  };
}
