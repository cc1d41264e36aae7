import { once } from 'node:events';
import type { CommandContext, CommandInput, CommandSpec } from './command.ts';
import { resolveSecret } from '../config/references.ts';
import { AlluxioError } from '../errors.ts';
import type { OssServerOptions } from '../oss-server/server.ts';
import { startOssServer } from '../oss-server/server.ts';
import { ENDED_WHEN_ASKED, statusWhenAsked } from './foreground.ts';
import { flag, text, texts } from './options.ts';

const DEFAULT_PORT = 9280;
const MAX_PORT = 65_535;

export const command: CommandSpec = {
  group: 'top',
  name: 'ossServer',
  usage: 'ossServer --dir <folder> [--port <port>] [--bucket <name>]... [--access-key-id <id> --access-key-secret <secret>]',
  summary: 'Runs an OSS-compatible server over a local folder, in the foreground, until it is interrupted.',
  description: 'To try and to test without an Aliyun account. One line with its endpoint is printed as soon as it listens. Without a key pair, every key is accepted.',
  args: { min: 0, max: 0 },
  options: [
    { long: 'dir', value: 'folder', words: 'local', description: 'where buckets and objects are kept; made when it is not there' },
    { long: 'port', value: 'port', description: `default ${DEFAULT_PORT}; 0 picks a free one` },
    { long: 'host', value: 'address', description: 'the address to listen on; default 127.0.0.1' },
    { long: 'bucket', value: 'name', repeatable: true, description: 'a bucket to make at the start; repeat it for more' },
    { long: 'access-key-id', value: 'id', description: 'the only key that is accepted' },
    { long: 'access-key-secret', value: 'secret', description: 'its secret; env:NAME and file:PATH keep it off the command line' },
    { long: 'region', value: 'region', description: 'the region that buckets say they are in, as cn-hangzhou; default local. Their endpoints stay this server' },
    { long: 'faults', description: 'accept fault points of tests' },
  ],
  examples: [
    { command: 'alluxio ossServer --dir /tmp/oss --bucket demo', does: 'Serve one bucket on port 9280; mount it with fs.oss.endpoint=http://localhost:9280.' },
    { command: 'alluxio ossServer --dir /tmp/oss --port 0 --json', does: 'Any free port; the line that tells it is JSON.' },
  ],
  exitCodes: [ENDED_WHEN_ASKED],
  json: 'one line when it listens: endpoint, port, dir, buckets',
  async run(input, ctx) {
    const options = parse(input, ctx);
    const server = await startOssServer(options);
    try {
      const { endpoint, port } = server;
      if (ctx.out.json) ctx.out.record({ endpoint, port, dir: options.dir, buckets: options.buckets });
      else ctx.out.line(`Listening on ${endpoint}`);
      if (!ctx.signal.aborted) await once(ctx.signal, 'abort');
    } finally {
      await server.close();
    }
    return statusWhenAsked(ctx.signal);
  },
};

function parse(input: CommandInput, ctx: CommandContext): OssServerOptions {
  const dir = given(input, 'dir');
  if (dir === undefined) throw new AlluxioError('USAGE', 'Missing required option: dir', { exitStatus: 1 });
  const [host, region] = [given(input, 'host'), given(input, 'region')];
  const credentials = credentialsOf(input, ctx);
  return {
    dir: ctx.localPath(dir),
    port: portOf(text(input, 'port')),
    buckets: texts(input, 'bucket'),
    faults: flag(input, 'faults'),
    ...(host === undefined ? {} : { host }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** An empty value is as a rule a variable of a script that was not set. @throws USAGE */
function given(input: CommandInput, name: string): string | undefined {
  const value = text(input, name);
  if (value?.trim() === '') throw new AlluxioError('USAGE', `Option --${name} is empty`, { exitStatus: 1 });
  return value;
}

function portOf(given: string | undefined): number {
  if (given === undefined) return DEFAULT_PORT;
  if (/^\d{1,5}$/.test(given) && Number(given) <= MAX_PORT) return Number(given);
  throw new AlluxioError('USAGE', `${given} is not a port; use 0 to ${MAX_PORT}`, { exitStatus: 1 });
}

function credentialsOf(input: CommandInput, ctx: CommandContext): OssServerOptions['credentials'] {
  const [accessKeyId, secret] = [given(input, 'access-key-id'), given(input, 'access-key-secret')];
  if (accessKeyId === undefined && secret === undefined) return undefined;
  if (accessKeyId === undefined || secret === undefined) {
    throw new AlluxioError('USAGE', 'Options --access-key-id and --access-key-secret go together', { exitStatus: 1 });
  }
  return { accessKeyId, accessKeySecret: resolveSecret(secret, 'access-key-secret', ctx.env) };
}
