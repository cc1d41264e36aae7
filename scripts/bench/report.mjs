/** The figures of a case as rows, and rows as text. */

/**
 * A row of a case:
 * `what` it is; `value` and `unit` as measured; `target` with `better: 'less' | 'more'`, the target absent when there is none; `beside` in words: what the floor and a
 * peer took; `spread`: least and greatest of the rounds; `peakBytes`: resident memory, `ownBytes` without mapped files. `growth` puts the row on a line of the
 * second chart: `{ line: what grows, at: its size }`.
 * @typedef {{ target?: number, floor?: string, growth?: { line: string, at: number }, peer?: string }} Settings
 */
function row(what, measured, fields) {
  const { cpuMs, peakBytes, ownBytes } = measured;
  return { what, ...fields, cpuMs, peakBytes, ownBytes };
}

/** In times of the floor, which is to be few. */
export const timesFloor = (what, measured, { target, floor, growth }) =>
  row(what, measured, { value: measured.ratio, unit: '×', better: 'less', target, growth, beside: `${time(measured.ms)}; ${floor}: ${time(measured.floorMs)}`, spread: [measured.lowest, measured.highest] });

/** The rate as a share of the floor's. */
export const shareOfFloor = (what, measured, { target, floor, bytes, growth, peer }) =>
  row(what, measured, {
    value: 1 / measured.ratio,
    unit: '×',
    better: 'more',
    target,
    growth,
    beside: besides(rate(bytes, measured.ms), [floor, rate(bytes, measured.floorMs)], peer && [peer, rate(bytes, measured.peerMs)]),
    spread: [1 / measured.highest, 1 / measured.lowest],
  });

/** So many things a second. */
export const perSecond = (what, measured, { target, floor, count, unit, growth, peer }) =>
  row(what, measured, {
    value: (count / measured.ms) * 1000,
    unit: `${unit}/s`,
    better: 'more',
    target,
    growth,
    beside: besides(time(measured.ms), floor && [floor, `${whole((count / measured.floorMs) * 1000)}/s`], peer && [peer, `${whole((count / measured.peerMs) * 1000)}/s`]),
    spread: [(count / Math.max(...measured.times)) * 1000, (count / Math.min(...measured.times)) * 1000],
  });

export const milliseconds = (what, measured, { target, floor, growth }) =>
  row(what, measured, { value: measured.ms, unit: 'ms', better: 'less', target, growth, beside: floor === undefined ? '' : `${floor}: ${time(measured.floorMs)}`, spread: [Math.min(...measured.times), Math.max(...measured.times)] });

/** Something counted once, without rounds: bytes of a file. */
export const counted = (what, value, { unit, better = 'less', target, growth, beside = '' }) => row(what, {}, { value, unit, better, target, growth, beside });

function besides(own, ...others) {
  return [own, ...others.filter((other) => other !== undefined).map(([name, text]) => `${name}: ${text}`)].join('; ');
}

/** Peak memory that the issue allows for anything. */
export const PEAK_MIB = 200;

export const whole = (value) => Math.round(value).toLocaleString('en-US');
const time = (ms) => (ms < 1000 ? `${whole(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
const rate = (bytes, ms) => `${whole(bytes / 2 ** 20 / (ms / 1000))} MiB/s`;
export const figure = (value, unit) => (unit === '×' ? value.toFixed(2) : whole(value));
const mib = (bytes) => whole(bytes / 2 ** 20);

export function verdict({ value, target, better, peakBytes }) {
  const peak = peakBytes === undefined || peakBytes <= PEAK_MIB * 2 ** 20;
  if (target === undefined) return peak ? '' : 'memory';
  const met = better === 'less' ? value <= target : value >= target;
  return met ? (peak ? 'yes' : 'memory') : 'no';
}

function cells(one) {
  if (one.problem !== undefined) return [one.what, 'not measured', '', '', '', '', '', one.problem];
  const { what, value, unit, target, better, beside, spread, cpuMs, peakBytes, ownBytes } = one;
  return [
    what,
    `${figure(value, unit)} ${unit}`,
    target === undefined ? '' : `${better === 'less' ? '≤' : '≥'} ${figure(target, unit)}`,
    verdict(one),
    spread === undefined ? '' : `${figure(spread[0], unit)}–${figure(spread[1], unit)}`,
    cpuMs === undefined ? '' : time(cpuMs),
    peakBytes === undefined ? '' : `${mib(peakBytes)} (${mib(ownBytes ?? 0)})`,
    beside,
  ];
}

const HEADINGS = ['case', 'measured', 'target', 'met', 'range', 'CPU', 'peak MiB', 'beside it'];

export const rowLine = (one) => cells(one).filter((cell) => cell !== '').join('  ');

export function table(rows) {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}

export function markdownTable(rows) {
  const line = (words) => `| ${words.map((word) => word.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(HEADINGS), line(HEADINGS.map(() => '---')), ...rows.map((one) => line(cells(one)))].join('\n');
}
