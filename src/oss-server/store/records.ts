/** What the index holds; every shape in one place. */

/** A run of bytes: part of a file of the blob folder, or of a small value inside the index. */
export type Segment =
  | { readonly file: string; readonly offset: number; readonly length: number }
  | { readonly small: number; readonly offset: number; readonly length: number };

export type ObjectType = 'Normal' | 'Multipart' | 'Appendable' | 'Symlink';

export interface ObjectRecord {
  readonly type: ObjectType;
  readonly size: number;
  /** Without the quotes. */
  readonly etag: string;
  /** Unsigned decimal. */
  readonly crc64: string;
  /** Base64, as Content-MD5 has it; absent where nobody has summed the whole of the bytes. */
  readonly md5?: string;
  /** Milliseconds. */
  readonly modified: number;
  /** `content-type`, `cache-control`, …, `x-oss-meta-*`, lower-case names, values as Latin-1 bytes. */
  readonly headers: Readonly<Record<string, string>>;
  readonly segments: readonly Segment[];
  readonly storageClass?: string;
  /** Absent: `default`. */
  readonly acl?: string;
  readonly tags?: readonly (readonly [string, string])[];
  /** Of a symlink: the key it points to. */
  readonly target?: string;
  /** Of an archived object: until when it is readable (milliseconds), 0 while it is being restored. */
  readonly restoredUntil?: number;
}

export interface BucketRecord {
  readonly id: number;
  readonly name: string;
  readonly created: number;
  readonly acl: string;
  readonly storageClass: string;
  readonly redundancy: string;
  readonly resourceGroup?: string;
  /** Configuration documents as they were put, by sub-resource. */
  readonly documents: Readonly<Record<string, string>>;
}

export interface UploadRecord {
  readonly id: string;
  readonly bucket: number;
  readonly key: string;
  readonly initiated: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly storageClass?: string;
  readonly acl?: string;
  readonly tags?: readonly (readonly [string, string])[];
}

export interface PartRecord {
  readonly number: number;
  readonly size: number;
  readonly etag: string;
  readonly crc64: string;
  readonly modified: number;
  readonly segments: readonly Segment[];
}

/** Bytes that were received and are durable, but belong to nothing yet. */
export interface ReceivedBody {
  readonly size: number;
  /** Lower-case hex. */
  readonly md5: string;
  readonly crc64: bigint;
  /** Exactly one of the two is set, unless the body is empty. */
  readonly inline?: Buffer;
  readonly file?: string;
}
