/** Rows → the table on the terminal and the page in docs/. */

/**
 * A row of a case:
 * `what` it is; `value` and `unit` as measured; `target` with `better: 'less' | 'more'`, both absent when there is none; `beside` in words: what the floor is
 * and what it took; `spread`: least and greatest of the rounds; `peakBytes`: resident memory, `ownBytes` without mapped files.
 */
export const timesFloor = (what, measured, { target, floor }) => ({
  what,
  value: measured.ratio,
  unit: '×',
  better: 'less',
  target,
  beside: `${time(measured.ms)}; ${floor}: ${time(measured.floorMs)}`,
  spread: [measured.lowest, measured.highest],
  cpuMs: measured.cpuMs,
  peakBytes: measured.peakBytes,
  ownBytes: measured.ownBytes,
});

/** The rate as a share of the floor's. */
export const shareOfFloor = (what, measured, { target, floor, bytes }) => ({
  what,
  value: 1 / measured.ratio,
  unit: '×',
  better: 'more',
  target,
  beside: `${rate(bytes, measured.ms)}; ${floor}: ${rate(bytes, measured.floorMs)}`,
  spread: [1 / measured.highest, 1 / measured.lowest],
  cpuMs: measured.cpuMs,
  peakBytes: measured.peakBytes,
  ownBytes: measured.ownBytes,
});

/** So many things a second. */
export const perSecond = (what, measured, { target, floor, count, unit }) => ({
  what,
  value: (count / measured.ms) * 1000,
  unit: `${unit}/s`,
  better: 'more',
  target,
  beside: `${time(measured.ms)}${floor === undefined ? '' : `; ${floor}: ${whole((count / measured.floorMs) * 1000)}/s`}`,
  spread: [(count / Math.max(...measured.times)) * 1000, (count / Math.min(...measured.times)) * 1000],
  cpuMs: measured.cpuMs,
  peakBytes: measured.peakBytes,
  ownBytes: measured.ownBytes,
});

export const milliseconds = (what, measured, { target, floor }) => ({
  what,
  value: measured.ms,
  unit: 'ms',
  better: 'less',
  target,
  beside: floor === undefined ? '' : `${floor}: ${time(measured.floorMs)}`,
  spread: [Math.min(...measured.times), Math.max(...measured.times)],
});

/** Peak memory that issue and design allow for anything. */
const PEAK_MIB = 250;

const whole = (value) => Math.round(value).toLocaleString('en-US');
const time = (ms) => (ms < 1000 ? `${whole(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
const rate = (bytes, ms) => `${whole(bytes / 2 ** 20 / (ms / 1000))} MiB/s`;
const figure = (value, unit) => (unit === '×' ? value.toFixed(2) : whole(value));
const mib = (bytes) => whole(bytes / 2 ** 20);

function verdict({ value, target, better, peakBytes }) {
  const peak = peakBytes === undefined || peakBytes <= PEAK_MIB * 2 ** 20;
  if (target === undefined) return peak ? '' : 'memory';
  const met = better === 'less' ? value <= target : value >= target;
  return met ? (peak ? 'yes' : 'memory') : 'no';
}

function cells(row) {
  if (row.problem !== undefined) return [row.what, 'not measured', '', '', '', '', '', row.problem];
  const { what, value, unit, target, better, beside, spread, cpuMs, peakBytes, ownBytes } = row;
  return [
    what,
    `${figure(value, unit)} ${unit}`,
    target === undefined ? '' : `${better === 'less' ? '≤' : '≥'} ${figure(target, unit)}`,
    verdict(row),
    spread === undefined ? '' : `${figure(spread[0], unit)}–${figure(spread[1], unit)}`,
    cpuMs === undefined ? '' : time(cpuMs),
    peakBytes === undefined ? '' : `${mib(peakBytes)} (${mib(ownBytes ?? 0)})`,
    beside,
  ];
}

const HEADINGS = ['case', 'measured', 'target', 'met', 'range', 'CPU', 'peak MiB', 'beside it'];

export const rowLine = (row) => cells(row).filter((cell) => cell !== '').join('  ');

export function table(rows) {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}

/** @param left ids of the cases that were not run */
export function markdown(rows, machine, { quick, places, left }) {
  const line = (words) => `| ${words.map((word) => word.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return `# Benchmarks

Written by \`npm run bench -- --write\`${quick ? ' (with `--quick`: a tenth of the sizes)' : ''} on ${machine.date}, revision ${machine.revision}.

${[...Object.entries(machine.facts)].map(([name, value]) => `- ${name}: ${value}`).join('\n')}
- Bytes of large files lie in ${places.bytes}, everything else in ${places.state}: a disk whose speed changes by the second would drown what is measured.

A row that says × is a ratio to the floor named beside it, measured in the same run: the two take turns, and the figure is the median of the turns' ratios; \`range\` is
the least and the greatest of them. For times less is better, for rates more. \`CPU\` is the processor time of the command itself, all its threads together, \`peak MiB\` its greatest resident memory
(target: ${PEAK_MIB}) and in brackets its own part of it, without pages of mapped files such as the journal's. Both ends of each transfer run on this machine, so a command with a server to talk to shares the processors with it, as curl does.

${[line(HEADINGS), line(HEADINGS.map(() => '---')), ...rows.map((row) => line(cells(row)))].join('\n')}
${left.length === 0 ? '' : `\nNot run this time: ${left.join(', ')}.\n`}`;
}
