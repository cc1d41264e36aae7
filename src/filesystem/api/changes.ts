/** Changing the namespace. */
import type { TtlAction } from '../../journal/records.ts';
import type { AclChange } from '../../namespace/acl.ts';
import type { AlluxioPath } from '../../uri.ts';
import type { WriteType } from './content.ts';

export interface AttributeChange {
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: number;
  readonly pinned?: boolean;
  readonly pinnedMedia?: readonly string[];
  readonly ttl?: { readonly ms: number; readonly action: TtlAction };
  readonly replicationMin?: number;
  readonly replicationMax?: number;
  readonly recursive?: boolean;
}

export interface AclRequest extends AclChange {
  readonly recursive?: boolean;
}

export interface DeleteOptions {
  readonly recursive: boolean;
  /** Skip the check that the under storage holds nothing unknown. Default from the configuration. */
  readonly unchecked?: boolean;
  readonly alluxioOnly?: boolean;
  /** Also remove mount points below (`rm -R -m`). */
  readonly deleteMountPoint?: boolean;
  /** Removes of it only what has these ids, as far as the storage still has the content that the namespace knows. All else stays, with the directories above it, and is named. */
  readonly only?: ReadonlySet<number>;
  /** Keep it in the user's trash for `alluxio.user.trash.interval`, where that is set. */
  readonly trash?: boolean;
  /** Tidying up of our own, not what a user did. */
  readonly bookkeeping?: boolean;
  readonly signal?: AbortSignal;
}

/** A directory (missing parents come with it), or an empty file. */
export interface Creation {
  readonly kind: 'directory' | 'file';
  readonly path: AlluxioPath;
  /** The command that it is logged and undone as, where that is not the one that runs. */
  readonly as?: { readonly command: string; readonly run: number };
}

export interface Changes {
  /**
   * Creates one after the other, as `makeDirectory` with missing parents and `content.create` of nothing would, in as few transactions as it takes: for what is only in the
   * journal. What would have to wait for others or reaches a storage is left to those two.
   * @param creations taken one by one, no further than they can go together
   * @returns for the first so many, perhaps none: undefined, or why it was not created. With `stopAtFailure` nothing comes after one that failed
   */
  createTogether(creations: Iterable<Creation>, options: { readonly stopAtFailure: boolean }): Promise<readonly unknown[]>;
  /** Creates missing parents when `recursive`. @throws ALREADY_EXISTS `Not allowed to create directory because path already exists: <plain>` … */
  makeDirectory(path: AlluxioPath, options: { recursive: boolean; writeType?: WriteType; mode?: number }): Promise<void>;
  /** @throws as sheet fs-commands.md `mv`, in that order of checks. */
  rename(from: AlluxioPath, to: AlluxioPath, signal?: AbortSignal): Promise<void>;
  /** @throws as sheet `rm`. */
  delete(path: AlluxioPath, options: DeleteOptions): Promise<void>;
  setAttributes(path: AlluxioPath, change: AttributeChange): Promise<void>;
  /** @throws as sheet `setfacl`; with `recursive` all below is changed, or nothing is. */
  setAcl(path: AlluxioPath, request: AclRequest): Promise<void>;
}
