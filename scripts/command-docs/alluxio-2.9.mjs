/** Every command of Alluxio 2.9, by group, and where ours differs. What is there is found out by asking our list. */

export const ALLUXIO_COMMANDS = {
  fs: [
    'cat', 'checkConsistency', 'checksum', 'chgrp', 'chmod', 'chown', 'copyFromLocal', 'copyToLocal', 'count', 'cp', 'distributedCp', 'distributedLoad', 'distributedMv',
    'du', 'free', 'freeWorker', 'getCapacityBytes', 'getUsedBytes', 'getfacl', 'getSyncPathList', 'head', 'help', 'leader', 'load', 'loadMetadata', 'location', 'ls',
    'masterInfo', 'mkdir', 'mount', 'mv', 'persist', 'pin', 'rm', 'setDirectChildrenLoaded', 'setReplication', 'setTtl', 'setfacl', 'startSync', 'stat', 'stopSync', 'tail',
    'test', 'touch', 'umount', 'unmount', 'unpin', 'unsetTtl', 'updateMount',
  ],
  top: [
    'alluxio-monitor.sh', 'alluxio-start.sh', 'alluxio-stop.sh', 'bootstrapConf', 'clearCache', 'collectInfo', 'copyDir', 'docGen', 'extensions', 'format', 'formatJournal', 'formatMaster', 'formatMasters', 'formatWorker', 'fs', 'fsadmin',
    'getConf', 'job', 'killAll', 'launch-process', 'logLevel', 'readJournal', 'runClass', 'runHdfsMountTests', 'runHmsTests', 'runJournalCrashTest', 'runMesosTest', 'runTest', 'runTests',
    'runUfsIOTest', 'runUfsTests', 'table', 'upgradeJournal', 'validateConf', 'validateEnv', 'version',
  ],
  fsadmin: [
    'backup', 'decommissionWorker', 'doctor', 'enableWorker', 'getBlockInfo', 'journal', 'metrics', 'pathConf', 'report', 'statelock', 'ufs', 'updateConf',
  ],
  job: ['cancel', 'getCmdStatus', 'leader', 'ls', 'stat'],
};

/** Errors are on stderr everywhere (README, "What differs"); here is what a command has besides. */
export const DIFFERENCES = {
  'fs persist': 'exits 255 when a file failed; 2.9 exits 0',
  'fs checkConsistency': 'exits 1 when it found differences; 2.9 exits 0',
  'fs distributedCp': 'works in this process; exits 255 when a file failed',
  'fs distributedLoad': 'works in this process; exits 255 when a file failed',
  'fs distributedMv': 'works in this process; exits 255 when a file failed',
  'fs load': '--submit loads in this process and returns when all is cached',
  'fs cp': '--buffersize stands in the usage, as in 2.9, and is refused, as in 2.9',
  'fs getCapacityBytes': 'counts the cache of this machine',
  'fs setTtl': 'on a terminal, says what will be deleted in the under storage',
};
