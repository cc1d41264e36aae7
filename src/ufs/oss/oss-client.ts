/** One bucket of OSS, request by request: ali-oss signs and reads error answers, transport.ts moves the bytes, oss-errors.ts translates. */
import type OSS from 'ali-oss';
import type { Transport, TransportResult } from 'ali-oss';
import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { ByteStream } from '../../byte-stream.ts';
import type { Config } from '../../config/config.ts';
import { AlluxioError, isAlluxioError } from '../../errors.ts';
import type { UfsUri } from '../../uri.ts';
import { throwIfAborted } from '../wrappers/retry.ts';
import { requireBucketName } from './bucket-name.ts';
import { credentialSourceOf, missing } from './credentials.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { readEndpoint, urlOf } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { translateOssError } from './oss-errors.ts';
import { putSigner } from './signed-put.ts';
import type { PutSigner } from './signed-put.ts';
import type { StreamedBody } from './streamed-body.ts';
import { createTransport, Exchange } from './transport.ts';
import type { TransportOptions } from './transport.ts';

export interface OssRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** The object; absent for the bucket itself. */
  readonly object?: string;
  /** Parameters that OSS counts as sub-resources, which a V1 signature covers: `uploads`, `uploadId`, `partNumber`, `delete`. '' for no value. */
  readonly subresource?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent from where it lies. Nothing reads it any more once `send` has settled. */
  readonly body?: Uint8Array;
  /** Statuses that are no error. Default 200. */
  readonly expect?: readonly number[];
  /** The answer is a piece of an object: to be received at full speed. */
  readonly bulk?: boolean;
  /** Where the answer's body is to lie when it fits. Nothing is written to it any more once `send` has settled. */
  readonly room?: Uint8Array | undefined;
  /** The body of a success comes as `streamed`, by way of this memory (streamed-body.ts); only with `bulk`. */
  readonly stream?: readonly Uint8Array[];
  readonly signal?: AbortSignal | undefined;
}

export interface OssAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty when the body is streamed. */
  readonly body: Buffer;
  /** To be read to its end, or closed. */
  readonly streamed?: StreamedAnswer;
  /** Milliseconds that the body of a bulk answer took; undefined where nobody measured. */
  readonly bodyMs: number | undefined;
}

export interface StreamedAnswer extends ByteStream {
  /** Bytes of the body, as announced. */
  readonly length: number;
  /** Milliseconds that the reader has waited for bytes so far. */
  readonly waitedMs: number;
}

export class OssClient {
  readonly #credentials: CredentialSource;
  readonly #endpoint: Endpoint;
  readonly #oss: OSS;
  readonly #transport: Transport;
  readonly #puts: PutSigner;

  private constructor(
    readonly bucket: string,
    parts: { credentials: CredentialSource; endpoint: Endpoint; oss: OSS; transport: Transport },
  ) {
    this.#credentials = parts.credentials;
    this.#endpoint = parts.endpoint;
    this.#oss = parts.oss;
    this.#transport = parts.transport;
    this.#puts = putSigner(parts.oss, bucket, parts.endpoint.region !== undefined);
  }

  /** @throws INVALID_CONFIGURATION for missing credentials or endpoint, or a bucket name that OSS cannot have. */
  static async create(uri: UfsUri, config: Config): Promise<OssClient> {
    const bucket = uri.authority;
    requireBucketName(bucket);
    const credentials = await credentialSourceOf(config);
    const endpoint = endpointOf(config);
    // Loaded here and not above: it takes as long as a whole command that needs no OSS.
    const { default: Client } = await import('ali-oss');
    const transport = createTransport(transportOptionsOf(config));
    const oss = new Client({
      ...aliCredentials(await credentials.current()),
      bucket,
      endpoint: urlOf(endpoint),
      ...(endpoint.region === undefined ? {} : { region: `oss-${endpoint.region}` }),
      authorizationV4: endpoint.region !== undefined,
      sldEnable: endpoint.pathStyle,
      retryMax: 0,
      refreshSTSTokenInterval: Number.MAX_SAFE_INTEGER,
      urllib: transport,
    });
    return new OssClient(bucket, { credentials, endpoint, oss, transport });
  }

  /** Of an object or of what begins so, for messages. */
  path(object: string): string {
    return `oss://${this.bucket}/${object}`;
  }

  /** For an answer that cannot be one: it may be asked for again, and what was asked may have been done. */
  unusable(object: string, what: string): AlluxioError {
    const path = this.path(object);
    return new AlluxioError('UNAVAILABLE', `OSS at ${this.#endpoint.text} answered ${what} (${path})`, { path, details: { answer: 'lost' } });
  }

  /** @throws AlluxioError for anything but an expected answer. */
  async send(request: OssRequest): Promise<OssAnswer> {
    const credentials = await this.#credentials.current();
    try {
      return await this.#sendAs(credentials, request);
    } catch (error) {
      if (!isAlluxioError(error) || !STALE.has(String(error.details['code']))) throw error;
      // A token may end before its time: revoked, or by a clock that goes wrong. What was refused has changed nothing.
      const others = await this.#credentials.instead(credentials);
      if (others === undefined) throw error;
      return this.#sendAs(others, request);
    }
  }

  async #sendAs(credentials: Credentials, request: OssRequest): Promise<OssAnswer> {
    throwIfAborted(request.signal);
    // Hundreds of requests may listen to one Ctrl-C; Node would warn of a leak.
    if (request.signal !== undefined) setMaxListeners(0, request.signal);
    const exchange = new Exchange();
    exchange.body = request.body;
    exchange.signal = request.signal;
    exchange.bulk = request.bulk ?? false;
    exchange.room = request.room;
    exchange.stream = request.stream;
    Object.assign(this.#oss.options, aliCredentials(credentials));
    const translate = (error: unknown): AlluxioError =>
      translateOssError(error, {
        bucket: this.bucket,
        endpoint: this.#endpoint.text,
        path: this.path(request.object ?? request.query?.['prefix'] ?? ''),
        ofBucket: request.object === undefined,
        secrets: [credentials.accessKeySecret, credentials.securityToken ?? '', credentials.accessKeyId],
        headers: exchange.headers,
      });
    try {
      const { status, headers, data } = (await this.#putSmall(credentials, request, exchange)) ?? (await this.#request(request, exchange));
      const { streamed, bodyMs } = exchange;
      const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return { status, headers, body, bodyMs, ...(streamed === undefined ? {} : { streamed: withErrors(streamed, translate) }) };
    } catch (error) {
      throw translate(exchange.failure ?? error);
    }
  }

  async #request(request: OssRequest, exchange: Exchange): Promise<TransportResult> {
    const result = await this.#oss.request({
      method: request.method,
      bucket: this.bucket,
      object: request.object,
      ...(request.subresource === undefined ? {} : { subres: { ...request.subresource } }),
      ...(request.query === undefined ? {} : { query: { ...request.query } }),
      headers: { ...request.headers, ...lengthOf(request) },
      successStatuses: request.expect ?? [200],
      ctx: exchange,
    });
    if (isSmallPut(request)) this.#puts.learn(request.object ?? '', exchange);
    return result;
  }

  /** Undefined for what is not one, or is the first of its kind. @throws what ali-oss would throw */
  async #putSmall({ securityToken }: Credentials, request: OssRequest, exchange: Exchange): Promise<TransportResult | undefined> {
    const put = isSmallPut(request) ? this.#puts.sign(request.object ?? '', { ...request.headers, ...lengthOf(request) }, securityToken) : undefined;
    if (put === undefined) return undefined;
    const result = await this.#transport.request(put.url, { method: 'PUT', headers: put.headers, ctx: exchange });
    if (result.status !== 200) throw await this.#oss.requestError(result);
    return result;
  }
}

/** A longer body costs more by its bytes than by its request. */
const SMALL_BODY = 64 * 1024;

function isSmallPut({ method, object, body, subresource, query, expect }: OssRequest): boolean {
  return method === 'PUT' && object !== undefined && body !== undefined && body.byteLength <= SMALL_BODY && subresource === undefined && query === undefined && expect === undefined;
}

/** What OSS says to temporary credentials that are none any more. */
const STALE: ReadonlySet<string> = new Set(['SecurityTokenExpired', 'InvalidSecurityToken', 'InvalidAccessKeyId']);

/** What goes wrong in the middle of a body is told as what goes wrong before it. */
function withErrors(body: StreamedBody, translate: (error: unknown) => AlluxioError): StreamedAnswer {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      throw translate(error);
    }
  }
  return {
    [Symbol.asyncIterator]: chunks,
    length: body.length,
    close: () => body.close(),
    get waitedMs() {
      return body.waitedMs;
    },
  };
}

function endpointOf(config: Config): Endpoint {
  const text = config.find('fs.oss.endpoint')?.trim();
  if (text === undefined || text === '') throw missing('fs.oss.endpoint');
  const region = config.find('alluxio.underfs.oss.region');
  const pathStyle = 'alluxio.underfs.oss.path.style.access.enabled';
  return readEndpoint(text, {
    ...(region === undefined ? {} : { region }),
    ...((config.find(pathStyle) ?? '') === '' ? {} : { pathStyle: config.boolean(pathStyle) }),
  });
}

function transportOptionsOf(config: Config): TransportOptions {
  return {
    maxSockets: Math.max(1, config.integer('alluxio.underfs.oss.connection.max')),
    connectMs: config.duration('alluxio.underfs.oss.connection.timeout'),
    idleMs: config.duration('alluxio.underfs.oss.socket.timeout'),
  };
}

function aliCredentials(credentials: Credentials): { accessKeyId: string; accessKeySecret: string; stsToken?: string } {
  const { accessKeyId, accessKeySecret, securityToken } = credentials;
  return { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { stsToken: securityToken }) };
}

/** PUT and POST always say their length: Node would send an empty body chunked, which OSS answers with 411. */
function lengthOf(request: OssRequest): Record<string, string> {
  return request.method === 'PUT' || request.method === 'POST' ? { 'Content-Length': String(request.body?.byteLength ?? 0) } : {};
}
