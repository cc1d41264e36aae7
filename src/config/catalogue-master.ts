/** Root mount, master, journal and metadata store. */
import type { PropertySpec } from './property.ts';

const LOAD_LEVELS = ['active', 'stressed', 'overloaded'] as const;
const LOAD_LIMITS = [
  { measure: 'cpu.load.ratio', type: 'double', limits: ['0.5', '0.8', '0.95'] },
  { measure: 'heap.used.ratio', type: 'double', limits: ['0.5', '0.8', '0.9'] },
  { measure: 'heap.gc.time', type: 'duration', limits: ['1sec', '5sec', '10sec'] },
  { measure: 'rpc.queue.size', type: 'integer', limits: ['50000', '100000', '150000'] },
] as const;

function loadLimits(): PropertySpec[] {
  return LOAD_LIMITS.flatMap(({ measure, type, limits }) =>
    LOAD_LEVELS.map((level, index) => ({
      key: `alluxio.master.throttle.${level}.${measure}`, type, default: limits[index] ?? '', scope: 'MASTER' as const, accepted: true as const,
      help: `From this ${measure} on, the master counts as ${level}.`,
    })),
  );
}

const GLOBAL_TIERS = ['MEM', 'SSD', 'HDD'];

export const MASTER_PROPERTIES: readonly PropertySpec[] = [
  {
    key: 'alluxio.master.mount.table.root.ufs', type: 'string', default: '${alluxio.work.dir}/underFSStorage', aliases: ['alluxio.underfs.address'], scope: 'MASTER',
    help: 'Under storage at /: oss://<bucket>/<directory> or an absolute local path.',
  },
  { key: 'alluxio.master.mount.table.root.alluxio', type: 'string', default: '/', scope: 'MASTER', accepted: true, help: 'Where the root mount sits.' },
  { key: 'alluxio.master.mount.table.root.readonly', type: 'boolean', default: 'false', scope: 'MASTER', help: 'Nothing may be written below the root mount.' },
  { key: 'alluxio.master.mount.table.root.shared', type: 'boolean', default: 'true', scope: 'MASTER', accepted: true, help: 'Whether all users share the root mount; really decided by alluxio.underfs.object.store.mount.shared.publicly.' },
  { key: 'alluxio.master.hostname', type: 'string', scope: 'ALL', help: 'Host of the master; localhost when unset.' },
  { key: 'alluxio.master.rpc.port', type: 'integer', default: '19998', aliases: ['alluxio.master.port'], scope: 'ALL', help: 'RPC port of the master.' },
  { key: 'alluxio.master.rpc.addresses', type: 'list', scope: 'ALL', accepted: true, help: 'Addresses of several masters.' },
  { key: 'alluxio.master.web.port', type: 'integer', default: '19999', scope: 'MASTER', help: 'Web port of the master.' },
  { key: 'alluxio.master.web.bind.host', type: 'string', default: '127.0.0.1', scope: 'MASTER', help: 'Address on which the master\'s web port listens; 0.0.0.0 for all of the machine.' },
  { key: 'alluxio.master.embedded.journal.port', type: 'integer', default: '19200', scope: 'ALL', accepted: true, help: 'Raft port of the master.' },
  { key: 'alluxio.master.whitelist', type: 'list', default: '/', scope: 'MASTER', accepted: true, help: 'Path prefixes that may be cached.' },
  { key: 'alluxio.master.audit.logging.enabled', type: 'boolean', default: 'false', scope: 'MASTER', help: 'A running master logs who changed what in master_audit.log.' },
  { key: 'alluxio.master.worker.timeout', type: 'duration', default: '5min', aliases: ['alluxio.master.worker.timeout.ms'], scope: 'MASTER', help: 'A worker that is silent for longer counts as lost.' },
  { key: 'alluxio.master.worker.connect.wait.time', type: 'duration', default: '5sec', scope: 'MASTER', help: 'How long a starting master waits for workers.' },
  { key: 'alluxio.master.standby.heartbeat.interval', type: 'duration', default: '2min', scope: 'MASTER', accepted: true, help: 'Period of a standby master\'s heartbeat.' },
  { key: 'alluxio.master.heartbeat.timeout', type: 'duration', default: '10min', scope: 'MASTER', accepted: true, help: 'A standby master that is silent for longer counts as lost.' },
  { key: 'alluxio.standby.master.web.enabled', type: 'boolean', default: 'false', scope: 'MASTER', accepted: true, help: 'Standby masters serve the web UI.' },
  ...loadLimits(),
  { key: 'alluxio.master.ufs.path.cache.capacity', type: 'integer', default: '100000', scope: 'MASTER', accepted: true, help: 'Paths known to be absent from the under storage.' },
  { key: 'alluxio.master.ufs.path.cache.threads', type: 'integer', default: '64', scope: 'MASTER', accepted: true, help: 'Threads that keep that knowledge; 0 switches it off.' },
  { key: 'alluxio.master.ufs.managed.blocking.enabled', type: 'boolean', scope: 'MASTER', accepted: true, help: 'Let under storage calls use extra threads.' },
  {
    key: 'alluxio.master.ttl.checker.interval', type: 'duration', default: '1hour', aliases: ['alluxio.master.ttl.checker.interval.ms'], scope: 'MASTER',
    help: 'Period in which a running master looks for expired files.',
  },
  {
    key: 'alluxio.master.ufs.active.sync.interval', type: 'duration', default: '30sec', scope: 'MASTER',
    help: 'How old metadata below a sync point may be before whoever comes by compares it with the under storage.',
  },
  { key: 'alluxio.master.ufs.active.sync.initial.sync.enabled', type: 'boolean', default: 'true', scope: 'MASTER', help: 'startSync compares the whole tree at once.' },
  { key: 'alluxio.master.persistence.checker.interval', type: 'duration', default: '1s', scope: 'MASTER', help: 'Period in which finished persists are noted.' },
  { key: 'alluxio.master.persistence.scheduler.interval', type: 'duration', default: '1s', scope: 'MASTER', help: 'Period in which persists are started.' },
  { key: 'alluxio.master.persistence.initial.interval', type: 'duration', default: '1s', scope: 'MASTER', help: 'First pause before a failed persist is tried again.' },
  { key: 'alluxio.master.persistence.max.interval', type: 'duration', default: '1hr', scope: 'MASTER', help: 'Longest of these pauses.' },
  { key: 'alluxio.master.persistence.max.total.wait.time', type: 'duration', default: '1day', scope: 'MASTER', help: 'A persist that keeps failing is given up after this.' },
  { key: 'alluxio.master.persistence.blacklist', type: 'list', scope: 'MASTER', help: 'Files whose path contains one of these texts are never persisted by themselves.' },
  { key: 'alluxio.master.unsafe.direct.persist.object.enabled', type: 'boolean', default: 'true', scope: 'MASTER', help: 'Persist straight to the final object on object stores.' },
  { key: 'alluxio.master.async.persist.size.validation', type: 'boolean', default: 'true', scope: 'MASTER', help: 'Compare sizes after a persist.' },
  { key: 'alluxio.master.file.access.time.update.precision', type: 'duration', default: '1d', scope: 'MASTER', help: 'Reading moves the access time only when it is older than this.' },
  { key: 'alluxio.master.update.check.enabled', type: 'boolean', default: 'true', scope: 'MASTER', accepted: true, help: 'Look for a newer version; never done here.' },
  { key: 'alluxio.master.update.check.interval', type: 'duration', default: '7day', scope: 'MASTER', accepted: true, help: 'Period of that look.' },
  { key: 'alluxio.master.tieredstore.global.levels', type: 'integer', default: '3', scope: 'MASTER', help: 'Number of tiers that exist.' },
  ...GLOBAL_TIERS.map((alias, level): PropertySpec => ({
    key: `alluxio.master.tieredstore.global.level${level}.alias`, type: 'string', default: alias, scope: 'MASTER', help: `Name of tier ${level}, fastest first.`,
  })),
  { key: 'alluxio.master.tieredstore.global.mediumtype', type: 'list', default: GLOBAL_TIERS.join(','), scope: 'MASTER', help: 'Media that `pin` knows.' },
  { key: 'alluxio.master.recursive.operation.journal.force.flush.max.entries', type: 'integer', default: '100', scope: 'MASTER', accepted: true, help: 'Flush cadence of recursive operations.' },
  { key: 'alluxio.master.skip.root.acl.check', type: 'boolean', default: 'false', scope: 'MASTER', accepted: true, notInFile: true, help: 'Do not check the owner of the root directory at start.' },

  { key: 'alluxio.master.journal.folder', type: 'string', default: '${alluxio.work.dir}/journal', scope: 'MASTER', help: 'Where the namespace is kept; it holds credentials and is private to its owner.' },
  { key: 'alluxio.master.journal.type', type: 'enum', default: 'EMBEDDED', values: ['EMBEDDED', 'UFS', 'NOOP'], scope: 'ALL', accepted: true, help: 'Kind of journal; always embedded here.' },
  { key: 'alluxio.master.journal.log.size.bytes.max', type: 'size', default: '10MB', scope: 'MASTER', accepted: true, help: 'A journal log is rolled at this size.' },
  { key: 'alluxio.master.journal.checkpoint.period.entries', type: 'integer', default: '2000000', scope: 'MASTER', help: 'Number of log entries that are kept.' },
  { key: 'alluxio.master.journal.flush.batch.time', type: 'duration', default: '100ms', aliases: ['alluxio.master.journal.flush.batch.time.ms'], scope: 'MASTER', accepted: true, help: 'Window in which changes are flushed together.' },
  { key: 'alluxio.master.journal.flush.timeout', type: 'duration', default: '5min', aliases: ['alluxio.master.journal.flush.timeout.ms'], scope: 'MASTER', accepted: true, help: 'How long flushing is tried again.' },
  { key: 'alluxio.master.journal.gc.period', type: 'duration', default: '2min', aliases: ['alluxio.master.journal.gc.period.ms'], scope: 'MASTER', accepted: true, help: 'Period in which old logs are removed.' },
  { key: 'alluxio.master.journal.gc.threshold', type: 'duration', default: '5min', aliases: ['alluxio.master.journal.gc.threshold.ms'], scope: 'MASTER', accepted: true, help: 'Age at which old logs are removed.' },
  {
    key: 'alluxio.master.journal.temporary.file.gc.threshold', type: 'duration', default: '30min', aliases: ['alluxio.master.journal.temporary.file.gc.threshold.ms'],
    scope: 'MASTER', accepted: true, help: 'Age at which temporary journal files are removed.',
  },
  { key: 'alluxio.master.journal.retry.interval', type: 'duration', default: '1sec', scope: 'MASTER', accepted: true, help: 'Pause before a journal write is tried again.' },
  { key: 'alluxio.master.journal.init.from.backup', type: 'string', scope: 'MASTER', help: 'Backup that fills an empty journal when the master starts.' },
  {
    key: 'alluxio.master.journal.backup.interval', type: 'duration', default: '-1', scope: 'MASTER',
    help: 'How often a running master writes what changed to alluxio.master.backup.directory/journal, from where it can be restored; negative: never.',
  },
  { key: 'alluxio.master.journal.space.monitor.interval', type: 'duration', default: '10min', scope: 'MASTER', accepted: true, help: 'Period in which the journal\'s disk space is checked.' },
  { key: 'alluxio.master.journal.space.monitor.percent.free.threshold', type: 'integer', default: '10', scope: 'MASTER', accepted: true, help: 'Warn when less than this share of the disk is free.' },
  { key: 'alluxio.master.format.file.prefix', type: 'string', default: '_format_', aliases: ['alluxio.master.format.file_prefix'], scope: 'MASTER', accepted: true, help: 'Name prefix of the file that marks a formatted journal.' },
  { key: 'alluxio.master.metastore', type: 'enum', default: 'ROCKS', values: ['ROCKS', 'HEAP'], scope: 'MASTER', accepted: true, help: 'Kind of metadata store; the journal is the store here.' },
  { key: 'alluxio.master.metastore.dir', type: 'string', default: '${alluxio.work.dir}/metastore', scope: 'MASTER', accepted: true, help: 'Directory of the metadata store.' },
  { key: 'alluxio.master.metastore.inode.inherit.owner.and.group', type: 'boolean', default: 'true', scope: 'MASTER', help: 'Entries that the under storage gives no owner take their parent\'s.' },
  { key: 'alluxio.master.backup.directory', type: 'string', default: '/alluxio_backups', scope: 'MASTER', help: 'Where metadata backups go.' },
  { key: 'alluxio.master.daily.backup.enabled', type: 'boolean', default: 'false', scope: 'MASTER', help: 'A running master makes a metadata backup every day.' },
  { key: 'alluxio.master.daily.backup.time', type: 'string', default: '05:00', scope: 'MASTER', help: 'When, as HH:mm in UTC.' },
  { key: 'alluxio.master.daily.backup.files.retained', type: 'integer', default: '3', scope: 'MASTER', help: 'Number of daily backups that are kept.' },
];
