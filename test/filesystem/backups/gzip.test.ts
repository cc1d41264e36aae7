/** Compressed backups through a storage whose reader uses its memory again. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { gunzipped, gzipped } from '../../../src/filesystem/backups/gzip.ts';
import { createUfs } from '../../../src/ufs/registry.ts';
import { UfsUri } from '../../../src/uri.ts';
import { configOf } from '../../support/config.ts';

it('several MiB come back as they were', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alluxio-gzip-'));
  try {
    const content = randomBytes(5 * 2 ** 20);
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < content.length; at += 100_000) yield await Promise.resolve(content.subarray(at, at + 100_000));
    };
    const ufs = await createUfs(UfsUri.parse(folder), configOf());
    await ufs.write('f', gzipped(pieces()));
    const back: Uint8Array[] = [];
    for await (const piece of gunzipped(await ufs.read('f'), 'f')) back.push(piece);
    expect(Buffer.concat(back).equals(content)).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
