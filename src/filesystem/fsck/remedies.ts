/** What a repair does, in the words of a plan. */
import type { Repair } from '../../journal/journal.ts';

const WORDS: Readonly<Record<Repair['what'], string>> = {
  totals: 'count it again',
  place: 'record where it hangs',
  cached: 'add its blocks up again',
  block: 'drop the record, or put it in order',
  use: 'put the order of use right',
  space: 'add blocks and promises up again',
  expiry: 'put the index right',
  'to-persist': 'put the index right',
  lease: 'make the lease as the open intents say',
  adopt: 'hang it into /lost+found',
  forget: 'drop the record',
  mount: 'make the directory say what the mount table says',
  unmount: 'drop the mount; its storage is left as it is',
  sync: 'drop the record',
  sequence: 'go on behind it',
};

export function remedyOf(repairs: readonly Repair[]): string | undefined {
  const [first] = repairs;
  return first === undefined ? undefined : WORDS[first.what];
}
