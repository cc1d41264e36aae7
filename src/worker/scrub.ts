/** Reads every cached block in its time, slowly, and mends what is damaged; files that no record knows go before each round. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockPlace } from '../filesystem/scrub.ts';
import type { JobSpec } from '../resident/jobs.ts';
import type { Surroundings } from '../resident/run.ts';

const NAME = 'scrub';
const PAGE = 64;

export class Scrub implements JobSpec {
  readonly name = NAME;
  readonly everyMs: number;
  readonly #around: Surroundings;
  readonly #bytesPerMs: number;
  #lost = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    this.everyMs = Math.max(1, around.config.duration('alluxio.worker.block.scrub.interval'));
    this.#bytesPerMs = Math.max(1, around.config.bytes('alluxio.worker.block.scrub.bytes.per.second')) / 1000;
  }

  /** One round; returns the blocks that were found damaged. */
  async run(signal: AbortSignal): Promise<number> {
    const { upkeep, log } = this.#around;
    const orphans = await upkeep.cache.dropOrphans();
    if (orphans.files > 0) log.info(NAME, `Removed ${orphans.files} files (${orphans.bytes} bytes) that no file of the namespace has blocks in.`);
    let damaged = 0;
    let lost = 0;
    let place: BlockPlace | undefined;
    do {
      const page = upkeep.cache.blocksAfter(place, PAGE);
      for (const block of page.blocks) {
        if (signal.aborted) return damaged;
        const { verdict, path, bytes } = await upkeep.cache.verify(block);
        if (verdict !== 'good' && verdict !== 'gone') damaged += 1;
        if (verdict === 'lost') lost += 1;
        if (verdict === 'mended' || verdict === 'dropped') log.warn(NAME, `A damaged block of ${path} was dropped${verdict === 'mended' ? ' and read again from the under storage' : ''}.`);
        if (verdict === 'lost') log.error(NAME, `A block of ${path} is damaged, and the file is not in the under storage: its bytes are lost.`);
        await pause(bytes / this.#bytesPerMs, signal);
      }
      place = page.next;
    } while (place !== undefined);
    this.#lost = lost;
    return damaged;
  }

  trouble(): string | undefined {
    return this.#lost === 0 ? undefined : `${this.#lost} damaged blocks are of files that are not in the under storage; see the log`;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
