/** The few parts of ali-oss (which ships no types) that oss-client.ts uses. */
declare module 'ali-oss' {
  interface TransportArgs {
    readonly method: string;
    readonly headers: Record<string, string | number>;
    readonly ctx: unknown;
  }

  /** What ali-oss expects of its HTTP layer, which may be handed in. */
  interface Transport {
    request(url: string, args: TransportArgs): Promise<TransportResult>;
  }

  interface TransportResult {
    readonly status: number;
    readonly headers: Record<string, string | string[] | undefined>;
    readonly data: Uint8Array;
  }

  interface Credentials {
    accessKeyId: string;
    accessKeySecret: string;
    stsToken?: string;
  }

  interface ClientOptions extends Credentials {
    bucket: string;
    endpoint: string;
    region?: string;
    authorizationV4: boolean;
    sldEnable: boolean;
    retryMax: number;
    /** Set with an STS token: without it the constructor prints advice on the console. */
    refreshSTSTokenInterval: number;
    urllib: Transport;
  }

  interface RequestParams {
    method: string;
    bucket: string;
    object?: string | undefined;
    /** Query parameters that a V1 signature covers; '' for those without a value. */
    subres?: Record<string, string>;
    query?: Record<string, string>;
    headers: Record<string, string>;
    successStatuses: readonly number[];
    ctx: unknown;
  }

  export default class OSS {
    constructor(options: ClientOptions);
    /** Read anew for each request's signature. */
    readonly options: Credentials;
    readonly userAgent: string;
    authorization(method: string, resource: string, subres: undefined, headers: Record<string, string>): string;
    authorizationV4(method: string, request: { headers: Record<string, string>; queries: object }, bucket: string, object: string): string;
    /** What it would throw for such an answer. */
    requestError(result: TransportResult): Promise<unknown>;
    request(params: RequestParams): Promise<TransportResult>;
  }
}
