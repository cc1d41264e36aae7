/** A place that only one shell works in: what it was told and what is there must be what the model's tree says, whatever others do elsewhere. */
import { randomCommand } from '../model/generate.ts';
import { split } from '../model/node.ts';
import { Tree } from '../model/tree.ts';
import type { Answer } from './shells.ts';
import { isNoSpace } from './tally.ts';

const TYPE = '-Dalluxio.user.file.writetype.default=';
/** Commands that would do away with the place itself, or copy it into itself. */
const NOT_AT_TOP = ['rm', 'mv', 'cp'];

export class OwnPlace {
  readonly tree: Tree;

  constructor(
    readonly top: string,
    private readonly sources: ReadonlyMap<string, string>,
    private readonly random: () => number,
  ) {
    this.tree = new Tree({ sources, mounts: new Map(), keepsModes: true, owner: '', group: '' });
  }

  /** Of the model: paths begin at the place, sources go by their names. */
  next(): string[] {
    for (;;) {
      const extra = this.#extra();
      const made = extra ?? randomCommand(this.random, this.tree);
      const { words } = split(made);
      const [name = ''] = words;
      if (NOT_AT_TOP.includes(name) && words.includes('/')) continue;
      // What is pinned or nowhere else fills the cache for good: a little of it is enough.
      if (name === 'pin' && this.random() < 0.7) continue;
      const lean = name === 'cp' || this.random() < 0.6;
      return lean ? made.map((word) => (word === `${TYPE}MUST_CACHE` || (name === 'cp' && word === `${TYPE}ASYNC_THROUGH`) ? `${TYPE}CACHE_THROUGH` : word)) : made;
    }
  }

  /** As it is typed. */
  typed(words: readonly string[], local: (source: string) => string): string[] {
    const placed = words.map((word) => (word.startsWith('/') ? this.top + (word === '/' ? '' : word) : this.sources.has(word) ? local(word) : word));
    return split(words).words[0] === 'count' ? ['--json', ...placed] : placed;
  }

  /** Takes note of what was done. Says what is wrong with the answer, if anything. */
  judge(words: readonly string[], answer: Answer): string | undefined {
    const [name = ''] = split(words).words;
    if (isNoSpace(answer)) return name === 'cp' && words.includes('-R') ? `half a copy may be there: ${answer.errors.join(' ')}` : undefined;
    if (name === 'setTtl') return this.#expires(words.at(-2) ?? '', answer);
    // A file that the master has not brought to the storage yet cannot be freed.
    if (name === 'free' && !answer.ok && answer.errors.every((error) => /persist|pinned/i.test(error))) return undefined;
    const expected = this.tree.run(words);
    if (expected.ok !== answer.ok) return answer.ok ? 'it succeeded, and should have been refused' : `it was refused, and should have succeeded: ${answer.errors.join(' ')}`;
    if (!answer.ok || expected.text === undefined) return undefined;
    const text = name === 'count' ? counted(answer.text) : answer.text;
    return text === expected.text ? undefined : `it said ${brief(text)} instead of ${brief(expected.text)}`;
  }

  /** A time to live that is over at once. */
  #extra(): string[] | undefined {
    if (this.random() > 0.04) return undefined;
    const files = [...this.tree.nodes].filter(([, { directory }]) => !directory).map(([path]) => path);
    const path = files[Math.floor(this.random() * files.length)];
    return path === undefined ? undefined : ['setTtl', '--action', 'delete', path, '1ms'];
  }

  #expires(path: string, answer: Answer): string | undefined {
    if (!answer.ok) return answer.errors.join(' ');
    this.tree.nodes.delete(path);
    return undefined;
  }

  /** Everything in the place as `path kind size mode`, sorted. */
  listing(): string[] {
    return [...this.tree.nodes].filter(([path]) => path !== '/').map(([path, { directory, content, mode }]) => entryLine(this.top + path, directory, content.length, mode)).sort();
  }
}

export function entryLine(path: string, directory: boolean, size: number, mode: number): string {
  return `${path} ${directory ? 'directory' : `file of ${size}`} ${mode.toString(8)}`;
}

function counted(text: string): string {
  const { files, directories, bytes } = JSON.parse(text) as { files: number; directories: number; bytes: number };
  return `${files} ${directories} ${bytes}`;
}

function brief(text: string): string {
  return text.length > 80 ? `${text.length} bytes: ${JSON.stringify(text.slice(0, 40))}…${JSON.stringify(text.slice(-40))}` : JSON.stringify(text);
}
