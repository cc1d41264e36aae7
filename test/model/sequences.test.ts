/**
 * Random commands on a plain tree in memory and on the real shell, compared after each: status, what is printed, the whole listing, and all that lies in the storages. A sequence that
 * differs is made short, printed and kept in seeds/, which are played each time. `npm run test:model` plays many more, from a seed that it prints.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../journal/support.ts';
import { firstSeed } from '../support/seed.ts';
import { randomCommand } from './generate.ts';
import { shrink } from './shrink.ts';
import type { Kind, Mismatch } from './stage.ts';
import { Stage } from './stage.ts';
import { Tally } from './tally.ts';
import { TOUR } from './tour.ts';
import type { Tree } from './tree.ts';

const SEEDS = join(import.meta.dirname, 'seeds');
const LENGTH = 30;
const LONG = process.env.MODEL === 'long';
const SEQUENCES = LONG ? Number(process.env.MODEL_SEQUENCES ?? 400) : 6;
const FIRST = firstSeed('MODEL_SEED', LONG, 'model over one shell');
/** A home serves this many sequences. */
const PER_HOME = 20;

function* generated(seed: number, { stage, tree }: { stage: Stage; tree: Tree }, played: string[][]): Generator<string[]> {
  const random = seededRandom(seed);
  for (let i = 0; i < LENGTH; i++) {
    const command = randomCommand(random, tree, stage.user);
    played.push(command);
    yield command;
  }
}

async function playFresh(kind: Kind, commands: readonly (readonly string[])[]): Promise<Mismatch | undefined> {
  const stage = await Stage.open(kind);
  try {
    return await stage.play(commands, stage.newTree());
  } finally {
    await stage.close();
  }
}

async function keep(kind: Kind, commands: readonly string[][], why: string): Promise<string> {
  // In the home of before something may have been left: what differs there only is not short to tell.
  const again = await playFresh(kind, commands);
  const short = again === undefined ? commands : await shrink(commands.slice(0, again.at), async (some) => (await playFresh(kind, some)) !== undefined);
  const text = `[\n${short.map((command) => `  ${JSON.stringify(command)}`).join(',\n')}\n]\n`;
  const file = join(SEEDS, `${kind}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.json`);
  writeFileSync(file, text);
  const last = again === undefined ? why : ((await playFresh(kind, short))?.why ?? why);
  return `${file}\n${text}${last}`;
}

describe.each(['local', 'oss'] as const)('model over %s', (kind) => {
  it(`${SEQUENCES} sequences of ${LENGTH} commands do what they do to a plain tree`, { timeout: LONG ? 3_600_000 : 240_000 }, async () => {
    const problems: string[] = [];
    const tally = new Tally();
    let steps = 0;
    for (let start = 0; start < SEQUENCES && problems.length < 3; start += PER_HOME) {
      let stage = await Stage.open(kind);
      for (let seed = FIRST + start; seed < FIRST + Math.min(start + PER_HOME, SEQUENCES); seed++) {
        const [tree, played] = [stage.newTree(), [] as string[][]];
        const mismatch = await stage.play(generated(seed, { stage, tree }, played), tree, tally);
        steps += played.length;
        if (mismatch === undefined) continue;
        if (problems.length >= 3) break;
        problems.push(`seed ${seed}: ${await keep(kind, played, mismatch.why)}`);
        await stage.close();
        stage = await Stage.open(kind);
      }
      const found = await stage.fsck();
      if (found !== '') problems.push(`fsck after seeds ${FIRST + start} to ${FIRST + start + PER_HOME - 1}:\n${found}`);
      await stage.close();
    }
    if (LONG) process.stderr.write(`${kind}: ${SEQUENCES} sequences, ${steps} commands, ${problems.length} problems: ${tally.text()}\n`);
    expect(problems.join('\n\n'), `MODEL_SEED=${FIRST}`).toBe('');
    // A command that is never done proves nothing.
    if (SEQUENCES >= 100) expect(tally.neverDone()).toEqual([]);
  });

  it('does and undoes each command', async () => {
    expect(await playFresh(kind, TOUR)).toBeUndefined();
  });

  it('does what once went wrong right', async () => {
    const seeds = readdirSync(SEEDS).filter((name) => name.startsWith(`${kind}-`));
    if (seeds.length === 0) return;
    const stage = await Stage.open(kind);
    try {
      for (const name of seeds) {
        const commands = JSON.parse(readFileSync(join(SEEDS, name), 'utf8')) as string[][];
        expect(`${name}: ${(await stage.play(commands, stage.newTree()))?.why ?? ''}`).toBe(`${name}: `);
      }
    } finally {
      await stage.close();
    }
  });
});
