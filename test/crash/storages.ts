/** The storages of a lab against its namespace. */
import { readdirSync } from 'node:fs';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import { UfsUri } from '../../src/uri.ts';
import { configOf } from '../support/config.ts';
import type { Found } from '../support/remains.ts';
import { storedProblems, uploadProblems } from '../support/remains.ts';
import type { Lab } from './lab.ts';
import { BUCKET } from './lab.ts';
import { SECOND } from './model.ts';
import { FOREIGN } from './workload.ts';

/** Who looks has time, however short the patience of those is who are tested. */
const patient = (lab: Lab) => configOf({ ...lab.properties, 'alluxio.underfs.oss.socket.timeout': '60s' });

const seenIn = new WeakMap<Lab, Map<string, string>>();

export async function storageProblems(lab: Lab, found: readonly Found[]): Promise<string[]> {
  const ours = found.filter(({ path }) => path !== FOREIGN && !path.startsWith(`${FOREIGN}/`));
  const isSecond = ({ path }: Found) => path === SECOND || path.startsWith(`${SECOND}/`);
  const parts = await Promise.all([
    compared(lab, '/', ours.filter((each) => !isSecond(each))),
    compared(lab, SECOND, ours.filter((each) => isSecond(each) && each.path !== SECOND)),
    uploadProblems(await OssClient.create(UfsUri.parse(`oss://${BUCKET}/`), patient(lab))),
  ]);
  const foreign = readdirSync(lab.sources.foreign, { recursive: true, encoding: 'utf8' }).sort().join();
  return [...parts.flat(), ...(foreign === 'one,sub,sub/two' ? [] : [`the foreign folder holds ${foreign}`])];
}

async function compared(lab: Lab, mount: string, found: readonly Found[]): Promise<string[]> {
  const uri = lab.storages[mount] ?? '';
  const ufs = await createUfs(UfsUri.parse(uri), patient(lab));
  const seen = seenIn.get(lab) ?? new Map<string, string>();
  seenIn.set(lab, seen);
  return storedProblems({ ufs, uri, mount, found, bytesOf: ({ inode }) => lab.contents.get(inode.length), seen });
}
