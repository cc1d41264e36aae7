import { it, expect } from 'vitest';
import { at, bytes, makeFileSystem, textOf } from '/work/main/test/support/file-system.ts';
const KIB='x'.repeat(1024);
it('x', async () => {
  const test = await makeFileSystem('local', { 'alluxio.worker.ramdisk.size': '4KB', 'alluxio.user.block.size.bytes.default': '1KB' });
  for (const name of ['a','b','c','d']) await test.fs.content.create(at('/'+name), bytes(KIB,300), {writeType:'CACHE_THROUGH', size:1024});
  await textOf(test.fs.content.open(at('/a')));
  await test.fs.content.create(at('/e'), bytes(KIB,300), {writeType:'CACHE_THROUGH', size:1024});
  console.log(test.warnings);
  for (const n of 'abcde') console.log(n,(await test.fs.entries.status(at('/'+n))).cachedBytes);
  await test.close();
});
