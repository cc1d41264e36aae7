/** Reports calls that took longer than `alluxio.underfs.logging.threshold`, so that a slow store can be told from a slow shell. */
import type { Ufs } from '../ufs.ts';

export interface SlowCall {
  readonly method: string;
  readonly path: string;
  readonly ms: number;
  readonly failed: boolean;
}

export interface TraceOptions {
  readonly thresholdMs: number;
  readonly onSlow: (call: SlowCall) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly clock?: () => number;
}

export function withTrace(ufs: Ufs, options: TraceOptions): Ufs {
  const clock = options.clock ?? (() => performance.now());
  const timed = async <T>(method: string, key: string, call: () => Promise<T>): Promise<T> => {
    const begun = clock();
    let failed = true;
    try {
      const result = await call();
      failed = false;
      return result;
    } finally {
      const ms = clock() - begun;
      if (ms >= options.thresholdMs) options.onSlow({ method, path: ufs.uri.child(key).toString(), ms, failed });
    }
  };
  return {
    uri: ufs.uri,
    type: ufs.type,
    capabilities: ufs.capabilities,
    status: (key, signal) => timed('status', key, () => ufs.status(key, signal)),
    list: (key, listing) => timedPages(timed, 'list', key, ufs.list(key, listing)),
    read: (key, reading) => timed('read', key, () => ufs.read(key, reading)),
    write: (key, source, writing) => timed('write', key, () => ufs.write(key, source, writing)),
    isLink: (key) => timed('isLink', key, () => ufs.isLink(key)),
    deleteFiles: (keys, signal) => timed('deleteFiles', keys[0] ?? '', () => ufs.deleteFiles(keys, signal)),
    makeDirectory: (key) => timed('makeDirectory', key, () => ufs.makeDirectory(key)),
    removeDirectory: (key) => timed('removeDirectory', key, () => ufs.removeDirectory(key)),
    copyFile: (from, to, options) => timed('copyFile', from, () => ufs.copyFile(from, to, options)),
    rename: (from, to) => timed('rename', from, () => ufs.rename(from, to)),
    setOwnership: (key, change) => timed('setOwnership', key, () => ufs.setOwnership(key, change)),
    unfinishedWrites: (key, scope, signal) => timedPages(timed, 'unfinishedWrites', key, ufs.unfinishedWrites(key, scope, signal)),
    space: () => timed('space', '', () => ufs.space()),
  };
}

/** Each page is a call of its own: a long listing that moves is not slow. */
async function* timedPages<T>(timed: <R>(method: string, key: string, call: () => Promise<R>) => Promise<R>, method: string, key: string, pages: AsyncIterable<T>) {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await timed(method, key, () => iterator.next());
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
