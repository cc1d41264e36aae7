/** Storages in the namespace. */
import type { AlluxioPath, UfsUri } from '../../uri.ts';

export interface MountOptions {
  readonly readOnly: boolean;
  readonly shared: boolean;
  /** Properties of this mount, in clear; kept by the journal only. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface MountPoint {
  readonly id: number;
  readonly path: AlluxioPath;
  readonly ufsUri: UfsUri;
  /** `oss`, `local`. */
  readonly type: string;
  readonly readOnly: boolean;
  readonly shared: boolean;
  /** Credentials masked. */
  readonly properties: Readonly<Record<string, string>>;
  /** Bytes, undefined where unknown. */
  readonly space: { readonly capacity: number; readonly used: number } | undefined;
}

export interface Mounts {
  /** Sorted by path. `space: true` asks each storage. */
  list(options?: { space?: boolean }): Promise<MountPoint[]>;
  /** @throws as sheet configuration-and-ufs.md §4.2, in that order. */
  mount(path: AlluxioPath, uri: UfsUri, options: MountOptions): Promise<void>;
  unmount(path: AlluxioPath): Promise<void>;
  update(path: AlluxioPath, options: MountOptions): Promise<void>;
}
