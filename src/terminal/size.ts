/** Sizes as Alluxio prints them (sheet fs-commands.md §1.8). */

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `1536B`, `26.22KB`: the first unit in which the number is at most 5 × 1024. */
export function formatSize(bytes: number): string {
  let scale = 1;
  for (const unit of UNITS) {
    if (bytes <= 5 * 1024 * scale) return unit === 'B' ? `${bytes}B` : `${(bytes / scale).toFixed(2)}${unit}`;
    scale *= 1024;
  }
  return `${(bytes / scale).toFixed(2)}EB`;
}

/** A whole percentage, truncated; `whenEmpty` for a total of zero. */
export function percentOf(part: number, total: number, whenEmpty: number): number {
  return total === 0 ? whenEmpty : Math.trunc((100 * part) / total);
}
