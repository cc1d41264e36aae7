/** The storages against the namespace: every stored file is there with its bytes, and nothing is there that the namespace does not know. */
import { readdirSync } from 'node:fs';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import { UfsUri } from '../../src/uri.ts';
import { configOf } from '../support/config.ts';
import type { Lab } from './lab.ts';
import { BUCKET } from './lab.ts';
import type { Found } from './observe.ts';
import { hash } from './observe.ts';
import { SECOND } from './model.ts';
import { FOREIGN } from './workload.ts';

/** Content hashes of the store whose bytes were looked at, with the length that they belong to. */
const seen = new WeakMap<Lab, Map<string, number>>();

export async function storageProblems(lab: Lab, found: readonly Found[]): Promise<string[]> {
  const ours = found.filter(({ path }) => path !== FOREIGN && !path.startsWith(`${FOREIGN}/`));
  const isSecond = ({ path }: Found) => path === SECOND || path.startsWith(`${SECOND}/`);
  const parts = await Promise.all([
    compared(lab, '/', ours.filter((each) => !isSecond(each))),
    compared(lab, SECOND, ours.filter((each) => isSecond(each) && each.path !== SECOND)),
    uploads(lab),
  ]);
  const foreign = readdirSync(lab.sources.foreign, { recursive: true, encoding: 'utf8' }).sort().join();
  return [...parts.flat(), ...(foreign === 'one,sub,sub/two' ? [] : [`the foreign folder holds ${foreign}`])];
}

async function compared(lab: Lab, mount: string, found: readonly Found[]): Promise<string[]> {
  const uri = lab.storages[mount] ?? '';
  const ufs = await createUfs(UfsUri.parse(uri), configOf(lab.properties));
  const problems: string[] = [];
  const stored = new Map<string, { directory: boolean; size: number; contentHash: string }>();
  for await (const page of ufs.list('', { recursive: true })) {
    for (const { name, kind, size, contentHash } of page.entries) stored.set(name, { directory: kind === 'directory', size, contentHash });
    problems.push(...page.unusable.map((key) => `${uri}: unusable key ${key}`));
  }
  const known = seen.get(lab) ?? new Map<string, number>();
  seen.set(lab, known);
  for (const { path, inode } of found) {
    const key = path.slice(mount === '/' ? 1 : mount.length + 1);
    const there = stored.get(key);
    stored.delete(key);
    if (inode.persistence !== 'PERSISTED') {
      if (there !== undefined && !(inode.directory && there.directory)) problems.push(`${uri}/${key} is there, but ${path} is not stored`);
      continue;
    }
    if (there?.directory !== inode.directory) {
      problems.push(`${path} is stored, but ${uri}/${key} is ${there === undefined ? 'missing' : 'of another kind'}`);
    } else if (!inode.directory) {
      const token = `${there.contentHash} ${inode.length}`;
      if (there.contentHash !== inode.contentHash) problems.push(`${path} knows ${inode.contentHash}, the storage has ${there.contentHash}`);
      if (there.size !== inode.length) problems.push(`${path} has ${inode.length} bytes, the storage ${there.size}`);
      else if (!known.has(token)) {
        const chunks: Buffer[] = [];
        for await (const chunk of await ufs.read(key)) chunks.push(Buffer.from(chunk));
        if (hash(Buffer.concat(chunks)) !== hash(lab.contents.get(inode.length) ?? '')) problems.push(`${uri}/${key} does not hold the bytes of ${path}`);
        known.set(token, inode.length);
      }
    }
  }
  problems.push(...[...stored].map(([key, { directory }]) => `${uri}/${key}${directory ? '/' : ''} is known to nobody`));
  const folder = uri.startsWith('oss:') ? undefined : uri;
  const names = folder === undefined ? [] : readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.alluxio.tmp.'));
  return [...problems, ...names.map((name) => `temporary file ${name} is left`)];
}

async function uploads(lab: Lab): Promise<string[]> {
  const client = await OssClient.create(UfsUri.parse(`oss://${BUCKET}/`), configOf(lab.properties));
  const { body } = await client.send({ method: 'GET', subresource: { uploads: '' } });
  return [...body.toString('utf8').matchAll(/<Upload>.*?<Key>(.*?)<\/Key>/gs)].map(([, key]) => `an upload of ${String(key)} is open`);
}
