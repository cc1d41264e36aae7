/** Directories, the process itself, security, web and the ports of servers that do not exist here. */
import type { PropertySpec } from './property.ts';

export const PROCESS_PROPERTIES: readonly PropertySpec[] = [
  { key: 'alluxio.home', type: 'string', computed: 'the directory in which the software is installed', scope: 'ALL', help: 'Install directory.' },
  {
    key: 'alluxio.work.dir', type: 'string', default: '${alluxio.home}', scope: 'ALL',
    help: 'Base of all state: journal, cache, default root under storage, logs. An installation by npm uses ~/.alluxio.',
  },
  {
    key: 'alluxio.conf.dir', type: 'string', default: '${alluxio.home}/conf', scope: 'ALL', notInFile: true,
    help: 'Directory of alluxio-site.properties and alluxio-env.sh; set it with ALLUXIO_CONF_DIR.',
  },
  {
    key: 'alluxio.site.conf.dir', type: 'list', computed: '${alluxio.conf.dir}/,<home>/.alluxio/,/etc/alluxio/', scope: 'ALL', notInFile: true,
    help: 'Directories searched for alluxio-site.properties; the first file found is used alone.',
  },
  { key: 'alluxio.logs.dir', type: 'string', default: '${alluxio.work.dir}/logs', scope: 'ALL', notInFile: true, help: 'Logs of master and worker.' },
  { key: 'alluxio.user.logs.dir', type: 'string', default: '${alluxio.logs.dir}/user', scope: 'CLIENT', notInFile: true, help: 'Logs of the shell.' },
  { key: 'alluxio.tmp.dirs', type: 'list', default: '/tmp', scope: 'SERVER', help: 'Where data that cannot be streamed is buffered.' },
  { key: 'alluxio.debug', type: 'boolean', default: 'false', scope: 'SERVER', accepted: true, help: 'Extra logging and extra columns in the web UI.' },
  { key: 'alluxio.test.mode', type: 'boolean', default: 'false', scope: 'ALL', help: 'Internal: when true, no site file is read.' },
  { key: 'alluxio.conf.validation.enabled', type: 'boolean', default: 'true', scope: 'ALL', help: 'Check the configuration before it is used.' },
  {
    key: 'alluxio.conf.dynamic.update.enabled', type: 'boolean', default: 'false', scope: 'SERVER', accepted: true,
    help: 'Allow `fsadmin updateConf` to change properties of a running master.',
  },
  { key: 'alluxio.version', type: 'string', computed: 'the version of this software', scope: 'ALL', notInFile: true, help: 'Version; read only.' },
  { key: 'alluxio.extensions.dir', type: 'string', default: '${alluxio.home}/extensions', scope: 'SERVER', accepted: true, help: 'Directory of plug-in jars; storages are built in here.' },
  {
    key: 'alluxio.network.host.resolution.timeout', type: 'duration', default: '5sec', aliases: ['alluxio.network.host.resolution.timeout.ms'],
    scope: 'ALL', accepted: true, help: 'Time allowed to resolve a host name.',
  },

  {
    key: 'alluxio.security.authentication.type', type: 'enum', default: 'SIMPLE', values: ['NOSASL', 'SIMPLE', 'CUSTOM'], scope: 'ALL', accepted: true,
    help: 'How a user proves who he is; SIMPLE trusts the operating system.',
  },
  { key: 'alluxio.security.authorization.permission.enabled', type: 'boolean', default: 'true', scope: 'ALL', help: 'Enforce permission bits and ACLs.' },
  { key: 'alluxio.security.authorization.permission.supergroup', type: 'string', default: 'supergroup', scope: 'MASTER', help: 'Members of this group may do anything.' },
  { key: 'alluxio.security.authorization.permission.umask', type: 'string', default: '022', scope: 'ALL', help: 'Octal bits that new files and directories do not get.' },
  { key: 'alluxio.security.login.username', type: 'string', scope: 'CLIENT', help: 'Acting user; the user of the operating system when unset.' },
  { key: 'alluxio.security.login.impersonation.username', type: 'string', default: '_HDFS_USER_', scope: 'CLIENT', accepted: true, help: 'User to impersonate.' },
  {
    key: 'alluxio.security.group.mapping.class', type: 'string', default: 'alluxio.security.group.provider.ShellBasedUnixGroupsMapping', scope: 'ALL',
    help: 'How the groups of a user are found: from the operating system, or, with alluxio.security.group.provider.IdentityUserGroupsMapping, one group of the user\'s name.',
  },
  {
    key: 'alluxio.security.group.mapping.cache.timeout', type: 'duration', default: '1min', aliases: ['alluxio.security.group.mapping.cache.timeout.ms'],
    scope: 'ALL', accepted: true, help: 'How long the groups of a user are remembered.',
  },

  { key: 'alluxio.web.cors.enabled', type: 'boolean', default: 'false', scope: 'SERVER', help: 'Let pages of other origins read the JSON API.' },
  { key: 'alluxio.web.file.info.enabled', type: 'boolean', default: 'true', scope: 'SERVER', help: 'Show files, cached data and logs in the web UI.' },
  { key: 'alluxio.web.refresh.interval', type: 'duration', default: '15s', scope: 'SERVER', help: 'Period of the web UI\'s auto refresh.' },
  { key: 'alluxio.web.ui.enabled', type: 'boolean', default: 'true', scope: 'SERVER', help: 'Serve the web UI.' },
  { key: 'alluxio.fuse.logging.threshold', type: 'duration', default: '10s', scope: 'CLIENT', accepted: true, help: 'Log FUSE calls slower than this.' },

  { key: 'alluxio.zookeeper.enabled', type: 'boolean', default: 'false', scope: 'ALL', accepted: true, help: 'Elect a leading master with ZooKeeper; one node needs none.' },
  { key: 'alluxio.zookeeper.address', type: 'string', scope: 'ALL', accepted: true, help: 'Addresses of ZooKeeper.' },

  { key: 'alluxio.job.master.hostname', type: 'string', default: '${alluxio.master.hostname}', scope: 'ALL', accepted: true, help: 'Host of the job master.' },
  { key: 'alluxio.job.master.job.capacity', type: 'integer', default: '100000', scope: 'MASTER', help: 'Number of finished jobs that are remembered.' },
  { key: 'alluxio.job.master.rpc.port', type: 'integer', default: '20001', scope: 'ALL', accepted: true, help: 'RPC port of the job master.' },
  { key: 'alluxio.job.master.web.port', type: 'integer', default: '20002', scope: 'MASTER', accepted: true, help: 'Web port of the job master.' },
  { key: 'alluxio.job.master.embedded.journal.port', type: 'integer', default: '20003', scope: 'ALL', accepted: true, help: 'Raft port of the job master.' },
  { key: 'alluxio.job.worker.rpc.port', type: 'integer', default: '30001', scope: 'ALL', accepted: true, help: 'RPC port of the job worker.' },
  { key: 'alluxio.job.worker.data.port', type: 'integer', default: '30002', scope: 'ALL', accepted: true, help: 'Data port of the job worker.' },
  { key: 'alluxio.job.worker.web.port', type: 'integer', default: '30003', scope: 'WORKER', accepted: true, help: 'Web port of the job worker.' },
  { key: 'alluxio.proxy.web.port', type: 'integer', default: '39999', scope: 'SERVER', accepted: true, help: 'Port of the REST and S3 proxy.' },
  { key: 'alluxio.fuse.web.port', type: 'integer', default: '49999', scope: 'CLIENT', accepted: true, help: 'Web port of FUSE.' },
  { key: 'alluxio.logserver.hostname', type: 'string', scope: 'SERVER', accepted: true, notInFile: true, help: 'Host of the log server.' },
  { key: 'alluxio.logserver.port', type: 'integer', default: '45600', scope: 'SERVER', accepted: true, notInFile: true, help: 'Port of the log server.' },
  { key: 'alluxio.logserver.logs.dir', type: 'string', default: '${alluxio.work.dir}/logs', scope: 'SERVER', accepted: true, notInFile: true, help: 'Where the log server writes.' },
];
