/** An inode as the shell shows it: a thin view, so that listing a million entries copies nothing. */
import { AlluxioError } from '../errors.ts';
import type { Child, View } from '../journal/journal.ts';
import type { InodeRecord, MountRecord } from '../journal/records.ts';
import { fingerprintText } from '../namespace/fingerprint.ts';
import type { AlluxioPath } from '../uri.ts';
import { UfsUri } from '../uri.ts';
import type { FileStatus } from './file-system.ts';

/** What the children of one directory share. */
export interface DirectoryPlace {
  readonly mount: MountRecord;
  /** Key of the directory in the mount. */
  readonly key: string;
}

export class StatusView implements FileStatus {
  readonly #inode: InodeRecord;
  readonly #given: DirectoryPlace;
  readonly #self: boolean;
  readonly #brief: boolean;

  /** `place`: of the parent directory, or with `self` of the inode itself. */
  constructor(
    readonly path: AlluxioPath,
    readonly name: string,
    inode: InodeRecord,
    from: { place: DirectoryPlace; childCount: number; self: boolean; brief?: boolean },
  ) {
    this.#inode = inode;
    this.#brief = from.brief ?? false;
    this.childCount = from.childCount;
    this.#given = from.place;
    this.#self = from.self;
  }

  /** Key in the mount; made when it is asked for, which a listing does not. */
  get #key(): string {
    const { key } = this.#given;
    if (this.#self) return key;
    return key === '' ? this.name : `${key}/${this.name}`;
  }

  get #whole(): InodeRecord {
    if (this.#brief) throw new AlluxioError('INTERNAL', 'A brief listing cannot tell what identifies the content.');
    return this.#inode;
  }

  readonly childCount: number;
  get id() { return this.#inode.id; }
  get directory() { return this.#inode.directory; }
  get length() { return this.#inode.length; }
  get blockSize() { return this.#inode.blockSize; }
  get createdMs() { return this.#inode.createdMs; }
  get modifiedMs() { return this.#inode.modifiedMs; }
  get accessedMs() { return this.#inode.accessedMs; }
  get owner() { return this.#inode.owner; }
  get group() { return this.#inode.group; }
  get mode() { return this.#inode.mode; }
  get acl() { return this.#inode.acl; }
  get defaultAcl() { return this.#inode.defaultAcl; }
  get persistence() { return this.#inode.persistence; }
  get pinned() { return this.#inode.pinned; }
  get pinnedMedia() { return this.#inode.pinnedMedia; }
  get ttlMs() { return this.#inode.ttlMs; }
  get ttlAction() { return this.#inode.ttlAction; }
  get replicationMin() { return this.#inode.replicationMin; }
  get replicationMax() { return this.#inode.replicationMax; }
  get cachedBytes() { return this.#inode.cachedBytes; }
  get mountPoint() { return this.#inode.mountId !== 0; }
  get mountId() { return this.#given.mount.id; }
  get ufsPath() { return UfsUri.parse(this.#given.mount.ufsUri).child(this.#key).toString(); }
  get fingerprint() { return fingerprintText(this.#whole, this.#given.mount.ufsUri.startsWith('oss:') ? 'oss' : 'local'); }
  get crc64() { return this.#whole.crc64 === '' ? undefined : this.#whole.crc64; }
  get childrenLoaded() { return this.#inode.childrenLoaded; }
}

/** The view of a directory's child, inside a read. */
export function viewOfChild(view: View, path: AlluxioPath, { name, inode }: Child, { place, brief = false }: { place: DirectoryPlace; brief?: boolean }): FileStatus {
  const own = inode.mountId === 0 ? undefined : view.mounts().find((mount) => mount.id === inode.mountId);
  const childCount = inode.directory ? view.totals(inode.id).children : 0;
  if (own !== undefined) return new StatusView(path, name, inode, { place: { mount: own, key: '' }, childCount, self: true, brief });
  return new StatusView(path, name, inode, { place, childCount, self: false, brief });
}
