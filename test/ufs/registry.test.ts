import { describe, expect, it } from 'vitest';
import { createUfs, requirePossible } from '../../src/ufs/registry.ts';
import { UfsUri } from '../../src/uri.ts';
import { configOf } from '../support/config.ts';

describe('registry', () => {
  it('knows without opening anything what no storage can have', async () => {
    for (const uri of ['oss://bucket/x', '/local/x', 'file:///local/x']) await requirePossible(UfsUri.parse(uri));
    for (const uri of ['s3://bucket/x', 'constructor://x', 'oss://b/x', 'oss:///x', 'oss://-bucket/x']) await expect(requirePossible(UfsUri.parse(uri)), uri).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
  });

  it('refuses a scheme that nothing serves', async () => {
    await expect(createUfs(UfsUri.parse('s3://bucket/x'), configOf())).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'No Under File System Factory found for: s3://bucket/x' });
  });

  it.each(['oss:///dir', 'oss://UPPER/dir', 'oss://a/dir', 'oss://under_score/dir'])('refuses %s, saying why', async (uri) => {
    const config = configOf({ 'fs.oss.accessKeyId': 'id', 'fs.oss.accessKeySecret': 'secret', 'fs.oss.endpoint': 'localhost:1' });
    await expect(createUfs(UfsUri.parse(uri), config)).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringMatching(/^Unable to create an UnderFileSystem instance for path: .*is not a bucket name$/) as string,
    });
  });

  it('opens a read-only storage that refuses to be written', async () => {
    const ufs = await createUfs(UfsUri.parse('/nonexistent'), configOf(), { readOnly: true });
    await expect(ufs.makeDirectory('x')).rejects.toMatchObject({ code: 'READ_ONLY' });
  });
});
