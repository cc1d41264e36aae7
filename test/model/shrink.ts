/** Delta debugging: the shortest part of a sequence that still goes wrong, as far as leaving out runs of it leads there. */
export async function shrink<T>(all: readonly T[], fails: (some: T[]) => Promise<boolean>, tries = 40): Promise<T[]> {
  let now = [...all];
  let left = tries;
  for (let size = Math.ceil(now.length / 2); size >= 1; ) {
    let shorter = false;
    for (let at = 0; at < now.length && left > 0; ) {
      const without = [...now.slice(0, at), ...now.slice(at + size)];
      left--;
      if (without.length > 0 && (await fails(without))) {
        now = without;
        shorter = true;
      } else at += size;
    }
    if (left <= 0) break;
    if (!shorter && size === 1) break;
    if (!shorter || size > 1) size = Math.max(1, Math.floor(size / 2));
    if (size === 1 && !shorter && now.length === 1) break;
  }
  return now;
}
