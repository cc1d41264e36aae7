import { describe, expect, it } from 'vitest';
import { AlluxioError } from '../../src/errors.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { abandonWrites } from '../../src/ufs/abandon.ts';
import type { Ufs } from '../../src/ufs/ufs.ts';
import { readOnly } from '../../src/ufs/wrappers/read-only.ts';
import { retryBy, withRetry } from '../../src/ufs/wrappers/retry.ts';
import { withTrace } from '../../src/ufs/wrappers/trace.ts';
import type { SlowCall } from '../../src/ufs/wrappers/trace.ts';
import { UfsUri } from '../../src/uri.ts';

const POLICY = { retries: 2, baseMs: 1, maxMs: 4 };

/** Answers nothing of itself: each test says what it needs. */
function ufsOf(methods: Partial<Ufs>): Ufs {
  const unexpected = (): never => {
    throw new Error('not expected to be called');
  };
  const none: Omit<Ufs, 'uri' | 'type' | 'capabilities'> = {
    status: unexpected, list: unexpected, read: unexpected, write: unexpected, isLink: unexpected, deleteFiles: unexpected, makeDirectory: unexpected, removeDirectory: unexpected,
    copyFile: unexpected, rename: unexpected, setOwnership: unexpected, unfinishedWrites: unexpected, space: unexpected,
  };
  return { uri: UfsUri.parse('oss://bucket/dir'), type: 'test', capabilities: { atomicRename: false, objectStore: true, ownership: false }, ...none, ...methods };
}

/** Fails with each of the codes in turn, then succeeds. */
function failing<T>(codes: ErrorCode[], result: T): () => Promise<T> {
  return async () => {
    const code = codes.shift();
    if (code !== undefined) throw new AlluxioError(code, 'failed');
    return result;
  };
}

describe('retry', () => {
  it('repeats what may pass, as often as allowed', async () => {
    const retry = retryBy(POLICY);
    expect(await retry(failing(['UNAVAILABLE', 'THROTTLED'], 'done'))).toBe('done');
    expect(await retry(failing(['TIMEOUT', 'BUSY'], 'done'))).toBe('done');
    await expect(retry(failing(['UNAVAILABLE', 'UNAVAILABLE', 'THROTTLED'], 'done'))).rejects.toMatchObject({ code: 'THROTTLED' });
  });

  it.each<ErrorCode>(['UNAUTHENTICATED', 'NOT_FOUND', 'PERMISSION_DENIED', 'CORRUPT', 'INVALID_CONFIGURATION'])('does not repeat %s', async (code) => {
    await expect(retryBy(POLICY)(failing([code], 'done'))).rejects.toMatchObject({ code });
  });

  it('stays away as long as the store asks for, within the limit', async () => {
    const codes: ErrorCode[] = ['THROTTLED'];
    const begun = performance.now();
    await retryBy({ retries: 1, baseMs: 1, maxMs: 80 })(async () => {
      const code = codes.shift();
      if (code !== undefined) throw new AlluxioError(code, 'failed', { details: { 'x-oss-qos-delay-time': '60000' } });
    });
    expect(performance.now() - begun).toBeGreaterThan(75);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('ends at once when it is told to', async () => {
    const stop = new AbortController();
    const waiting = retryBy({ retries: 5, baseMs: 60_000, maxMs: 60_000 })(failing(['UNAVAILABLE', 'UNAVAILABLE'], 'done'), stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('that is told to end after a lost answer says that it was lost', async () => {
    const stop = new AbortController();
    const waiting = retryBy({ retries: 5, baseMs: 60_000, maxMs: 60_000 })(async () => {
      setImmediate(() => stop.abort());
      throw new AlluxioError('UNAVAILABLE', 'failed', { details: { answer: 'lost' } });
    }, stop.signal);
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED', details: { answer: 'lost' } });
  });

  it('tries only the keys again that failed for a passing reason', async () => {
    const asked: string[][] = [];
    const ufs = withRetry(
      ufsOf({
        async deleteFiles(keys) {
          asked.push([...keys]);
          return keys.flatMap((key) => {
            if (key === 'refused') return [{ key, error: new AlluxioError('UNAUTHENTICATED', 'no') }];
            return key === 'stuck' || (key === 'slow' && asked.length < 2) ? [{ key, error: new AlluxioError('UNAVAILABLE', 'later') }] : [];
          });
        },
      }),
      retryBy(POLICY),
    );
    const failures = await ufs.deleteFiles(['fine', 'refused', 'slow', 'stuck']);
    expect(failures.map(({ key }) => key)).toEqual(['refused', 'stuck']);
    expect(asked).toEqual([['fine', 'refused', 'slow', 'stuck'], ['slow', 'stuck'], ['stuck']]);
  });

  it('a directory that a lost first try removed is removed', async () => {
    const codes: ErrorCode[] = ['UNAVAILABLE'];
    const gone = withRetry(ufsOf({ removeDirectory: failing(codes, false), status: async () => undefined }), retryBy(POLICY));
    expect(await gone.removeDirectory('dir')).toBe(true);
    const never = withRetry(ufsOf({ removeDirectory: async () => false }), retryBy(POLICY));
    expect(await never.removeDirectory('dir')).toBe(false);
  });
});

describe('read-only', () => {
  it('refuses what changes the store, and lets the rest through', async () => {
    async function* left() {
      yield [{ key: 'a', place: 'a', begunMs: Date.now(), ageMs: 0, living: false, abandon: () => Promise.resolve() }];
    }
    const ufs = readOnly(ufsOf({ status: async () => undefined, space: async () => undefined, unfinishedWrites: left }));
    const changes = [
      ufs.write('a', (async function* () {})()), ufs.deleteFiles(['a']), ufs.makeDirectory('a'), ufs.removeDirectory('a'),
      ufs.copyFile('b', 'a'), ufs.rename('a', 'b'), ufs.setOwnership('a', { mode: 0 }), abandonWrites(ufs, 'a', 0),
    ];
    for (const change of changes) {
      await expect(change).rejects.toMatchObject({ code: 'READ_ONLY', message: 'A write operation on oss://bucket/dir/a under a readonly mount point oss://bucket/dir is not allowed' });
    }
    expect(await ufs.status('a')).toBeUndefined();
  });
});

describe('trace', () => {
  it('tells of slow calls, failed ones too, and of each slow page of a listing', async () => {
    let now = 0;
    const calls: SlowCall[] = [];
    const takes = (ms: number): void => void (now += ms);
    const ufs = withTrace(
      ufsOf({
        status: async (key) => {
          takes(key === 'slow' ? 100 : 99);
          if (key === 'slow') throw new AlluxioError('UNAVAILABLE', 'failed');
          return undefined;
        },
        async *list() {
          for (const ms of [60, 60, 150]) {
            takes(ms);
            yield { entries: [], unusable: [] };
          }
        },
      }),
      { thresholdMs: 100, onSlow: (call) => calls.push(call), clock: () => now },
    );
    await ufs.status('fast');
    await expect(ufs.status('slow')).rejects.toThrow('failed');
    for await (const page of ufs.list('dir')) expect(page.entries).toEqual([]);
    expect(calls).toEqual([
      { method: 'status', path: 'oss://bucket/dir/slow', ms: 100, failed: true },
      { method: 'list', path: 'oss://bucket/dir/dir', ms: 150, failed: false },
    ]);
  });
});
