'use strict';
// Loaded into a measured node process: as it exits, it says what it used. The peak is the kernel's own high-water mark of this very program;
// the resource usage would also count the process that it was forked from.
const { readFileSync, writeFileSync } = require('node:fs');

let ownPeakKb = 0;

// The kernel keeps no high-water mark of memory without mapped files (the journal's pages, which it may take back at any time), so that is looked at now and then.
function look() {
  const own = kb('RssAnon');
  if (own !== undefined && own > ownPeakKb) ownPeakKb = own;
}
setInterval(look, 10).unref();

process.on('exit', () => {
  look();
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const used = { peakBytes: (kb('VmHWM') ?? maxRSS) * 1024, ownBytes: ownPeakKb * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
  writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify(used));
});

function kb(name) {
  try {
    const found = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
