'use strict';
// Loaded into a measured node process: as it exits, it says what it used. The peak is the kernel's own high-water mark of this very program;
// the resource usage would also count the process that it was forked from.
const { readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE_FILE, JSON.stringify({ peakBytes: (highWaterKb() ?? maxRSS) * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 }));
});

function highWaterKb() {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    return undefined;
  }
}
