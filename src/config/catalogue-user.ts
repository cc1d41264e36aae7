/** What the shell does for the user. All of these may also be set for a path. */
import type { PropertySpec } from './property.ts';

export const USER_PROPERTIES: readonly PropertySpec[] = [
  { key: 'alluxio.user.block.size.bytes.default', type: 'size', default: '64MB', scope: 'CLIENT', help: 'Block size of new files.' },
  {
    key: 'alluxio.user.file.writetype.default', type: 'enum', default: 'ASYNC_THROUGH', values: ['MUST_CACHE', 'CACHE_THROUGH', 'THROUGH', 'ASYNC_THROUGH', 'TRY_CACHE', 'NONE'],
    scope: 'CLIENT', help: 'Where new files go: the cache, the under storage, or both.',
  },
  { key: 'alluxio.user.file.readtype.default', type: 'enum', default: 'CACHE', values: ['CACHE', 'CACHE_PROMOTE', 'NO_CACHE'], scope: 'CLIENT', help: 'Whether reading fills the cache.' },
  {
    key: 'alluxio.user.file.metadata.load.type', type: 'enum', default: 'ONCE', values: ['ONCE', 'ALWAYS', 'NEVER'], scope: 'CLIENT',
    help: 'When the under storage is asked for entries that are not known yet.',
  },
  {
    key: 'alluxio.user.file.metadata.sync.interval', type: 'duration', default: '-1', scope: 'CLIENT',
    help: 'How old metadata may be before it is compared with the under storage: -1 never, 0 always.',
  },
  { key: 'alluxio.user.file.create.ttl', type: 'duration', default: '-1', scope: 'CLIENT', help: 'Time to live of new files; -1 is for ever.' },
  {
    key: 'alluxio.user.file.create.ttl.action', type: 'enum', default: 'FREE', values: ['DELETE', 'FREE', 'DELETE_ALLUXIO'], scope: 'CLIENT',
    help: 'What happens at its end: FREE drops the cached copy, DELETE deletes in the under storage too.',
  },
  { key: 'alluxio.user.file.persist.on.rename', type: 'boolean', default: 'false', scope: 'CLIENT', help: 'Persist what is renamed.' },
  { key: 'alluxio.user.file.persistence.initial.wait.time', type: 'duration', default: '0', scope: 'CLIENT', help: 'Pause before a new file is persisted; -1 waits for a rename or a `persist`.' },
  { key: 'alluxio.user.file.delete.unchecked', type: 'boolean', default: 'false', scope: 'CLIENT', help: 'Delete directories without comparing them with the under storage first.' },
  { key: 'alluxio.user.file.replication.min', type: 'integer', default: '0', scope: 'CLIENT', accepted: true, help: 'Fewest cached copies of a block; one node keeps at most one.' },
  { key: 'alluxio.user.file.replication.max', type: 'integer', default: '-1', scope: 'CLIENT', accepted: true, help: 'Most cached copies of a block; -1 is unlimited.' },
  { key: 'alluxio.user.file.replication.durable', type: 'integer', default: '1', scope: 'CLIENT', accepted: true, help: 'Copies of a block that is not persisted yet.' },
  { key: 'alluxio.user.file.buffer.bytes', type: 'size', default: '8MB', scope: 'CLIENT', accepted: true, help: 'Buffer of a stream.' },
  { key: 'alluxio.user.file.reserved.bytes', type: 'size', default: '${alluxio.user.block.size.bytes.default}', scope: 'CLIENT', accepted: true, help: 'Cache space asked for at a time.' },
  { key: 'alluxio.user.file.write.tier.default', type: 'integer', default: '0', scope: 'CLIENT', help: 'First tier to write to; negative counts from the bottom.' },
  { key: 'alluxio.user.file.target.media', type: 'string', scope: 'CLIENT', accepted: true, help: 'Preferred medium of new files.' },
  { key: 'alluxio.user.file.ufs.tier.enabled', type: 'boolean', default: 'false', scope: 'CLIENT', accepted: true, help: 'Use the under storage when the cache is full.' },
  { key: 'alluxio.user.file.passive.cache.enabled', type: 'boolean', default: 'true', scope: 'CLIENT', accepted: true, help: 'Cache on this node what is read from another.' },
  { key: 'alluxio.user.file.waitcompleted.poll', type: 'duration', default: '1sec', aliases: ['alluxio.user.file.waitcompleted.poll.ms'], scope: 'CLIENT', accepted: true, help: 'Period in which an unfinished file is looked at again.' },
  {
    key: 'alluxio.user.file.copyfromlocal.block.location.policy.class', type: 'string', default: 'alluxio.client.block.policy.RoundRobinPolicy', scope: 'CLIENT', accepted: true,
    help: 'Choice of the worker for copied files; there is one.',
  },
  { key: 'alluxio.user.date.format.pattern', type: 'string', default: 'MM-dd-yyyy HH:mm:ss:SSS', scope: 'ALL', help: 'How dates are shown.' },
  { key: 'alluxio.user.conf.cluster.default.enabled', type: 'boolean', default: 'true', scope: 'CLIENT', accepted: true, help: 'Take defaults from the master.' },
  { key: 'alluxio.user.conf.sync.interval', type: 'duration', default: '1min', scope: 'CLIENT', accepted: true, help: 'How often these are refreshed.' },
  { key: 'alluxio.user.rpc.retry.base.sleep', type: 'duration', default: '50ms', aliases: ['alluxio.user.rpc.retry.base.sleep.ms'], scope: 'CLIENT', accepted: true, help: 'First pause before a call is repeated.' },
  { key: 'alluxio.user.rpc.retry.max.sleep', type: 'duration', default: '3sec', aliases: ['alluxio.user.rpc.retry.max.sleep.ms'], scope: 'CLIENT', accepted: true, help: 'Longest of these pauses.' },
  { key: 'alluxio.user.rpc.retry.max.duration', type: 'duration', default: '2min', scope: 'CLIENT', accepted: true, help: 'A failing call is given up after this.' },
  { key: 'alluxio.user.short.circuit.enabled', type: 'boolean', default: 'true', scope: 'CLIENT', accepted: true, help: 'Read cached blocks straight from disk; always so here.' },
  { key: 'alluxio.user.client.cache.enabled', type: 'boolean', default: 'false', scope: 'CLIENT', accepted: true, help: 'Cache pages in the client.' },
  { key: 'alluxio.user.client.cache.dirs', type: 'list', default: '/tmp/alluxio_cache', scope: 'CLIENT', accepted: true, help: 'Directories of the page cache.' },
  { key: 'alluxio.user.client.cache.size', type: 'list', default: '512MB', scope: 'CLIENT', accepted: true, help: 'Size of the page cache.' },
  { key: 'alluxio.user.client.cache.page.size', type: 'size', default: '1MB', scope: 'CLIENT', accepted: true, help: 'Size of its pages.' },
  { key: 'alluxio.user.metadata.cache.enabled', type: 'boolean', default: 'false', scope: 'CLIENT', accepted: true, help: 'Cache metadata in the client.' },
  { key: 'alluxio.user.logging.threshold', type: 'duration', default: '10s', scope: 'CLIENT', accepted: true, help: 'Log calls slower than this.' },
  { key: 'alluxio.user.skip.authority.check', type: 'boolean', default: 'false', scope: 'CLIENT', help: 'Do not compare the host in alluxio://host:port/… with the configured master.' },

  {
    key: 'alluxio.user.shell.error.stream', type: 'enum', default: 'stderr', values: ['stderr', 'stdout'], scope: 'CLIENT',
    help: 'Where error messages of the shell go; stdout is what Alluxio did.',
  },
  { key: 'alluxio.user.lease.wait.timeout', type: 'duration', default: '10s', scope: 'CLIENT', help: 'How long a command waits for a path on which another process works.' },
  { key: 'alluxio.user.transfer.threads', type: 'integer', computed: '8 × CPUs, at least 32', scope: 'CLIENT', help: 'Transfers that run at a time: files and parts together.' },
  { key: 'alluxio.user.transfer.memory', type: 'size', default: '64MB', scope: 'CLIENT', help: 'Most memory for the buffers of all transfers.' },
  { key: 'alluxio.user.trash.interval', type: 'duration', default: '0', scope: 'CLIENT', help: 'How long deleted files stay in the trash; 0 deletes at once.' },
];
