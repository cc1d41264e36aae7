/** Measuring a subject against its floor, turn by turn. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Each round runs both, the one that goes first changing from round to round. The first round of all is not counted: it fills caches.
 * A peer, where there is one, comes last in each round.
 * @param {{ rounds: number, floor: (round: number) => Promise<{ms: number}>, subject: (round: number) => Promise<{ms: number, peakBytes?: number, ownBytes?: number, cpuMs?: number}>, peer?: (round: number) => Promise<{ms: number}> }} what
 */
export async function compare({ rounds, floor, subject, peer }) {
  const pairs = [];
  const peaks = [];
  for (let round = 0; round <= rounds; round++) {
    const first = round % 2 === 0 ? await floor(round) : undefined;
    const own = await subject(round);
    const base = first ?? (await floor(round));
    if (own.peakBytes !== undefined) peaks.push(own);
    const other = await peer?.(round);
    if (round > 0) pairs.push({ floorMs: base.ms, ms: own.ms, cpuMs: own.cpuMs, peerMs: other?.ms ?? Number.NaN });
  }
  return summary(pairs, peaks);
}

/** The same without a floor. */
export async function repeat({ rounds, subject }) {
  return compare({ rounds, subject, floor: async () => ({ ms: Number.NaN }) });
}

function summary(pairs, peaks) {
  const ratios = pairs.map(({ ms, floorMs }) => ms / floorMs);
  const cpu = pairs.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [cpuMs]));
  return {
    ms: median(pairs.map((pair) => pair.ms)),
    floorMs: median(pairs.map((pair) => pair.floorMs)),
    peerMs: median(pairs.map((pair) => pair.peerMs)),
    times: pairs.map((pair) => pair.ms),
    ratio: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    cpuMs: cpu.length === 0 ? undefined : median(cpu),
    ...(peaks.length === 0 ? {} : { peakBytes: Math.max(...peaks.map((peak) => peak.peakBytes)), ownBytes: Math.max(...peaks.map((peak) => peak.ownBytes)) }),
  };
}
