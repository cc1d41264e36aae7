/** Sizes and counts of the OSS driver, from the configuration. Tests shrink them to meet the borders cheaply. */
import type { Config } from '../../config/config.ts';

const MIB = 1 << 20;

export interface OssTuning {
  /** Bytes of a part of an upload, and of the largest single PUT, while the file's size allows. */
  readonly partBytes: number;
  /** Parts of long files grow up to this, and beyond only when 10,000 parts would not suffice. */
  readonly maxPartBytes: number;
  readonly maxParts: number;
  /** Parts of one file that go up at a time. */
  readonly partsInFlight: number;
  /** Memory for parts, over all files that are being written. */
  readonly writeBudget: number;
  /** Bytes of one ranged GET. */
  readonly pieceBytes: number;
  /** Memory for pieces fetched ahead, over all files that are being read. */
  readonly readBudget: number;
  readonly piecesAhead: number;
  /** A connection that brings more bytes a millisecond is enough alone: the rest comes in long answers, delivered as they come. */
  readonly fastBytesPerMs: number;
  /** Bytes of one long answer. */
  readonly streamBytes: number;
  /** Larger objects are copied in parts. */
  readonly copyAtOnceBytes: number;
  readonly copyPartBytes: number;
  /** Copies and deletes that run in the store at a time. */
  readonly serviceThreads: number;
  readonly pageLength: number;
  readonly breadcrumbs: boolean;
  readonly parentMarkers: boolean;
}

export function tuningOf(config: Config): OssTuning {
  const maxPartBytes = Math.max(1, config.bytes('alluxio.underfs.oss.streaming.upload.partition.size'));
  return {
    partBytes: Math.min(maxPartBytes, 8 * MIB),
    maxPartBytes,
    maxParts: 10_000,
    partsInFlight: Math.max(1, config.integer('alluxio.underfs.oss.streaming.upload.threads')),
    writeBudget: 64 * MIB,
    pieceBytes: Math.max(1, Math.min(config.bytes('alluxio.underfs.object.store.multi.range.chunk.size'), 8 * MIB)),
    readBudget: 48 * MIB,
    piecesAhead: 3,
    fastBytesPerMs: 300_000,
    streamBytes: 128 * MIB,
    copyAtOnceBytes: 1024 * MIB,
    copyPartBytes: 256 * MIB,
    serviceThreads: Math.max(1, config.integer('alluxio.underfs.object.store.service.threads')),
    pageLength: Math.min(1000, Math.max(1, config.integer('alluxio.underfs.listing.length'))),
    breadcrumbs: config.boolean('alluxio.underfs.object.store.breadcrumbs.enabled'),
    parentMarkers: !config.boolean('alluxio.underfs.object.store.skip.parent.directory.creation'),
  };
}
