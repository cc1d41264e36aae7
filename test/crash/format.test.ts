/** `format`, killed at its boundaries in turn: there is the old namespace with all that is cached, or an empty one; and the next command leaves nothing of the old in the cache. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/journal/format.ts';
import { inodesOf, workProblems } from '../support/remains.ts';
import { makeLab } from './lab.ts';
import { journalFolder } from './observe.ts';

/** Each boundary in the long run. */
const STRIDE = Number(process.env.CRASH_KILLS ?? 200) >= 1000 ? 1 : 3;
const LENGTH = 70_000;
const ONLY_HERE = '-Dalluxio.user.file.writetype.default=MUST_CACHE';

it.each([
  ['format', false],
  ['format --from a backup', true],
])('%s, killed anywhere, loses nothing that is only cached, or all of it', async (_, restores) => {
  const lab = await makeLab('local');
  const outcomes: string[] = [];
  let backup: string[] = [];
  const good = async (...args: string[]) => {
    const done = await lab.run(args);
    expect(`${args.join(' ')}: ${done.status} ${done.stderr}`).toBe(`${args.join(' ')}: 0 `);
    return done.stdout;
  };
  const write = () => good('fs', ONLY_HERE, 'copyFromLocal', lab.sources.file(LENGTH), '/only');
  const look = async () => {
    const journal = await openStore({ folder: journalFolder(lab), readOnly: true });
    try {
      return journal.read((view) => ({ paths: inodesOf(view).map(({ path }) => path).sort(), left: workProblems(view) }));
    } finally {
      await journal.close();
    }
  };
  try {
    await good('fs', 'mkdir', '/restored');
    if (restores) backup = ['--from', /Backup URI\s*: (\S+)/.exec(await good('fsadmin', 'backup', join(lab.home.workDir, 'backups'), '--local'))?.[1] ?? ''];
    await write();
    for (let nth = 1; outcomes.at(-1) !== 'done'; nth += STRIDE) {
      const { status } = await lab.run(['format', ...backup], { ALLUXIO_FAULT_POINT: `*:${nth}` });
      if ((await look()).paths.includes('/only')) {
        expect(status).toBe(137);
        expect(await good('fs', 'cat', '/only'), `killed at passing ${nth}`).toBe(lab.contents.get(LENGTH));
        outcomes.push('old');
        continue;
      }
      // What the old namespace had in the cache goes with the next change, what comes with the change stays.
      await write();
      const blocks = readdirSync(join(lab.home.workDir, 'cache', 'alluxioworker')).filter((name) => name !== '.tmp_blocks');
      expect({ ...(await look()), blocks: blocks.length }, `killed at passing ${nth}`).toEqual({ paths: restores ? ['/m', '/only', '/restored'] : ['/only'], left: [], blocks: 2 });
      expect(await good('fs', 'cat', '/only')).toBe(lab.contents.get(LENGTH));
      outcomes.push(status === 0 ? 'done' : 'new');
    }
  } finally {
    await lab.close();
  }
  console.info(`format ${backup.join(' ')} killed: ${outcomes.join(' ')}`);
  expect(new Set(outcomes)).toEqual(new Set(['old', 'new', 'done']));
});
