/** What changes something: only with the token, which no page of another site has. */
import { AlluxioError } from '../../errors.ts';
import type { AttributeChange } from '../../filesystem/file-system.ts';
import { WRITE_TYPES } from '../../filesystem/file-system.ts';
import { UfsUri } from '../../uri.ts';
import { numberParam, paramsOf, pathParam } from '../params.ts';
import type { Params } from '../params.ts';
import type { Options } from './options.ts';
import { readOptions } from './options.ts';
import type { PathRequest } from './reading.ts';
import { statusInfo } from './reading.ts';

type Handler = (request: PathRequest) => Promise<Response>;

/** @throws INVALID_ARGUMENT */
function required(params: Params, name: string): string {
  const value = params.get(name) ?? '';
  if (value === '') throw new AlluxioError('INVALID_ARGUMENT', `The parameter ${name} is missing.`);
  return value;
}

function done(): Response {
  return new Response(null, { status: 204 });
}

export const WRITING: Readonly<Record<string, Handler>> = {
  'create-directory': async ({ c, site, path }) => {
    const options = await readOptions(c, ['recursive', 'allowExists', 'mode', 'writeType']);
    const { fs } = site.resident;
    if (options.flag('allowExists') === true && (await fs.entries.exists(path)) && (await fs.entries.status(path)).directory) return done();
    await fs.changes.makeDirectory(path, { recursive: options.flag('recursive') === true, ...writeType(options), ...mode(options) });
    return done();
  },
  'upload-file': async ({ c, site, path }) => {
    const params = paramsOf(c);
    const size = numberParam(params, 'size', Number(c.req.header('content-length') ?? Number.NaN));
    const given = params.get('writeType');
    const type = WRITE_TYPES.find((word) => word === given);
    if (given !== undefined && type === undefined) throw new AlluxioError('INVALID_ARGUMENT', `writeType must be one of ${WRITE_TYPES.join(', ')}.`);
    const body = c.env.incoming as AsyncIterable<Uint8Array>;
    await site.resident.fs.content.create(path, wholeBody(body, size), {
      ...(Number.isNaN(size) ? {} : { size }),
      ...(type === undefined ? {} : { writeType: type }),
      signal: c.req.raw.signal,
    });
    return c.json(statusInfo(await site.resident.fs.entries.status(path)), 201);
  },
  'delete': async ({ c, site, path }) => {
    const options = await readOptions(c, ['recursive', 'unchecked', 'alluxioOnly', 'deleteMountPoint', 'skipTrash']);
    await site.resident.fs.changes.delete(path, {
      recursive: options.flag('recursive') === true,
      trash: options.flag('skipTrash') !== true,
      ...optional('unchecked', options.flag('unchecked')),
      ...optional('alluxioOnly', options.flag('alluxioOnly')),
      ...optional('deleteMountPoint', options.flag('deleteMountPoint')),
    });
    return done();
  },
  'rename': async ({ c, site, path }) => {
    await readOptions(c, []);
    const params = paramsOf(c);
    required(params, 'dst');
    await site.resident.fs.changes.rename(path, pathParam(params, 'dst'));
    return done();
  },
  'free': async ({ c, site, path }) => {
    const options = await readOptions(c, ['recursive', 'forced']);
    await site.resident.fs.storage.free(path, { forced: options.flag('forced') === true });
    return done();
  },
  'persist': async ({ c, site, path }) => {
    await readOptions(c, []);
    await site.resident.fs.storage.persist(path, { signal: c.req.raw.signal });
    return done();
  },
  'set-attribute': async ({ c, site, path }) => {
    const options = await readOptions(c, ['recursive', 'pinned', 'owner', 'group', 'mode', 'ttl', 'ttlAction', 'replicationMin', 'replicationMax']);
    const ttl = options.number('ttl');
    const change: AttributeChange = {
      ...optional('recursive', options.flag('recursive')),
      ...optional('pinned', options.flag('pinned')),
      ...optional('owner', options.text('owner')),
      ...optional('group', options.text('group')),
      ...mode(options),
      ...optional('replicationMin', options.number('replicationMin')),
      ...optional('replicationMax', options.number('replicationMax')),
      ...(ttl === undefined ? {} : { ttl: { ms: ttl, action: options.choice('ttlAction', ['DELETE', 'FREE']) ?? 'DELETE' } }),
    };
    await site.resident.fs.changes.setAttributes(path, change);
    return done();
  },
  'mount': async ({ c, site, path }) => {
    const uri = UfsUri.parse(required(paramsOf(c), 'src'));
    const options = await readOptions(c, ['readOnly', 'shared', 'properties']);
    await site.resident.fs.mounts.mount(path, uri, { readOnly: options.flag('readOnly') === true, shared: options.flag('shared') === true, properties: options.texts('properties') });
    return done();
  },
  'unmount': async ({ c, site, path }) => {
    await readOptions(c, []);
    await site.resident.fs.mounts.unmount(path);
    return done();
  },
};

function writeType(options: Options): { writeType?: (typeof WRITE_TYPES)[number] } {
  return optional('writeType', options.choice('writeType', WRITE_TYPES));
}

function mode(options: Options): { mode?: number } {
  const value = options.number('mode');
  if (value !== undefined && (value < 0 || value > 0o777)) throw new AlluxioError('INVALID_ARGUMENT', 'mode must be between 0 and 511.');
  return optional('mode', value);
}

function optional<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: T });
}

/** A sender that hangs up in the middle must not leave a file of what came until then. @throws INVALID_ARGUMENT */
async function* wholeBody(body: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let came = 0;
  for await (const chunk of body) {
    came += chunk.length;
    yield chunk;
  }
  if (!Number.isNaN(size) && came !== size) throw new AlluxioError('INVALID_ARGUMENT', `The body has ${came} bytes instead of ${size}.`);
}
