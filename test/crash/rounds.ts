/**
 * The crash test's rounds on one home. Each runs a random command that is killed at its n-th boundary: in every second round the next one of its kind, so that every boundary
 * has its turn, else any of as many as the longest command of its kind has passed, so that the late ones need not wait for theirs. Then a changing command that recovers, killed
 * itself in some rounds; then everything there is, is compared with what was acknowledged.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startAlluxio, statusOf } from '../support/run-alluxio.ts';
import { isStopped } from '../support/stopped.ts';
import type { Lab } from './lab.ts';
import type { Done, Tree } from './model.ts';
import { outcomes, textOf } from './model.ts';
import { observe, replayProblems } from './observe.ts';
import type { Command } from './workload.ts';
import { KIND_NAMES, Workload } from './workload.ts';

export interface Tally {
  kills: number;
  /** Commands that ended well. */
  acknowledged: number;
  recoverersKilled: number;
  pairs: number;
  /** Where kills happened, and how often. */
  readonly places: Map<string, number>;
  readonly failures: string[];
}

/** How far the commands of one kind have got. */
interface Reach {
  /** The boundary that was tried last in turn. */
  tried: number;
  /** Boundaries that the longest command passes, as far as is known. */
  longest: number;
}

const KILLED = 137;
/** Until one has come through. */
const AT_LEAST = 12;
/** A larger tree shows nothing more, and costs more. */
const ENOUGH = 45;
const MOST_STEPS = 8;
/** Beside these the outcome of another command is what the order of the steps makes it; a recursive one acts on whatever it meets on its way. */
const BESIDE_OTHERS = ['copyFromLocal', 'touch', 'mkdir', 'rm', 'rm-R', 'mv', 'cp', 'cat', 'pin', 'setTtl', 'setfacl', 'mount'];
const RECOVERING = ['fs', 'chmod', '755', '/'];
const REPAIRING = ['fsck', '--repair', '--yes'];
const GIVE_UP_AFTER = 3;

export class Rounds {
  readonly tally: Tally = { kills: 0, acknowledged: 0, recoverersKilled: 0, pairs: 0, places: new Map(), failures: [] };
  readonly #workload: Workload;
  readonly #reaches = new Map<string, Reach>();
  #tree: Tree = new Map();
  #round = 0;

  constructor(
    private readonly lab: Lab,
    private readonly random: () => number,
    private readonly how: {
      /** How many boundaries to go on at most: 1 in a long run, more in one that could not reach the later ones. */
      readonly longestStride: number;
      /** The cache is small: what is stored goes from it when others come, and there may be no room at all. */
      readonly evicts: boolean;
    },
  ) {
    this.#workload = new Workload(random, lab.sources);
  }

  /** Until so many kills are done, or something is wrong too often. */
  async run(kills: number): Promise<Tally> {
    while (this.tally.kills < kills && this.tally.failures.length < GIVE_UP_AFTER) {
      this.#round++;
      await (this.#round % 6 === 0 ? this.#pair() : this.#single());
      if (this.#round % 20 === 0) await this.#whole();
      // A long run tells how far it is.
      if (this.#round % 100 === 0) console.info(`root ${this.lab.root}: round ${this.#round}, ${this.tally.kills} kills, ${this.tally.failures.length} failures`);
    }
    await this.#whole();
    return this.tally;
  }

  /**
   * The same command over and over, killed at every `stride`-th of its boundaries in turn until one comes through: a place of its own each time, made and cleared away by
   * commands that nobody kills.
   */
  async sweep(stride: number, make: (at: string) => { readonly before: readonly Command[]; readonly command: Command; readonly after: readonly Command[] }): Promise<void> {
    for (let nth = stride; this.tally.failures.length < GIVE_UP_AFTER; nth += stride) {
      this.#round++;
      const { before, command, after } = make(`/s${nth}`);
      for (const each of before) await this.#acknowledged(each);
      const killed = await this.#killed(command, nth);
      for (const each of after) if (this.#tree.has(each.args.at(-1) ?? '')) await this.#acknowledged(each);
      if (!killed) break;
    }
    await this.#whole();
  }

  async #acknowledged(command: Command): Promise<void> {
    const { status, stderr } = await this.#killedAt(command.args, 0, command.input);
    if (status !== 0) this.#fail(command.args.join(' '), [`failed though nobody killed it: ${stderr}`]);
    await this.#check(command.args.join(' '), [{ steps: command.steps, acknowledged: status === 0 }]);
  }

  async #whole(): Promise<void> {
    this.#fail('replay', await replayProblems(this.lab));
    const { status, stdout } = await this.lab.run(['fsck', '--deep']);
    if (status !== 0) this.#fail('fsck', [stdout]);
  }

  async #single(): Promise<void> {
    const command = this.#next();
    if (command === undefined) return;
    await this.#killed(command, this.#boundaryOf(command.kind));
  }

  async #killed(command: Command, nth: number): Promise<boolean> {
    const { killed, status, place, passed, stderr } = await this.#killedAt(command.args, nth, command.input);
    this.#learn(command.kind, passed);
    const label = `${command.args.join(' ')} ${command.input?.trimEnd().replaceAll('\n', '; ') ?? ''} (${killed ? `killed at ${place}, passing ${nth}` : `status ${status}`})`;
    if (!killed && status !== 0 && !this.#noRoom(stderr)) this.#fail(label, [`failed though nobody killed it: ${stderr}`]);
    if (status === 0) this.tally.acknowledged++;
    const recovery = killed ? await this.#recover() : '';
    await this.#check(label + recovery, [{ steps: command.steps, acknowledged: status === 0 }]);
    return killed;
  }

  /** Two at once on one tree. One stops at a boundary, holding what it holds, and is killed while the other may be waiting for it; every second time the other one is killed too. */
  async #pair(): Promise<void> {
    const [first, second] = [this.#next(BESIDE_OTHERS), this.#next(BESIDE_OTHERS)];
    if (first === undefined || second === undefined) return;
    this.tally.pairs++;
    const [at, other] = [1 + Math.floor(this.random() * 16), this.#round % 12 === 0 ? 1 + Math.floor(this.random() * 16) : 0];
    const [one, two] = await Promise.all([this.#stoppedAt(first.args, at), this.#killedAt(second.args, other)]);
    if (two.status === 0) this.tally.acknowledged++;
    const label = `${first.args.join(' ')} (stopped and killed at ${one.place}, passing ${at}; status ${one.status}) beside ${second.args.join(' ')} (${two.killed ? `killed at ${two.place}` : `status ${two.status} ${two.stderr}`})`;
    const recovery = await this.#recover();
    await this.#check(label + recovery, [{ steps: first.steps, acknowledged: one.status === 0 }, { steps: second.steps, acknowledged: two.status === 0 }]);
  }

  #boundaryOf(kind: string): number {
    const reach = this.#reaches.get(kind) ?? { tried: 0, longest: AT_LEAST };
    this.#reaches.set(kind, reach);
    if (this.random() < 0.5) return 1 + Math.floor(this.random() * reach.longest);
    reach.tried = reach.tried >= reach.longest ? 1 : reach.tried + 1 + Math.floor(this.random() * this.how.longestStride);
    return reach.tried;
  }

  /** One that was killed late has more boundaries behind that. */
  #learn(kind: string, passed: number): void {
    const reach = this.#reaches.get(kind);
    if (reach !== undefined) reach.longest = Math.max(reach.longest, Math.ceil(passed * 1.3));
  }

  #next(kinds?: readonly string[]): Command | undefined {
    for (let tries = 0; tries < 50; tries++) {
      const ofTurn = kinds?.[Math.floor(this.random() * kinds.length)] ?? KIND_NAMES[(this.#round + tries * 7) % KIND_NAMES.length];
      const kind = this.#tree.size > ENOUGH ? 'rm-R' : (ofTurn ?? '');
      const command = this.#workload.next(kind, this.#tree);
      if (command !== undefined && command.steps.length <= MOST_STEPS) return command;
    }
    return undefined;
  }

  /** `fsck --repair` on what a dead process left, killed itself: it mends, or leaves it to the next command, and does no harm. */
  async #repair(): Promise<string> {
    const nth = this.#boundaryOf('repair');
    const { killed, status, place, passed, stderr } = await this.#killedAt(REPAIRING, nth);
    this.#learn('repair', passed);
    if (!killed && status !== 0) this.#fail('fsck --repair', [`status ${status}: ${stderr}`]);
    return `, fsck --repair ${killed ? `killed at ${place}, passing ${nth}` : `status ${status}`}`;
  }

  /** The recoverer is killed too, every third time, at each of its boundaries in turn; in the end one comes through. */
  async #recover(): Promise<string> {
    let told = this.#round % 7 === 0 ? await this.#repair() : '';
    for (let deadly = this.#round % 3 === 0; ; deadly = false) {
      const nth = deadly ? this.#boundaryOf('recovery') : 0;
      const { killed, status, stderr, place, passed } = await this.#killedAt(RECOVERING, nth);
      if (deadly) this.#learn('recovery', passed);
      if (killed) {
        this.tally.recoverersKilled++;
        told += `, recoverer killed at ${place}, passing ${nth}`;
        continue;
      }
      if (status !== 0 || stderr !== '') this.#fail('recovery', [`status ${status}: ${stderr}`]);
      return told;
    }
  }

  /** @param nth 0: not killed */
  async #killedAt(args: readonly string[], nth: number, input = ''): Promise<{ status: number; killed: boolean; place: string; passed: number; stderr: string }> {
    const log = join(this.lab.home.dir, `faults-${args === RECOVERING ? 'r' : 'c'}`);
    const { status, stderr } = await this.lab.run(args, nth === 0 ? {} : { ALLUXIO_FAULT_POINT: `*:${nth}`, ALLUXIO_FAULT_LOG: log }, input);
    const passings = passingsIn(log);
    return { status, killed: status === KILLED, place: status === KILLED ? this.#count(passings) : '', passed: passings.length, stderr };
  }

  async #stoppedAt(args: readonly string[], nth: number): Promise<{ status: number; place: string }> {
    const log = join(this.lab.home.dir, 'faults-s');
    const child = startAlluxio(this.lab.home, args, { env: { ALLUXIO_FAULT_POINT: `*:${nth}`, ALLUXIO_FAULT_LOG: log, ALLUXIO_FAULT_SIGNAL: 'SIGSTOP' } });
    child.stdin.end();
    child.stdout.resume();
    child.stderr.resume();
    // It stays stopped a moment, for the other one to meet it.
    const watch = setInterval(() => void (isStopped(child.pid) && setTimeout(() => child.kill('SIGKILL'), 60)), 20);
    const status = await statusOf(child, 60_000, args);
    clearInterval(watch);
    const passings = passingsIn(log);
    return { status, place: status === KILLED ? this.#count(passings) : '' };
  }

  /** The last passing of the process that was killed. */
  #count(passings: readonly string[]): string {
    this.tally.kills++;
    // Killed by the clock before it got anywhere.
    const place = passings.at(-1) ?? 'nowhere';
    this.tally.places.set(place, (this.tally.places.get(place) ?? 0) + 1);
    return place;
  }

  async #check(label: string, commands: readonly Done[]): Promise<void> {
    const { tree, problems } = await observe(this.lab);
    const text = textOf(this.#compared(tree));
    let explained = false;
    let expected = '';
    for (const outcome of outcomes(this.#tree, commands)) {
      expected = textOf(this.#compared(outcome));
      explained = expected === text;
      if (explained) break;
    }
    const unexplained = explained ? [] : ['no outcome of the command explains what is there:', ...differences(textOf(this.#compared(this.#tree)), expected, text)];
    this.#tree = tree;
    this.#fail(label, [...problems, ...unexplained]);
  }

  #compared(tree: Tree): Tree {
    return this.how.evicts ? new Map([...tree].map(([path, entry]) => [path, entry.stored ? { ...entry, cached: false } : entry])) : tree;
  }

  #noRoom(stderr: string): boolean {
    return this.how.evicts && /Failed to free \d+ bytes space|does not fit into the cache/.test(stderr);
  }

  #fail(label: string, problems: readonly string[]): void {
    if (problems.length === 0) return;
    this.tally.failures.push(`round ${this.#round}, root ${this.lab.root}: ${label}\n  ${problems.join('\n  ')}`);
    console.info(this.tally.failures.at(-1));
  }
}

/** The boundaries that a process has passed. */
function passingsIn(log: string): string[] {
  try {
    const passings = readFileSync(log, 'utf8').trimEnd().split('\n');
    rmSync(log);
    return passings;
  } catch {
    return [];
  }
}

function differences(before: string, wanted: string, after: string): string[] {
  const [was, want, is] = [before, wanted, after].map((text) => text.split('\n'));
  const only = (mark: string, lines: readonly string[] = [], others: readonly string[] = []) => lines.filter((line) => !others.includes(line)).map((line) => `${mark} ${line}`);
  return [...only('before:', was, is), ...only('now:', is, was), ...only('one outcome:', want, is)];
}
