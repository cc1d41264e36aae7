/** The journal itself: creates in bulk through its own transactions, and what an inode takes on disk. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { counted, perSecond, whole } from '../report.mjs';

const TARGETS = { creates: 20_000, bytes: 250 };

async function bulk(lab, add) {
  for (const files of lab.inodes(100_000, 1_000_000, 10_000_000)) {
    const { made } = await lab.known(files);
    const measured = { ms: made.ms, times: [made.ms], floorMs: Number.NaN };
    add(perSecond(`${whole(made.entries)} inodes created in transactions of ${whole(made.batch)}`, measured, { target: TARGETS.creates, count: made.entries, unit: 'creates', growth: { line: 'Creates in the journal: inodes', at: made.entries } }));
  }
}

async function size(lab, add) {
  const sizes = lab.inodes(100_000, 1_000_000, 10_000_000);
  for (const files of sizes) {
    const { journal, made } = await lab.known(files);
    const [store] = readdirSync(journal).filter((name) => name.startsWith('store-'));
    const { blocks, size: length } = statSync(join(journal, store, 'data.mdb'));
    const bytes = Math.min(blocks * 512, length);
    add(counted(`journal of ${whole(made.entries)} inodes, log pruned to ${whole(made.keptLog)}`, bytes / made.entries, { unit: 'bytes/inode', target: files === sizes[0] ? undefined : TARGETS.bytes, beside: `${whole(bytes / 2 ** 20)} MiB`, growth: { line: 'Bytes of an inode on disk: inodes', at: made.entries } }));
  }
}

export const cases = [
  { id: 'journal-bulk', group: 'Journal', about: 'creates in bulk, through transactions', run: bulk },
  { id: 'journal-size', group: 'Journal', about: 'bytes of an inode on disk', run: size },
];
