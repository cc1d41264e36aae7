/**
 * Others write into the storages while the shell works on what it has looked at, or has not. Whatever they wrote stays as they wrote it, where they did or where a command that
 * succeeded moved it to, until they change it themselves or somebody removes it by its path, or by that of a directory above.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../journal/support.ts';
import { sdk } from '../oss-server/support.ts';
import { OSS_KEYS } from '../support/oss.ts';
import { firstSeed } from '../support/seed.ts';
import type { Said } from './session.ts';
import type { Kind } from './stage.ts';
import { Stage } from './stage.ts';

const LONG = process.env.MODEL === 'long';
const SEQUENCES = LONG ? Number(process.env.MODEL_SEQUENCES ?? 200) : 4;
const LENGTH = 40;
const FIRST = firstSeed('MODEL_SEED', LONG, 'model with strangers');
/** A home serves this many sequences. */
const PER_HOME = 10;
const THROUGH = '-Dalluxio.user.file.writetype.default=CACHE_THROUGH';
const UNDONE = /^Undone: "fs (?:-D\S+ )?mv (\S+) (\S+)"/m;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

interface Strangers {
  put(key: string, content: string): Promise<void>;
  remove(key: string): Promise<void>;
}

function strangersOf({ home, oss }: Stage): Strangers {
  if (oss === undefined) {
    return {
      async put(key, content) {
        await mkdir(dirname(join(home.ufsDir, key)), { recursive: true });
        await writeFile(join(home.ufsDir, key), content);
      },
      remove: (key) => rm(join(home.ufsDir, key), { force: true }),
    };
  }
  const client = sdk(oss.endpoint, { ...OSS_KEYS, bucket: oss.bucket });
  return {
    put: async (key, content) => void (await client.put(`root/${key}`, Buffer.from(content))),
    remove: async (key) => void (await client.deleteMulti([`root/${key}`])),
  };
}

/** What others wrote and must still be there: key → MD5. */
type Theirs = Map<string, string>;

class Round {
  readonly theirs: Theirs = new Map();
  readonly #said: string[] = [];
  #written = 0;
  moved = 0;
  refused = 0;

  constructor(
    private readonly stage: Stage,
    private readonly strangers: Strangers,
    private readonly random: () => number,
    /** Below which all happens. */
    private readonly top: string,
  ) {}

  #one<T>(some: readonly T[]): T {
    return some[Math.floor(this.random() * some.length)] as T;
  }

  /** Mostly one in which others wrote something. */
  #directory(): string {
    const above = [...this.theirs.keys()].flatMap((key) => key.split('/').flatMap((_, at, names) => (at === 0 ? [] : [names.slice(0, at).join('/')])));
    if (above.length > 0 && this.random() < 0.6) return this.#one(above);
    return [this.top, ...Array.from({ length: Math.floor(this.random() * 3) }, () => this.#one(['a', 'b', 'c']))].join('/');
  }

  /** Says what is wrong with the storage afterwards. */
  async step(): Promise<string | undefined> {
    if (this.random() < 0.35) await this.#strangersTurn();
    else await this.#command();
    const there = new Set(await this.stage.storages.lines());
    const lost = [...this.theirs].filter(([key, sum]) => ![...there].some((line) => line.startsWith(`root/${key} `) && line.endsWith(` ${sum}`)));
    return lost.length === 0 ? undefined : `${this.#said.join('\n')}\nlost: ${lost.map(([key]) => key).join(', ')}\nthere: ${[...there].join(', ')}`;
  }

  async #strangersTurn(): Promise<void> {
    const known = this.#one(['', ...this.theirs.keys()]);
    if (known !== '' && this.random() < 0.2) {
      await this.strangers.remove(known);
      this.theirs.delete(known);
      this.#said.push(`others remove ${known}`);
      return;
    }
    const key = known !== '' && this.random() < 0.3 ? known : `${this.#directory()}/${this.#one(['s', 't'])}`;
    const content = `written by others, ${String(this.#written++)}`;
    await this.strangers.put(key, content);
    this.theirs.set(key, md5(content));
    this.#said.push(`others write ${key}`);
  }

  async #command(): Promise<void> {
    const [one, other] = [`/${this.#directory()}`, `/${this.#directory()}`];
    const file = `${other}/${this.#one(['x', 's'])}`;
    const said = await this.#say(
      this.#one([
        ['ls', one], ['ls', '-R', one], ['ls', '-f', one], ['ls', '-R', '-f', one], ['count', one], ['loadMetadata', '-R', one],
        ['mkdir', one], ['touch', file], ['copyFromLocal', join(this.stage.home.dir, 's1'), file],
        ['mv', one, other], ['mv', one, `${other}/${this.#one(['a', 'b', 'c'])}`], ['mv', one, `/${this.top}/d${String(this.#written)}`], ['mv', one, `/${this.top}/e${String(this.#written)}`], ['mv', `${one}/${this.#one(['x', 's', 't'])}`, file],
        ['cp', '-R', one, other], ['rm', '-R', one], ['rm', file], ['rm', '-R', '-U', one],
        ['free', one], ['load', one], ['cat', file], ['chmod', '-R', '755', one], ['undo'], ['undo'],
      ]),
    );
    const [name, from = '', to = ''] = said.words.filter((word) => !word.startsWith('-'));
    if (said.errors.length > 0) {
      this.refused += 1;
      return;
    }
    const undone = name === 'undo' ? UNDONE.exec(said.text) : null;
    if (name === 'mv') this.#move(from, to);
    if (undone !== null) this.#move(undone[2] ?? '', undone[1] ?? '');
    if (name === 'rm') for (const key of this.#below(from)) this.theirs.delete(key);
  }

  async #say(words: readonly string[]): Promise<Said & { readonly words: readonly string[] }> {
    const said = await this.stage.say([THROUGH, ...words]);
    this.#said.push(`${words.join(' ')}: ${said.errors.length > 0 ? said.errors.join(' ') : said.text.split('\n').slice(0, 2).join(' ')}`);
    return { ...said, words };
  }

  #below(path: string): string[] {
    const key = path.slice(1);
    return [...this.theirs.keys()].filter((each) => each === key || each.startsWith(`${key}/`));
  }

  #move(from: string, to: string): void {
    for (const key of this.#below(from)) {
      this.theirs.set(to.slice(1) + key.slice(from.length - 1), this.theirs.get(key) ?? '');
      this.theirs.delete(key);
      this.moved += 1;
    }
  }
}

describe.each<Kind>(['local', 'oss'])('strangers in %s', (kind) => {
  it(`lose nothing in ${SEQUENCES} sequences of ${LENGTH} steps`, { timeout: LONG ? 3_600_000 : 240_000 }, async () => {
    const problems: string[] = [];
    const sum = { moved: 0, refused: 0 };
    for (let start = 0; start < SEQUENCES && problems.length < 3; start += PER_HOME) {
      const stage = await Stage.open(kind);
      try {
        const strangers = strangersOf(stage);
        for (let seed = FIRST + start; seed < FIRST + Math.min(start + PER_HOME, SEQUENCES); seed++) {
          const round = new Round(stage, strangers, seededRandom(seed), `r${String(seed)}`);
          let wrong: string | undefined;
          for (let step = 0; step < LENGTH && wrong === undefined; step++) wrong = await round.step();
          if (wrong !== undefined) problems.push(`seed ${seed}:\n${wrong}`);
          sum.moved += round.moved;
          sum.refused += round.refused;
        }
      } finally {
        await stage.close();
      }
    }
    if (LONG) process.stderr.write(`${kind}: ${SEQUENCES} sequences with strangers, ${sum.moved} of their files moved, ${sum.refused} commands refused, ${problems.length} problems\n`);
    expect(problems.join('\n\n'), `MODEL_SEED=${FIRST}`).toBe('');
    expect([sum.moved > 0, sum.refused > SEQUENCES], JSON.stringify(sum)).toEqual([true, true]);
  });
});
