/** What is decided about a new file before its first byte moves. */
import type { IntentRecord, MountRecord } from '../journal/records.ts';
import type { NewFile } from '../namespace/inodes.ts';
import type { AlluxioPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { umaskOf, writeTypeFor } from './create-settings.ts';
import type { CreateOptions, WriteType } from './file-system.ts';
import { configFor } from './path-config.ts';

export interface Writing {
  readonly path: AlluxioPath;
  readonly options: CreateOptions;
  readonly writeType: WriteType;
  readonly cached: boolean;
  /** Goes to the under storage before the command ends. */
  readonly through: boolean;
  /** When the under storage fails, the cache holds the file until somebody persists it. */
  readonly mayWait: boolean;
  readonly mode: number;
  readonly blockSize: number;
  /** What the configuration says about new files there. */
  readonly settings: Pick<NewFile, 'umask' | 'ttlMs' | 'ttlAction' | 'replicationMin' | 'replicationMax'>;
}

export interface OpenedWrite {
  readonly intent: IntentRecord;
  readonly fileId: number;
  readonly mount: MountRecord;
  readonly key: string;
  readonly parentId: number;
  readonly name: string;
  readonly promised: { directory: number; bytes: number } | undefined;
}

export function planWriting(context: FileSystemContext, path: AlluxioPath, options: CreateOptions): Writing {
  const writeType = writeTypeFor(context, path, options.writeType);
  const config = configFor(context, path);
  // Without a master nobody persists later.
  const umask = umaskOf(context);
  const mayWait = writeType === 'ASYNC_THROUGH' && !context.masterRunning();
  return {
    path,
    options,
    writeType,
    cached: writeType !== 'THROUGH' && writeType !== 'NONE',
    through: writeType === 'THROUGH' || writeType === 'CACHE_THROUGH' || mayWait,
    mayWait,
    mode: options.mode ?? 0o666 & ~umask,
    blockSize: options.blockSize ?? config.bytes('alluxio.user.block.size.bytes.default'),
    settings: {
      umask,
      ttlMs: config.duration('alluxio.user.file.create.ttl'),
      ttlAction: config.choice('alluxio.user.file.create.ttl.action', ['DELETE', 'FREE']),
      replicationMin: config.integer('alluxio.user.file.replication.min'),
      replicationMax: config.integer('alluxio.user.file.replication.max'),
    },
  };
}
