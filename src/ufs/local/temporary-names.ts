/**
 * Names of files being written: `.alluxio.tmp.<pid>.<start ms>.<random>.<hash of the final name>`, in the final directory, so that the
 * rename is atomic. The hash finds a dead writer's leftovers of one key; the name itself might not fit.
 */
import { createHash, randomBytes } from 'node:crypto';

const PATTERN = /^\.alluxio\.tmp\.(\d+)\.(\d+)\.[0-9a-f]{12}\.([0-9a-f]{16})$/;

export interface TemporaryName {
  readonly pid: number;
  readonly begunMs: number;
  readonly hash: string;
}

export function temporaryNameFor(finalName: string): string {
  return `.alluxio.tmp.${String(process.pid)}.${String(Date.now())}.${randomBytes(6).toString('hex')}.${hashOf(finalName)}`;
}

export function readTemporaryName(name: string): TemporaryName | undefined {
  if (!name.startsWith('.alluxio.tmp.')) return undefined;
  const [, pid, begun, hash] = PATTERN.exec(name) ?? [];
  return hash === undefined ? undefined : { pid: Number(pid), begunMs: Number(begun), hash };
}

export function isTemporaryName(name: string): boolean {
  return readTemporaryName(name) !== undefined;
}

export function hashOf(finalName: string): string {
  return createHash('sha256').update(finalName).digest('hex').slice(0, 16);
}
