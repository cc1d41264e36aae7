/** A home in which commands of the model are played on the real binary, and compared after each. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../support/home.ts';
import { makeHome } from '../support/home.ts';
import type { TestOss } from '../support/oss.ts';
import { OSS_KEYS, putRaw, startTestOss } from '../support/oss.ts';
import { runAlluxio } from '../support/run-alluxio.ts';
import { SOURCES } from './generate.ts';
import { Session } from './session.ts';
import type { Said } from './session.ts';
import type { Tree } from './tree.ts';
import { lineOf, split } from './tree.ts';

export const MOUNTS = ['/m'];
export type Kind = 'local' | 'oss';

export interface Mismatch {
  /** How many commands were played, the one that differs included. */
  readonly at: number;
  readonly why: string;
}

export class Stage {
  #session: Session;

  private constructor(
    readonly home: Home,
    readonly oss: TestOss | undefined,
  ) {
    this.#session = new Session(home);
  }

  static async open(kind: Kind): Promise<Stage> {
    const oss = kind === 'oss' ? await startTestOss() : undefined;
    const home = await makeHome(oss === undefined ? {} : { ufs: `oss://${oss.bucket}/root` });
    await home.configure({
      'alluxio.user.block.size.bytes.default': '64B',
      'alluxio.user.shell.error.stream': 'stdout',
      'alluxio.user.lease.wait.timeout': '20s',
      ...(oss === undefined ? {} : { 'fs.oss.endpoint': oss.endpoint, 'fs.oss.accessKeyId': OSS_KEYS.accessKeyId, 'fs.oss.accessKeySecret': OSS_KEYS.accessKeySecret }),
    });
    if (oss === undefined) await mkdir(join(home.dir, 'mnt'));
    else await putRaw(await oss.raw(), 'mnt/');
    for (const [name, content] of SOURCES) await writeFile(join(home.dir, name), content);
    await runAlluxio(home, ['format']);
    const mounted = await runAlluxio(home, ['fs', 'mount', '/m', oss === undefined ? join(home.dir, 'mnt') : `oss://${oss.bucket}/mnt`]);
    if (mounted.status !== 0) throw new Error(mounted.stdout + mounted.stderr);
    return new Stage(home, oss);
  }

  /** Plays on an empty namespace, and leaves an empty one. */
  async play(commands: Iterable<readonly string[]>, tree: Tree): Promise<Mismatch | undefined> {
    let at = 0;
    for (const command of commands) {
      at++;
      const expected = tree.run(command);
      const said = await this.#session.say(asTyped(command, this.home));
      const why = difference(command, expected, said) ?? listDifference(tree.listing(), await this.listing());
      if (why !== undefined) return { at, why: `${command.join(' ')}: ${why}` };
    }
    for (const name of ['/a', '/b', '/c', '/m/a', '/m/b', '/m/c', ...[...SOURCES.keys()].flatMap((source) => [`/${source}`, `/m/${source}`])]) {
      if (tree.nodes.has(name)) await this.#session.say(['rm', '-R', name]);
    }
    // Copies take the names of what they are copies of.
    for (const line of await this.listing()) if (/^\/(m\/)?[^/:]+:/.test(line) && !line.startsWith('/m:')) await this.#session.say(['rm', '-R', line.slice(0, line.indexOf(':'))]);
    await this.#session.say(['chmod', '755', '/']);
    await this.#session.say(['unpin', '/']);
    await this.#session.say(['chmod', '755', '/m']);
    await this.#session.say(['unpin', '/m']);
    return undefined;
  }

  async listing(): Promise<string[]> {
    const { text, errors } = await this.#session.say(['--json', 'ls', '-R', '/']);
    if (errors.length > 0) return [`ls: ${errors.join(' ')}`];
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map(shown)
      .sort();
  }

  /** What `fsck` finds; nothing when all is well. */
  async fsck(): Promise<string> {
    const { status, stdout } = await runAlluxio(this.home, ['fsck', '--deep']);
    return status === 0 ? '' : stdout;
  }

  async close(): Promise<void> {
    await this.#session.end();
    await this.oss?.close();
    await this.home.remove();
  }
}

function shown(line: string): string {
  const entry = JSON.parse(line) as { path: string; type: string; size: number; persistence: string; cachedPercent: number | null; pinned: boolean; mode: number };
  const node = { persisted: entry.persistence === 'PERSISTED', cached: entry.cachedPercent === 100, pinned: entry.pinned, mode: entry.mode, size: entry.size };
  return lineOf(entry.path, entry.type === 'directory', node);
}

/** Local names become paths; what is compared as numbers is asked for as JSON. */
export function asTyped(command: readonly string[], home: Home): string[] {
  const { words } = split(command);
  const typed = words[0] === 'copyFromLocal' ? command.map((word) => (SOURCES.has(word) ? join(home.dir, word) : word)) : [...command];
  return words[0] === 'count' ? ['--json', ...typed] : typed;
}

function difference(command: readonly string[], expected: { ok: boolean; text?: string }, said: Said): string | undefined {
  const ok = said.errors.length === 0;
  if (ok !== expected.ok) return ok ? 'it succeeded, and should have been refused' : `it was refused, and should have succeeded: ${said.errors.join(' ')}`;
  if (!ok || expected.text === undefined) return undefined;
  const text = split(command).words[0] === 'count' ? counted(said.text) : said.text;
  return text === expected.text ? undefined : `it said ${JSON.stringify(text)} instead of ${JSON.stringify(expected.text)}`;
}

function counted(text: string): string {
  const { files, directories, bytes } = JSON.parse(text) as { files: number; directories: number; bytes: number };
  return `${files} ${directories} ${bytes}`;
}

function listDifference(expected: readonly string[], actual: readonly string[]): string | undefined {
  const [sorted, lines] = [[...expected].sort(), [...actual].sort()];
  const missing = sorted.filter((line) => !lines.includes(line));
  const extra = lines.filter((line) => !sorted.includes(line));
  return missing.length + extra.length === 0 ? undefined : `afterwards\n  should be: ${missing.join(' | ')}\n  is: ${extra.join(' | ')}`;
}
