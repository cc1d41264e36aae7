/** Small objects are put without ali-oss making up each request: what arrives is the same, name by name, under both signatures. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UfsUri } from '../../../src/uri.ts';
import { OssClient } from '../../../src/ufs/oss/oss-client.ts';
import type { TestOss } from '../../support/oss.ts';
import { startTestOss } from '../../support/oss.ts';

let oss: TestOss;
beforeAll(async () => void (oss = await startTestOss()));
afterAll(() => oss.close());

const NAMES = ['plain', 'a.txt', 'deep/er/b.txt', 'with space.txt', 'plus+and&amp;=?#.txt', '中文/文件.txt', "quote's(1)!*.txt", '%41.txt', 'dots/../c.txt', './d.txt', 'UPPER.JSON', 'page.html', 'x.unknown-ending', '😀.txt', '~tilde_-.txt', 'trailing.'];

describe.each([{}, { 'alluxio.underfs.oss.region': 'cn-hangzhou' }])('signed with %j', (properties) => {
  const client = () => OssClient.create(UfsUri.parse(`oss://${oss.bucket}/`), oss.config(properties));
  const types = async (asked: OssClient, prefix: string) =>
    Promise.all(NAMES.map(async (name) => (await asked.send({ method: 'HEAD', object: `${prefix}${name}` })).headers['content-type']));

  it('has name, bytes and type of one that ali-oss made up', async () => {
    const [learning, always] = [await client(), await client()];
    const [first, second, long] = ['first', 'second', 'long'].map((prefix) => `${Object.values(properties).join('')}${prefix}/`) as [string, string, string];
    for (const prefix of [first, second]) {
      for (const name of NAMES) await learning.send({ method: 'PUT', object: `${prefix}${name}`, headers: { 'x-oss-forbid-overwrite': 'true' }, body: Buffer.from(`${prefix} ${name}`) });
    }
    for (const name of NAMES) {
      // Too long for the short way.
      await always.send({ method: 'PUT', object: `${long}${name}`, body: Buffer.alloc(70_000) });
      const { body } = await always.send({ method: 'GET', object: `${second}${name}` });
      expect(body.toString()).toBe(`${second} ${name}`);
    }
    expect(await types(always, second)).toEqual(await types(always, long));
  });

  it('is refused with the same error', async () => {
    const asked = await client();
    const put = (object: string) => asked.send({ method: 'PUT', object, headers: { 'x-oss-forbid-overwrite': 'true' }, body: Buffer.from('x') });
    await put(`${JSON.stringify(properties)}/a.c`);
    await put(`${JSON.stringify(properties)}/b.c`);
    await expect(put(`${JSON.stringify(properties)}/b.c`)).rejects.toMatchObject({ code: 'ALREADY_EXISTS', details: { code: 'FileAlreadyExists', status: 409 } });
  });
});
