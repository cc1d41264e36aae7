/** Version and revision of this software. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;

/** The full source revision: written by the build, else that of the git clone it runs in; undefined when neither tells. */
export function findRevision(installDir: string): string | undefined {
  return readLine(join(installDir, 'dist', 'REVISION')) ?? revisionOfClone(installDir);
}

function revisionOfClone(directory: string): string | undefined {
  const pointer = readLine(join(directory, '.git'));
  const git = pointer?.startsWith('gitdir: ') === true ? resolve(directory, pointer.slice('gitdir: '.length)) : join(directory, '.git');
  const head = readLine(join(git, 'HEAD'));
  if (head === undefined || !head.startsWith('ref: ')) return head;
  const ref = head.slice('ref: '.length);
  const common = resolve(git, readLine(join(git, 'commondir')) ?? '.');
  return readLine(join(git, ref)) ?? readLine(join(common, ref)) ?? packedRevision(join(common, 'packed-refs'), ref);
}

function packedRevision(file: string, ref: string): string | undefined {
  const line = read(file)?.split('\n').find((entry) => entry.endsWith(` ${ref}`));
  return line?.split(' ')[0];
}

function readLine(file: string): string | undefined {
  const text = read(file)?.trim();
  return text === '' ? undefined : text;
}

/** Absent and unreadable are the same here: the revision is then unknown. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
