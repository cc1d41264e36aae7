/**
 * A master that dies of SIGKILL in the middle of persisting, while shells write and remove: what they were told is so, and the next command leaves nothing of its work behind.
 */
import { expect, it } from 'vitest';
import { FREE_PORTS, folderOf, killResidents, masterOf, startScript, until } from '../support/residents.ts';
import { isAlive } from '../../src/process-identity.ts';
import { liveResident } from '../../src/resident/records.ts';
import { makeLab } from './lab.ts';
import { observe } from './observe.ts';

const DEADLY = ['oss.request.before:4', 'oss.request.after:7', 'oss.answer.before:10', 'oss.answer.after:16', 'oss.answer.before:25'];

it('a master that is killed while shells work loses nothing that they were told, and leaves nothing', async () => {
  const lab = await makeLab('oss', { ...FREE_PORTS, 'alluxio.user.file.writetype.default': 'ASYNC_THROUGH' });
  const good = async (...args: string[]) => {
    const done = await lab.run(args);
    expect(`${args.join(' ')}: ${done.status} ${done.stderr}`).toBe(`${args.join(' ')}: 0 `);
  };
  const inside = lab.sources.tree.entries.map(([name]) => name);
  let waiting = 0;
  try {
    for (const [nth, where] of DEADLY.entries()) {
      const started = await startScript(lab.home, ['master'], { env: { ALLUXIO_FAULT_POINT: where } });
      expect(started.status, started.stderr).toBe(0);
      const { identity } = masterOf(lab.home);
      const at = (name: string) => `/r${nth}${name}`;
      // Each waits until it is done, by whom the path is held or not.
      await Promise.all([
        ...['a', 'b'].map((name) => good('fs', 'copyFromLocal', lab.sources.tree.path, at(name))),
        ...(nth === 0 ? [] : ['a', 'b'].map((name) => good('fs', 'rm', '-R', `/r${nth - 1}${name}`))),
      ]);
      await until(() => !isAlive(identity));
      expect(liveResident(folderOf(lab.home), 'master')).toBeUndefined();
      // Which meets none of the paths that the master held.
      await good('fs', 'chmod', '755', '/');
      const before = await observe(lab);
      expect(before.problems, where).toEqual([]);
      const files = [...before.tree].filter(([, { directory }]) => !directory);
      expect(files.map(([path]) => path).sort()).toEqual(['a', 'b'].flatMap((name) => inside.filter((each) => each !== 'sub').map((each) => `${at(name)}/${each}`)).sort());
      waiting += files.filter(([, { stored }]) => !stored).length;
      await good('fs', 'persist', '/');
      const after = await observe(lab);
      expect(after.problems, where).toEqual([]);
      expect([...after.tree].filter(([, { directory, stored }]) => !directory && !stored), where).toEqual([]);
    }
    expect(waiting, 'files that a dead master had not persisted').toBeGreaterThan(DEADLY.length);
    await good('fsck', '--deep');
  } finally {
    await killResidents(lab.home);
    await lab.close();
  }
});
