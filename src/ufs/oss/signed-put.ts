/**
 * PUTs of small objects. ali-oss takes 0.15 ms to make up a request, most of it for what is the same in each. So the first PUT of a kind goes through it, and is looked
 * at: where the bucket is, which type the name's ending gives, how ali-oss names itself. From then on only date, sums and signature are new; ali-oss still signs.
 */
import type OSS from 'ali-oss';
import { extname } from 'node:path';
import type { Exchange } from './transport.ts';

export interface SignedPut {
  readonly url: string;
  readonly headers: Record<string, string>;
}

export interface PutSigner {
  /** Undefined for the first of a kind. */
  sign(object: string, headers: Readonly<Record<string, string>>, securityToken: string | undefined): SignedPut | undefined;
  learn(object: string, exchange: Exchange): void;
}

const MOST_KINDS = 1000;

interface Learned {
  /** Up to the object. */
  readonly base: string;
  /** Undefined for a name whose ending says nothing. */
  readonly type: string | undefined;
}

export function putSigner(oss: OSS, bucket: string, v4: boolean): PutSigner {
  const known = new Map<string, Learned>();
  return {
    learn(object, { sent }) {
      const path = escaped(object);
      if (sent?.url.endsWith(path) !== true) return;
      // Numbered names have as many endings as there are.
      if (known.size >= MOST_KINDS) known.clear();
      const type = sent.headers['Content-Type'];
      known.set(extname(object), { base: sent.url.slice(0, -path.length), type: type === undefined ? undefined : String(type) });
    },
    sign(object, given, securityToken) {
      const learned = known.get(extname(object));
      if (learned === undefined) return undefined;
      const headers: Record<string, string> = {
        'x-oss-date': dateNow(v4),
        ...(v4 && { 'x-oss-content-sha256': 'UNSIGNED-PAYLOAD' }),
        'User-Agent': oss.userAgent,
        ...(securityToken !== undefined && { 'x-oss-security-token': securityToken }),
        ...given,
        ...(learned.type !== undefined && { 'Content-Type': learned.type }),
      };
      headers['authorization'] = v4
        ? oss.authorizationV4('PUT', { headers, queries: {} }, bucket, object)
        : oss.authorization('PUT', `/${bucket}/${object}`, undefined, headers);
      return { url: learned.base + escaped(object), headers };
    },
  };
}

function escaped(object: string): string {
  return encodeURIComponent(object).replaceAll('%2F', '/');
}

let dated = { second: 0, v1: '', v4: '' };

function dateNow(v4: boolean): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dated.second) {
    const date = new Date(second * 1000);
    dated = { second, v1: date.toUTCString(), v4: date.toISOString().replace(/[-:]|\.\d+/g, '') };
  }
  return v4 ? dated.v4 : dated.v1;
}
