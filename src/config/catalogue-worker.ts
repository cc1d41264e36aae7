/** The block cache on local disks: tiers, quota, the worker's folders and ports. */
import type { PropertySpec } from './property.ts';

const TIERS = [0, 1, 2] as const;

function tier(level: (typeof TIERS)[number]): PropertySpec[] {
  const prefix = `alluxio.worker.tieredstore.level${level}`;
  const first = level === 0;
  return [
    { key: `${prefix}.alias`, type: 'string', scope: 'WORKER', help: `Name of tier ${level}: MEM, SSD or HDD.`, ...(first && { default: 'SSD' }) },
    { key: `${prefix}.dirs.path`, type: 'list', scope: 'WORKER', help: `Directories of tier ${level}.`, ...(first && { default: '${alluxio.work.dir}/cache' }) },
    {
      key: `${prefix}.dirs.quota`, type: 'list', scope: 'WORKER', help: `Most bytes in each directory of tier ${level}; one value holds for all.`,
      ...(first && { default: '${alluxio.worker.ramdisk.size}' }),
    },
    {
      key: `${prefix}.dirs.mediumtype`, type: 'list', scope: 'WORKER', accepted: true, help: `Medium of each directory of tier ${level}.`,
      default: `\${${prefix}.alias}`,
    },
    { key: `${prefix}.watermark.high.ratio`, type: 'double', default: '0.95', scope: 'WORKER', ...(!first && { accepted: true as const }), help: 'Filled beyond this share, a running worker makes room ahead of need; that of level 0 holds for all.' },
    { key: `${prefix}.watermark.low.ratio`, type: 'double', default: '0.7', scope: 'WORKER', ...(!first && { accepted: true as const }), help: 'Until no more than this share is filled; that of level 0 holds for all.' },
  ];
}

export const WORKER_PROPERTIES: readonly PropertySpec[] = [
  {
    key: 'alluxio.worker.ramdisk.size', type: 'size', default: '8GB', aliases: ['alluxio.worker.memory.size'], scope: 'WORKER',
    help: 'Capacity of the first cache tier, which is a disk folder unless configured otherwise.',
  },
  { key: 'alluxio.worker.tieredstore.levels', type: 'integer', default: '1', scope: 'WORKER', help: 'Number of cache tiers.' },
  ...TIERS.flatMap(tier),
  { key: 'alluxio.worker.tieredstore.free.ahead.bytes', type: 'size', default: '0', scope: 'WORKER', accepted: true, help: 'Free this much more than needed when evicting.' },
  { key: 'alluxio.worker.data.folder', type: 'string', default: '/alluxioworker/', scope: 'WORKER', help: 'Folder inside each tier directory that holds the blocks.' },
  { key: 'alluxio.worker.data.folder.permissions', type: 'string', default: 'rwxrwxrwx', scope: 'WORKER', accepted: true, help: 'Mode of that folder; always private to its owner here.' },
  { key: 'alluxio.worker.data.folder.tmp', type: 'string', default: '.tmp_blocks', scope: 'WORKER', help: 'Folder below it for blocks that are being written.' },
  { key: 'alluxio.worker.data.tmp.subdir.max', type: 'integer', default: '1024', scope: 'WORKER', accepted: true, help: 'Number of sub-folders of that folder.' },
  {
    key: 'alluxio.worker.block.annotator.class', type: 'string', default: 'alluxio.worker.block.annotator.LRUAnnotator', scope: 'WORKER', accepted: true,
    help: 'Order of eviction; least recently used goes first here.',
  },
  {
    key: 'alluxio.worker.allocator.class', type: 'string', default: 'alluxio.worker.block.allocator.MaxFreeAllocator', scope: 'WORKER', accepted: true,
    help: 'Choice of the directory for a new block.',
  },
  {
    key: 'alluxio.worker.evictor.class', type: 'string', scope: 'WORKER', accepted: true, deprecated: 'Use alluxio.worker.block.annotator.class instead.',
    help: 'Old way to choose the order of eviction.',
  },
  { key: 'alluxio.worker.block.store.type', type: 'enum', default: 'FILE', values: ['FILE', 'PAGE'], scope: 'ALL', accepted: true, help: 'Kind of block store.' },
  { key: 'alluxio.worker.page.store.dirs', type: 'list', default: '/tmp/alluxio_cache', scope: 'WORKER', accepted: true, help: 'Directories of a paged block store.' },
  { key: 'alluxio.worker.page.store.sizes', type: 'list', default: '512MB', scope: 'WORKER', accepted: true, help: 'Sizes of its directories.' },
  { key: 'alluxio.worker.page.store.page.size', type: 'size', default: '1MB', scope: 'WORKER', accepted: true, help: 'Size of its pages.' },
  { key: 'alluxio.worker.free.space.timeout', type: 'duration', default: '10sec', scope: 'WORKER', accepted: true, help: 'How long a write waits for space.' },
  { key: 'alluxio.worker.hostname', type: 'string', scope: 'WORKER', accepted: true, help: 'Host name that the worker announces.' },
  { key: 'alluxio.worker.rpc.port', type: 'integer', default: '29999', aliases: ['alluxio.worker.port'], scope: 'ALL', help: 'RPC port of the worker.' },
  { key: 'alluxio.worker.web.port', type: 'integer', default: '30000', scope: 'WORKER', help: 'Web port of the worker.' },
  { key: 'alluxio.worker.web.bind.host', type: 'string', default: '127.0.0.1', scope: 'WORKER', help: 'Address on which the worker\'s web port listens; 0.0.0.0 for all of the machine.' },
  { key: 'alluxio.worker.block.heartbeat.interval', type: 'duration', default: '1sec', aliases: ['alluxio.worker.block.heartbeat.interval.ms'], scope: 'WORKER', help: 'Period of the worker\'s reports to the master.' },
  { key: 'alluxio.worker.block.scrub.interval', type: 'duration', default: '1d', scope: 'WORKER', help: 'Pause between two rounds in which a running worker reads every cached block to see whether it is damaged.' },
  { key: 'alluxio.worker.block.scrub.bytes.per.second', type: 'size', default: '8MB', scope: 'WORKER', help: 'How fast it reads them.' },
  { key: 'alluxio.worker.whitelist', type: 'list', default: '/', scope: 'WORKER', accepted: true, help: 'Path prefixes that may be cached.' },
];
