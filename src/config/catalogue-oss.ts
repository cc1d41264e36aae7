/** Aliyun OSS and what holds for every under storage. */
import type { PropertySpec } from './property.ts';

export const UNDER_STORAGE_PROPERTIES: readonly PropertySpec[] = [
  { key: 'fs.oss.accessKeyId', type: 'string', scope: 'SERVER', credential: true, help: 'AccessKey id for OSS; `env:NAME` and `file:PATH` are looked up when it is used.' },
  { key: 'fs.oss.accessKeySecret', type: 'string', scope: 'SERVER', credential: true, help: 'AccessKey secret for OSS; `env:NAME` and `file:PATH` are looked up when it is used.' },
  { key: 'fs.oss.securityToken', type: 'string', scope: 'SERVER', credential: true, help: 'STS token that belongs to a temporary AccessKey; `env:NAME` and `file:PATH` work too.' },
  { key: 'fs.oss.endpoint', type: 'string', scope: 'SERVER', help: 'Endpoint of the bucket\'s region, such as oss-cn-shanghai.aliyuncs.com; with or without https:// or http://.' },
  { key: 'alluxio.underfs.oss.connection.max', type: 'integer', default: '1024', scope: 'SERVER', help: 'Most connections to OSS at a time.' },
  {
    key: 'alluxio.underfs.oss.connection.timeout', type: 'duration', default: '50sec', aliases: ['alluxio.underfs.oss.connection.timeout.ms'],
    scope: 'SERVER', help: 'Time allowed to connect to OSS.',
  },
  { key: 'alluxio.underfs.oss.connection.ttl', type: 'duration', default: '-1', scope: 'SERVER', accepted: true, help: 'Life of a pooled connection; -1 is unlimited.' },
  {
    key: 'alluxio.underfs.oss.socket.timeout', type: 'duration', default: '50sec', aliases: ['alluxio.underfs.oss.socket.timeout.ms'],
    scope: 'SERVER', help: 'Time that OSS may be silent while a request runs.',
  },
  { key: 'alluxio.underfs.oss.retry.max', type: 'integer', default: '3', scope: 'SERVER', help: 'How often a failed request to OSS is sent again.' },
  {
    key: 'alluxio.underfs.oss.path.style.access.enabled', type: 'boolean', scope: 'SERVER',
    help: 'Address buckets as <endpoint>/<bucket>; when unset, only for localhost and IP addresses.',
  },
  { key: 'alluxio.underfs.oss.region', type: 'string', scope: 'SERVER', help: 'Region for V4 signatures, such as cn-shanghai; when unset, taken from the endpoint\'s name.' },
  { key: 'alluxio.underfs.oss.sts.enabled', type: 'boolean', default: 'false', scope: 'SERVER', help: 'Use temporary credentials of the ECS instance\'s RAM role.' },
  { key: 'alluxio.underfs.oss.ecs.ram.role', type: 'string', scope: 'SERVER', help: 'Name of the RAM role of the ECS instance.' },
  {
    key: 'alluxio.underfs.oss.sts.ecs.metadata.service.endpoint', type: 'string', default: 'http://100.100.100.200/latest/meta-data/ram/security-credentials/',
    scope: 'SERVER', help: 'Where the temporary credentials come from.',
  },
  {
    key: 'alluxio.underfs.oss.sts.token.refresh.interval.ms', type: 'duration', default: '30m', scope: 'SERVER',
    help: 'Temporary credentials are renewed when this much of their life is left.',
  },
  { key: 'alluxio.underfs.oss.streaming.upload.enabled', type: 'boolean', default: 'false', scope: 'SERVER', accepted: true, help: 'Upload while writing; always so here.' },
  { key: 'alluxio.underfs.oss.streaming.upload.partition.size', type: 'size', default: '64MB', scope: 'SERVER', help: 'Bytes of one part of a multipart upload.' },
  { key: 'alluxio.underfs.oss.streaming.upload.threads', type: 'integer', default: '20', scope: 'SERVER', help: 'Most parts of one file that go up at a time.' },
  { key: 'alluxio.underfs.oss.intermediate.upload.clean.age', type: 'duration', default: '3day', scope: 'SERVER', help: 'Unfinished uploads, and temporary files of local storages, older than this are removed by "alluxio fsck --repair" and by the clean-up.' },
  { key: 'alluxio.underfs.object.store.streaming.upload.part.timeout', type: 'duration', scope: 'SERVER', help: 'Time allowed for the last parts of an upload; unlimited when unset.' },
  {
    key: 'alluxio.underfs.object.store.breadcrumbs.enabled', type: 'boolean', default: 'false', scope: 'SERVER',
    help: 'Write directory markers while listing; off, so that a listing writes nothing.',
  },
  { key: 'alluxio.underfs.object.store.mount.shared.publicly', type: 'boolean', default: 'false', scope: 'SERVER', help: 'Other users get the owner\'s permission bits on object stores.' },
  {
    key: 'alluxio.underfs.object.store.multi.range.chunk.size', type: 'size', default: '${alluxio.user.block.size.bytes.default}', scope: 'SERVER',
    help: 'Bytes asked for in one ranged read.',
  },
  { key: 'alluxio.underfs.object.store.service.threads', type: 'integer', default: '20', scope: 'SERVER', help: 'Deletes and copies that run in the object store at a time.' },
  { key: 'alluxio.underfs.object.store.skip.parent.directory.creation', type: 'boolean', default: 'true', scope: 'SERVER', help: 'Do not write markers of parent directories when a file is created.' },
  { key: 'alluxio.underfs.listing.length', type: 'integer', default: '1000', scope: 'SERVER', help: 'Entries asked for in one page of a listing; OSS gives at most 1000.' },
  { key: 'alluxio.underfs.cleanup.enabled', type: 'boolean', default: 'false', scope: 'SERVER', help: 'A running master removes writes that nobody finishes from the storages from time to time: multipart uploads, temporary files.' },
  { key: 'alluxio.underfs.cleanup.interval', type: 'duration', default: '1day', scope: 'SERVER', help: 'Period of that clean-up.' },
  {
    key: 'alluxio.underfs.eventual.consistency.retry.base.sleep', type: 'duration', default: '50ms',
    scope: 'SERVER', help: 'First pause before asking again for an object that should be there.',
  },
  {
    key: 'alluxio.underfs.eventual.consistency.retry.max.num', type: 'integer', default: '0', scope: 'SERVER',
    help: 'How often to ask again for an object that should be there; OSS is strongly consistent and needs none.',
  },
  {
    key: 'alluxio.underfs.eventual.consistency.retry.max.sleep', type: 'duration', default: '30sec',
    scope: 'SERVER', help: 'Longest of these pauses.',
  },
  { key: 'alluxio.underfs.logging.threshold', type: 'duration', default: '10s', scope: 'SERVER', help: 'Log calls to the under storage that are slower than this.' },
  { key: 'alluxio.underfs.io.threads', type: 'integer', computed: '3 × CPUs, at least 4', scope: 'WORKER', accepted: true, help: 'Threads for under storage work.' },
  { key: 'alluxio.underfs.persistence.async.temp.dir', type: 'string', default: '.alluxio_ufs_persistence', scope: 'ALL', help: 'Temporary folder of a persist that does not write the final object directly.' },
  { key: 'alluxio.underfs.strict.version.match.enabled', type: 'boolean', default: 'false', scope: 'SERVER', accepted: true, help: 'Concerns HDFS only.' },
  { key: 'alluxio.underfs.allow.set.owner.failure', type: 'boolean', default: 'false', scope: 'SERVER', accepted: true, help: 'Go on when the under storage refuses to set an owner; object stores keep none.' },
];
