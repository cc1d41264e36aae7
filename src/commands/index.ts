/** Every command, by the name that is typed. A command's file is loaded when it is called, and only then. */
import type { CommandGroup, CommandSpec } from './command.ts';

export type CommandLoader = () => Promise<{ readonly command: CommandSpec }>;
type CommandList = Readonly<Record<string, CommandLoader>>;
export type CommandLists = Readonly<Partial<Record<CommandGroup, CommandList>>>;

const TOP: CommandList = {
  __complete: async () => ({ command: (await import('./completion/complete.ts')).completeCommand(() => COMMANDS) }),
  'alluxio-monitor.sh': () => import('./alluxio-monitor.ts'),
  'alluxio-start.sh': () => import('./alluxio-start.ts'),
  'alluxio-stop.sh': () => import('./alluxio-stop.ts'),
  bootstrapConf: () => import('./bootstrapConf.ts'),
  collectInfo: () => import('./collectInfo.ts'),
  completion: () => import('./completion.ts'),
  format: () => import('./format.ts'),
  formatJournal: () => import('./formatJournal.ts'),
  formatMaster: () => import('./formatMaster.ts'),
  formatMasters: () => import('./formatMasters.ts'),
  formatWorker: () => import('./formatWorker.ts'),
  fsck: () => import('./fsck.ts'),
  getConf: () => import('./getConf.ts'),
  killAll: () => import('./killAll.ts'),
  'launch-process': () => import('./launch-process.ts'),
  logLevel: () => import('./logLevel.ts'),
  ossServer: () => import('./ossServer.ts'),
  readJournal: () => import('./readJournal.ts'),
  runTest: () => import('./runTest.ts'),
  runTests: () => import('./runTests.ts'),
  runUfsTests: () => import('./runUfsTests.ts'),
  validateConf: () => import('./validateConf.ts'),
  validateEnv: () => import('./validateEnv.ts'),
  version: () => import('./version.ts'),
};

const FS: CommandList = {
  '-': () => import('./fs/script.ts'),
  cat: () => import('./fs/cat.ts'),
  checkConsistency: () => import('./fs/checkConsistency.ts'),
  checksum: () => import('./fs/checksum.ts'),
  chgrp: () => import('./fs/chgrp.ts'),
  chmod: () => import('./fs/chmod.ts'),
  chown: () => import('./fs/chown.ts'),
  copyFromLocal: () => import('./fs/copyFromLocal.ts'),
  copyToLocal: () => import('./fs/copyToLocal.ts'),
  count: () => import('./fs/count.ts'),
  cp: () => import('./fs/cp.ts'),
  distributedCp: () => import('./fs/distributedCp.ts'),
  distributedLoad: () => import('./fs/distributedLoad.ts'),
  distributedMv: () => import('./fs/distributedMv.ts'),
  du: () => import('./fs/du.ts'),
  free: () => import('./fs/free.ts'),
  freeWorker: () => import('./fs/freeWorker.ts'),
  getCapacityBytes: () => import('./fs/getCapacityBytes.ts'),
  getSyncPathList: () => import('./fs/getSyncPathList.ts'),
  getUsedBytes: () => import('./fs/getUsedBytes.ts'),
  getfacl: () => import('./fs/getfacl.ts'),
  head: () => import('./fs/head.ts'),
  help: async () => ({ command: (await import('./fs/help.ts')).helpCommand(() => FS) }),
  leader: () => import('./fs/leader.ts'),
  load: () => import('./fs/load.ts'),
  loadMetadata: () => import('./fs/loadMetadata.ts'),
  location: () => import('./fs/location.ts'),
  log: () => import('./fs/log.ts'),
  ls: () => import('./fs/ls.ts'),
  masterInfo: () => import('./fs/masterInfo.ts'),
  mkdir: () => import('./fs/mkdir.ts'),
  mount: () => import('./fs/mount.ts'),
  mv: () => import('./fs/mv.ts'),
  needsSync: () => import('./fs/needsSync.ts'),
  pending: () => import('./fs/pending.ts'),
  persist: () => import('./fs/persist.ts'),
  pin: () => import('./fs/pin.ts'),
  rm: () => import('./fs/rm.ts'),
  setDirectChildrenLoaded: () => import('./fs/setDirectChildrenLoaded.ts'),
  setReplication: () => import('./fs/setReplication.ts'),
  setTtl: () => import('./fs/setTtl.ts'),
  setfacl: () => import('./fs/setfacl.ts'),
  startSync: () => import('./fs/startSync.ts'),
  stat: () => import('./fs/stat.ts'),
  stopSync: () => import('./fs/stopSync.ts'),
  tail: () => import('./fs/tail.ts'),
  test: () => import('./fs/test.ts'),
  touch: () => import('./fs/touch.ts'),
  umount: () => import('./fs/unmount.ts'),
  undo: () => import('./fs/undo.ts'),
  unmount: () => import('./fs/unmount.ts'),
  unpin: () => import('./fs/unpin.ts'),
  unsetTtl: () => import('./fs/unsetTtl.ts'),
  updateMount: () => import('./fs/updateMount.ts'),
  wait: () => import('./fs/wait.ts'),
};

const FSADMIN: CommandList = {
  backup: () => import('./fsadmin/backup.ts'),
  doctor: () => import('./fsadmin/doctor.ts'),
  getBlockInfo: () => import('./fsadmin/getBlockInfo.ts'),
  journal: () => import('./fsadmin/journal.ts'),
  metrics: () => import('./fsadmin/metrics.ts'),
  pathConf: () => import('./fsadmin/pathConf.ts'),
  report: () => import('./fsadmin/report.ts'),
  statelock: () => import('./fsadmin/statelock.ts'),
  ufs: () => import('./fsadmin/ufs.ts'),
  updateConf: () => import('./fsadmin/updateConf.ts'),
};

const JOB: CommandList = {
  cancel: () => import('./job/cancel.ts'),
  getCmdStatus: () => import('./job/getCmdStatus.ts'),
  leader: () => import('./job/leader.ts'),
  ls: () => import('./job/ls.ts'),
  stat: () => import('./job/stat.ts'),
};

export const COMMANDS = { top: TOP, fs: FS, fsadmin: FSADMIN, job: JOB } as const satisfies CommandLists;

/** Commands that never look at the configuration, and so need not wait for it. */
export const UNCONFIGURED: readonly string[] = ['completion', 'ossServer', 'version'];

/** Alluxio's commands that make no sense without a JVM, Hive, HDFS or several hosts, by group: one line that says why. */
export const DROPPED: Readonly<Partial<Record<CommandGroup, Readonly<Record<string, string>>>>> = {
  top: {
    clearCache: 'clearCache drops the caches of the operating system, which is not our business. To drop cached data, use "alluxio fs free".',
    copyDir: 'copyDir distributes files to many hosts; this is one host.',
    docGen: "docGen writes tables of Alluxio's own documentation; nothing to do here.",
    extensions: 'extensions loads Java archives; the storages are built in.',
    runClass: 'runClass runs a Java class; there is no Java here.',
    runHdfsMountTests: 'runHdfsMountTests probes HDFS, which is not supported.',
    runHmsTests: 'runHmsTests probes a Hive metastore, which is not supported.',
    runJournalCrashTest: "runJournalCrashTest kills Java masters; the crash tests of this software run with 'npm test'.",
    runMesosTest: 'runMesosTest needs Mesos, which is not supported.',
    table: 'table is the catalog service for Hive, which is not supported.',
    upgradeJournal: 'upgradeJournal converts journals of Alluxio before 1.5; none can exist here.',
  },
  fsadmin: {
    decommissionWorker: 'decommissionWorker takes one of many workers out of service; there is one cache here. To drop what it holds, use "alluxio fs freeWorker".',
    enableWorker: 'enableWorker takes a decommissioned worker back; there is one cache here, always in service.',
    nameservice: 'nameservice manages the names of several clusters; there is one here.',
  },
};
