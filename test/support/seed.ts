/** Where a random test begins: as the environment says, else at 1; in a long run anywhere. Long runs say it, so that they can be played again. */
export function firstSeed(variable: string, long: boolean, what: string): number {
  const given = process.env[variable];
  const seed = given !== undefined ? Number(given) : long ? 1 + Math.floor(Math.random() * 1_000_000_000) : 1;
  if (long) process.stderr.write(`${what} begins with ${variable}=${seed}\n`);
  return seed;
}
