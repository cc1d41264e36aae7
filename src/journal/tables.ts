/** The state tables as a View: decoding on top of a reader of keys. */
import { AlluxioError } from '../errors.ts';
import { decodeBlock, decodeHolders, decodeIntent, decodeMount, decodeNumber, decodePathDefaults, decodePlace, decodeSpace, decodeSync, decodeText, decodeTotals } from './codec.ts';
import { decodeInode } from './inode-codec.ts';
import type { Child, ChildRange, HeldLease, LogRecord, UsageRecord, View } from './journal.ts';
import {
  NAME_OFFSET,
  TABLE,
  blockKey,
  directoryUseRange,
  expiryKey,
  factKey,
  get48,
  inodeKey,
  inodeKeyAfter,
  intentKey,
  leaseKey,
  logKey,
  mountKey,
  numberRange,
  parseUseKey,
  pathDefaultsKey,
  placeKey,
  sequenceKey,
  spaceKey,
  tableRange,
  toPersistKey,
  totalsKey,
  useKey,
} from './keys.ts';
import { valueIn } from './kv.ts';
import type { KeyRange, KvReader } from './kv.ts';
import { decodeLog } from './log-codec.ts';
import { recordDamaged } from './remedy.ts';
import { NO_TOTALS } from './totals.ts';
import type { BlockRecord, InodeRecord, IntentRecord, MountRecord, SyncRecord, TotalsRecord } from './records.ts';

/** Ids below are given by hand: the root, limbo, the root mount, and some to spare. */
export const FIRST_SEQUENCE = 16;
const NO_USAGE: UsageRecord = Object.freeze({ used: 0, reserved: 0 });

/** Stands in once a callback has ended: a view that was kept fails instead of reading another state. */
const ENDED: KvReader = {
  get: () => {
    throw new AlluxioError('INTERNAL', 'A view of the journal was used after its callback had ended.');
  },
  scan: () => {
    throw new AlluxioError('INTERNAL', 'A view of the journal was used after its callback had ended.');
  },
};

/** A mount as it holds now, where something else than its record has a say in it. */
export type MountReading = (recorded: MountRecord) => MountRecord;

export class Tables implements View {
  #kv: KvReader;
  readonly #mountReading: MountReading | undefined;

  constructor(kv: KvReader, mountReading?: MountReading) {
    this.#kv = kv;
    this.#mountReading = mountReading;
  }

  end(): void {
    this.#kv = ENDED;
  }

  child(parentId: number, name: string): InodeRecord | undefined {
    const value = this.#kv.get(inodeKey(parentId, name));
    return value === undefined ? undefined : decodeInode(value);
  }

  locate(id: number): Child | undefined {
    const value = this.#kv.get(placeKey(id));
    if (value === undefined) return undefined;
    const { parentId, name } = decodePlace(value);
    const inode = this.child(parentId, name);
    if (inode === undefined) throw recordDamaged(`inode ${id} has a place but no attributes`);
    if (inode.id !== id) throw recordDamaged(`inode ${id} has the attributes of inode ${inode.id}`);
    return { parentId, name, inode };
  }

  children(parentId: number, { after, before, limit, reverse = false, skip = 0, brief = false }: ChildRange = {}): Child[] {
    const all = numberRange(TABLE.inode, parentId);
    const range = { from: after === undefined ? all.from : inodeKeyAfter(parentId, after), to: before === undefined ? all.to : inodeKey(parentId, before), reverse, skip };
    const found: Child[] = [];
    this.#kv.scan(limited(range, limit), (entry) => {
      const name = entry.key.toString('utf8', entry.keyStart + NAME_OFFSET, entry.keyEnd);
      found.push({ parentId, name, inode: decodeInode(entry.data, { at: entry.dataStart, end: entry.dataEnd, brief }) });
    });
    return found;
  }

  totals(directoryId: number): TotalsRecord {
    const value = this.#kv.get(totalsKey(directoryId));
    return value === undefined ? NO_TOTALS : decodeTotals(value);
  }

  block(fileId: number, index: number): BlockRecord | undefined {
    const value = this.#kv.get(blockKey(fileId, index));
    return value === undefined ? undefined : decodeBlock(value, fileId, index);
  }

  blocks(fileId: number): BlockRecord[] {
    const found: BlockRecord[] = [];
    this.#kv.scan(numberRange(TABLE.block, fileId), (entry) => {
      found.push(decodeBlock(valueIn(entry), fileId, entry.key.readUInt32BE(entry.keyStart + NAME_OFFSET)));
    });
    return found;
  }

  blocksByUse(directory: number, range: { limit: number; after?: BlockRecord }): BlockRecord[] {
    const { from, to } = directoryUseRange(directory);
    const uses: { fileId: number; index: number }[] = [];
    this.#kv.scan(limited({ from: range.after === undefined ? from : useKey(range.after, 1), to }, range.limit), (entry) => {
      uses.push(parseUseKey(entry.key.subarray(entry.keyStart, entry.keyEnd)));
    });
    const found: BlockRecord[] = [];
    for (const { fileId, index } of uses) {
      const block = this.block(fileId, index);
      if (block !== undefined) found.push(block);
    }
    return found;
  }

  usage(directory: number): UsageRecord {
    const value = this.#kv.get(spaceKey(directory));
    return value === undefined ? NO_USAGE : decodeSpace(value);
  }

  mounts(): MountRecord[] {
    const found: MountRecord[] = [];
    this.#kv.scan(tableRange(TABLE.mount), (entry) => {
      found.push(this.#mountRead(mountOf(valueIn(entry), get48(entry.key, entry.keyStart + 1))));
    });
    return found;
  }

  mount(id: number): MountRecord | undefined {
    const value = this.#kv.get(mountKey(id));
    return value === undefined ? undefined : this.#mountRead(mountOf(value.subarray(0, value.length), id));
  }

  #mountRead(recorded: MountRecord): MountRecord {
    return this.#mountReading === undefined ? recorded : this.#mountReading(recorded);
  }

  intents(): IntentRecord[] {
    return this.#records(TABLE.intent, decodeIntent);
  }

  intent(id: number): IntentRecord | undefined {
    const value = this.#kv.get(intentKey(id));
    // The store's buffer is longer than the value that it says to hold.
    return value === undefined ? undefined : intentOf(value.subarray(0, value.length), id);
  }

  lease(parentId: number, name: string): HeldLease | undefined {
    const value = this.#kv.get(leaseKey(parentId, name));
    const holder = value === undefined ? undefined : decodeHolders(value)[0];
    return holder === undefined ? undefined : { parentId, name, scope: holder.scope, intentId: holder.intentId };
  }

  hasLeases(): boolean {
    let any = false;
    this.#kv.scan({ ...tableRange(TABLE.lease), limit: 1 }, () => void (any = true));
    return any;
  }

  leases(): HeldLease[] {
    const found: HeldLease[] = [];
    this.#kv.scan(tableRange(TABLE.lease), (entry) => {
      const parentId = get48(entry.key, entry.keyStart + 1);
      const name = entry.key.toString('utf8', entry.keyStart + NAME_OFFSET, entry.keyEnd);
      for (const { scope, intentId } of decodeHolders(valueIn(entry))) found.push({ parentId, name, scope, intentId });
    });
    return found;
  }

  lastSeq(): number {
    let seq = 0;
    this.#kv.scan({ ...tableRange(TABLE.log), reverse: true, limit: 1 }, (entry) => {
      seq = get48(entry.key, entry.keyStart + 1);
    });
    return seq;
  }

  log({ from, limit }: { from: number; limit?: number }): LogRecord[] {
    const records: LogRecord[] = [];
    const range = { from: logKey(Math.max(0, from)), to: tableRange(TABLE.log).to };
    this.#kv.scan(limit === undefined ? range : { ...range, limit }, (entry) => {
      records.push(decodeLog(get48(entry.key, entry.keyStart + 1), valueIn(entry)));
    });
    return records;
  }

  syncs(): SyncRecord[] {
    return this.#records(TABLE.sync, decodeSync);
  }

  toBePersisted(range: { after?: number; limit?: number } = {}): number[] {
    const { from, to } = tableRange(TABLE.toPersist);
    return this.#ids({ from: range.after === undefined ? from : toPersistKey(range.after + 1), to }, 1, range.limit);
  }

  expired(ms: number, limit: number): number[] {
    if (ms < 0) return [];
    return this.#ids({ from: expiryKey(0, 0), to: expiryKey(ms + 1, 0) }, NAME_OFFSET, limit);
  }

  pathDefaults(): Map<string, Readonly<Record<string, string>>> {
    const value = this.#kv.get(pathDefaultsKey());
    return new Map(value === undefined ? [] : decodePathDefaults(value));
  }

  fact(name: string): string | undefined {
    const value = this.#kv.get(factKey(name));
    return value === undefined ? undefined : decodeText(value);
  }

  sequence(): number {
    const value = this.#kv.get(sequenceKey());
    return value === undefined ? FIRST_SEQUENCE : decodeNumber(value);
  }

  #records<T>(table: number, decode: (bytes: Buffer, id: number) => T): T[] {
    const found: T[] = [];
    this.#kv.scan(tableRange(table), (entry) => {
      found.push(decode(valueIn(entry), get48(entry.key, entry.keyStart + 1)));
    });
    return found;
  }

  /** The ids that stand at `offset` of the keys. */
  #ids(range: KeyRange, offset: number, limit: number | undefined): number[] {
    const found: number[] = [];
    this.#kv.scan(limited(range, limit), (entry) => {
      found.push(get48(entry.key, entry.keyStart + offset));
    });
    return found;
  }
}

/** The mount table hardly ever changes and every operation looks at it: what was decoded last is kept, by id. */
const decodedMounts = new Map<number, { readonly bytes: Buffer; readonly mount: MountRecord }>();

function mountOf(bytes: Buffer, id: number): MountRecord {
  const known = decodedMounts.get(id);
  if (known?.bytes.equals(bytes) === true) return known.mount;
  const mount = decodeMount(bytes, id);
  decodedMounts.set(id, { bytes: Buffer.from(bytes), mount });
  return mount;
}

/** An operation asks for its own intent several times in one transaction. */
let decodedIntent: { readonly id: number; readonly bytes: Buffer; readonly intent: IntentRecord } | undefined;

function intentOf(bytes: Buffer, id: number): IntentRecord {
  if (decodedIntent?.id === id && decodedIntent.bytes.equals(bytes)) return decodedIntent.intent;
  const intent = decodeIntent(bytes, id);
  decodedIntent = { id, bytes: Buffer.from(bytes), intent };
  return intent;
}

function limited(range: KeyRange, limit: number | undefined): KeyRange {
  return limit === undefined ? range : { ...range, limit };
}
