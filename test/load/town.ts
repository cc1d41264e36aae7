/** A home with a master and a worker over a server of its own, and what is there when all users have gone. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '../../src/journal/format.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { OssClient } from '../../src/ufs/oss/oss-client.ts';
import { createUfs } from '../../src/ufs/registry.ts';
import { UfsUri } from '../../src/uri.ts';
import { configOf } from '../support/config.ts';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { OssProcess } from '../support/oss-process.ts';
import { startOssProcess } from '../support/oss-process.ts';
import type { BytesOf, Found } from '../support/remains.ts';
import { cacheProblems, inodesOf, storedProblems, uploadProblems, workProblems } from '../support/remains.ts';
import { FREE_PORTS, killResidents, startScript, stopScript, until } from '../support/residents.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

const ROOT = 'oss://bucket/root';

export interface Town {
  readonly home: Home;
  readonly oss: OssProcess;
  readonly properties: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function makeTown(sources: ReadonlyMap<string, string>, quota: number): Promise<Town> {
  const home = await makeHome({ ufs: ROOT });
  const oss = await startOssProcess(home);
  const properties = {
    ...oss.properties,
    ...FREE_PORTS,
    'alluxio.worker.tieredstore.level0.dirs.quota': String(quota),
    'alluxio.user.block.size.bytes.default': '64KB',
    'alluxio.underfs.oss.streaming.upload.partition.size': '100KB',
    'alluxio.user.lease.wait.timeout': '60s',
    'alluxio.user.shell.error.stream': 'stdout',
  };
  await home.configure(properties);
  for (const [name, content] of sources) await writeFile(join(home.dir, name), content);
  const started = await startScript(home, ['local']);
  if (started.status !== 0) throw new Error(started.stdout + started.stderr);
  return {
    home, oss, properties,
    async close() {
      await killResidents(home);
      await oss.stop();
      await home.remove();
    },
  };
}

export interface End {
  readonly found: readonly Found[];
  /** Times that blocks had to go for others. */
  readonly evictions: number;
  /** By the worker, ahead of need. */
  readonly evictionsAhead: number;
  /** Files that the master brought to the storage. */
  readonly persistedByMaster: number;
  readonly problems: readonly string[];
}

/** Waits until the residents have done what they have to, stops them, and looks at everything. */
export async function endOf({ home, properties }: Town, bytesOf: BytesOf): Promise<End> {
  const problems: string[] = [];
  const journal = await openStore({ folder: join(home.workDir, 'journal'), readOnly: true });
  try {
    await until(() => journal.read((view) => view.intents().length === 0 && inodesOf(view).every(({ inode }) => inode.persistence !== 'TO_BE_PERSISTED')), 60_000).catch(() => {
      problems.push('after a minute there are still files to be persisted, or open intents');
    });
    const looked = await runAlluxio(home, ['fsck', '--deep'], { timeoutMs: 120_000 });
    if (looked.status !== 0) problems.push(`fsck beside master and worker: ${looked.stdout}`);
    const stopped = await stopScript(home);
    if (stopped.status !== 0) problems.push(stopped.stdout + stopped.stderr);
    const { found, left } = journal.read((view) => ({ found: inodesOf(view), left: workProblems(view) }));
    problems.push(...left, ...cacheProblems(join(home.workDir, 'cache', 'alluxioworker'), found, bytesOf));
    const ufs = await createUfs(UfsUri.parse(ROOT), configOf(properties));
    problems.push(...(await storedProblems({ ufs, uri: ROOT, mount: '/', found, bytesOf, seen: new Map() })));
    problems.push(...(await uploadProblems(await OssClient.create(UfsUri.parse('oss://bucket/'), configOf(properties)))));
    problems.push(...(await totalsProblems(home, found)));
    return { found, problems, ...workDone(journal) };
  } finally {
    await journal.close();
  }
}

/** What `count` and `du` print, against a recount. */
async function totalsProblems(home: Home, found: readonly Found[]): Promise<string[]> {
  const files = found.filter(({ inode }) => !inode.directory);
  const bytes = files.reduce((sum, { inode }) => sum + inode.length, 0);
  const cachedBytes = files.reduce((sum, { inode }) => sum + inode.cachedBytes, 0);
  const said = await runAlluxio(home, ['fs', '-'], { input: '--json count /\n--json du -s /\n' });
  const [count, du] = said.stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  const wanted = { files: files.length, directories: found.length - files.length, bytes };
  const differs = (label: string, is: Record<string, unknown> | undefined, should: Record<string, unknown>) =>
    Object.entries(should).some(([key, value]) => is?.[key] !== value) ? [`${label} says ${JSON.stringify(is)}, a recount ${JSON.stringify(should)}`] : [];
  return [...differs('count /', count, wanted), ...differs('du -s /', du, { size: bytes, cachedBytes })];
}

function workDone(journal: Journal): Pick<End, 'evictions' | 'evictionsAhead' | 'persistedByMaster'> {
  let [evictions, evictionsAhead, persistedByMaster] = [0, 0, 0];
  for (const { entry } of journal.log()) {
    if (entry.type !== 'intent-opened') continue;
    const { work, owner } = entry.intent;
    if (work.kind === 'evict' && owner.command.includes('worker')) evictionsAhead++;
    else if (work.kind === 'evict') evictions++;
    else if (work.kind === 'persist' && owner.command.includes('master')) persistedByMaster++;
  }
  return { evictions, evictionsAhead, persistedByMaster };
}
