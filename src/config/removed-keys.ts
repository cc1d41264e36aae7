/** Keys that Alluxio 2.x gave up. Setting one is an error, so that nobody relies on what no longer happens. */

/** Gone with nothing in their place, by the version that dropped them. */
const REMOVED: Readonly<Record<string, readonly string[]>> = {
  'v2.0.0': [
    'alluxio.keyvalue.enabled', 'alluxio.keyvalue.partition.size.bytes.max', 'alluxio.master.client.socket.cleanup.interval', 'alluxio.master.connection.timeout',
    'alluxio.master.file.async.persist.handler', 'alluxio.master.lineage.checkpoint.class', 'alluxio.master.lineage.checkpoint.interval', 'alluxio.master.lineage.recompute.interval',
    'alluxio.master.lineage.recompute.log.path', 'alluxio.master.startup.consistency.check.enabled', 'alluxio.master.thrift.shutdown.timeout', 'alluxio.master.retry',
    'alluxio.master.worker.threads.max', 'alluxio.master.worker.threads.min', 'alluxio.network.netty.heartbeat.timeout', 'alluxio.network.thrift.frame.size.bytes.max',
    'alluxio.underfs.object.store.read.retry.base.sleep', 'alluxio.underfs.object.store.read.retry.max.num', 'alluxio.underfs.object.store.read.retry.max.sleep',
    'alluxio.underfs.s3a.consistency.timeout', 'alluxio.security.authentication.socket.timeout', 'alluxio.security.authentication.socket.timeout.ms',
    'alluxio.user.block.remote.reader.class', 'alluxio.user.block.remote.writer.class', 'alluxio.user.block.worker.client.pool.size.max', 'alluxio.user.block.worker.client.threads',
    'alluxio.user.failed.space.request.limits', 'alluxio.user.file.cache.partially.read.block', 'alluxio.user.file.seek.buffer.size.bytes', 'alluxio.user.heartbeat.interval',
    'alluxio.user.lineage.enabled', 'alluxio.user.lineage.master.client.threads', 'alluxio.user.local.reader.packet.size.bytes', 'alluxio.user.local.writer.packet.size.bytes',
    'alluxio.user.network.netty.channel.pool.disabled', 'alluxio.user.network.netty.channel.pool.gc.threshold', 'alluxio.user.network.netty.channel.pool.size.max',
    'alluxio.user.network.netty.channel.pool.size.min', 'alluxio.user.network.netty.reader.buffer.size.packets', 'alluxio.user.network.netty.reader.packet.size.bytes',
    'alluxio.user.network.netty.writer.buffer.size.packets', 'alluxio.user.network.netty.writer.close.timeout', 'alluxio.user.network.netty.writer.packet.size.bytes',
    'alluxio.user.network.socket.timeout', 'alluxio.user.rpc.retry.max.num.retry', 'alluxio.user.ufs.delegation.read.buffer.size.bytes', 'alluxio.user.ufs.delegation.write.buffer.size.bytes',
    'alluxio.user.ufs.file.reader.class', 'alluxio.user.ufs.file.writer.class', 'alluxio.web.temp.path', 'alluxio.worker.block.threads.max', 'alluxio.worker.block.threads.min',
    'alluxio.worker.data.bind.host', 'alluxio.worker.data.hostname', 'alluxio.worker.network.netty.async.cache.manager.threads.max', 'alluxio.worker.network.netty.backlog',
    'alluxio.worker.network.netty.block.reader.threads.max', 'alluxio.worker.network.netty.block.writer.threads.max', 'alluxio.worker.network.netty.buffer.receive',
    'alluxio.worker.network.netty.buffer.send', 'alluxio.worker.network.netty.file.transfer', 'alluxio.worker.network.netty.file.writer.threads.max',
    'alluxio.worker.network.netty.reader.buffer.size.packets', 'alluxio.worker.network.netty.rpc.threads.max', 'alluxio.worker.network.netty.shutdown.timeout',
    'alluxio.worker.network.netty.writer.buffer.size.packets', 'alluxio.worker.tieredstore.reserver.enabled', 'alluxio.worker.tieredstore.retry', 'fs.swift.use.public.url',
  ],
  'v2.1.0': [
    'alluxio.worker.filesystem.heartbeat.interval', 'alluxio.worker.file.persist.pool.size', 'alluxio.worker.file.persist.rate.limit', 'alluxio.worker.file.persist.rate.limit.enabled',
  ],
};

/** Replaced since v2.0.0, and by what. */
const REPLACED: Readonly<Record<string, string>> = {
  'alluxio.master.heartbeat.interval': 'alluxio.master.lost.worker.file.detection.interval',
  'alluxio.master.master.heartbeat.interval': 'alluxio.master.standby.heartbeat.interval',
  'alluxio.user.file.copyfromlocal.write.location.policy.class': 'alluxio.user.file.copyfromlocal.block.location.policy.class',
  'alluxio.user.file.write.avoid.eviction.policy.reserved.size.bytes': 'alluxio.user.block.avoid.eviction.policy.reserved.size.bytes',
  'alluxio.user.file.write.location.policy.class': 'alluxio.user.block.write.location.policy.class',
  'alluxio.user.hostname': 'alluxio.locality.node',
  'alluxio.user.network.netty.timeout': 'alluxio.user.streaming.data.timeout',
  'alluxio.worker.data.port': 'alluxio.worker.rpc.port',
  'fs.swift.apikey': 'fs.swift.password',
};

const RESERVED_RATIO = /^alluxio\.worker\.tieredstore\.level\d+\.reserved\.ratio$/;

/** Why the key is gone and what to use instead; undefined when it was never removed. */
export function removedHint(key: string): string | undefined {
  const replacement = REPLACED[key];
  if (replacement !== undefined) return `this property has been removed since v2.0.0, use ${replacement} instead.`;
  if (key === 'alluxio.master.journal.formatter.class') return 'v2.0 removed the ability to specify the master journal formatter';
  if (key === 'alluxio.test.removed.key') return 'This key is used only for testing. It is always removed';
  if (RESERVED_RATIO.test(key)) return 'The keys associated with this template have been removed';
  for (const [version, keys] of Object.entries(REMOVED)) {
    if (keys.includes(key)) return `this property has been removed since ${version}.`;
  }
  return undefined;
}

/** @returns the sheet's message when the key was removed. */
export function removedMessage(key: string): string | undefined {
  const hint = removedHint(key);
  return hint === undefined ? undefined : `${key} is no longer a valid property. ${hint}`;
}
