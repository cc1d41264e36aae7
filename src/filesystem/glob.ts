/** Wildcards: `*` inside one component, nothing else (sheet fs-commands.md §1.3). */
import { AlluxioError, hasCode } from '../errors.ts';
import type { AlluxioPath } from '../uri.ts';
import { ROOT, componentsOf, joinPath } from '../uri.ts';
import type { FileSystemContext } from './context.ts';
import { listEntries } from './listing.ts';
import { statusOf } from './status.ts';

/** Matches in ascending order; none is an empty array. @throws the listing error when the fixed part does not exist */
export async function globPaths(context: FileSystemContext, pattern: AlluxioPath): Promise<AlluxioPath[]> {
  if (!isPattern(pattern)) return [pattern];
  const components = componentsOf(pattern);
  const first = components.findIndex((name) => name.includes('*'));
  const fixed = components.slice(0, first).reduce<AlluxioPath>((path, name) => joinPath(path, name), ROOT);
  let found: AlluxioPath[] = [fixed];
  for (const [i, name] of components.slice(first).entries()) {
    const next: AlluxioPath[] = [];
    for (const base of found) next.push(...(name.includes('*') ? await matchesIn(context, base, name, i === 0) : await memberOf(context, base, name)));
    found = next;
  }
  return found.sort();
}

async function matchesIn(context: FileSystemContext, directory: AlluxioPath, pattern: string, fixed: boolean): Promise<AlluxioPath[]> {
  const matcher = wildcard(pattern);
  const found: AlluxioPath[] = [];
  try {
    for await (const page of listEntries(context, directory)) {
      for (const status of page) if (status.path !== directory && matcher.test(status.name)) found.push(status.path);
    }
  } catch (error) {
    if (!hasCode(error, 'NOT_FOUND')) throw error;
    if (!fixed) return [];
    throw new AlluxioError('NOT_FOUND', `alluxio.exception.FileDoesNotExistException: Path "${directory}" does not exist.`, { path: directory });
  }
  return found;
}

async function memberOf(context: FileSystemContext, directory: AlluxioPath, name: string): Promise<AlluxioPath[]> {
  const path = joinPath(directory, name);
  try {
    await statusOf(context, path);
    return [path];
  } catch (error) {
    if (hasCode(error, 'NOT_FOUND')) return [];
    throw error;
  }
}

/** Everything but `*` is literal. */
export function wildcard(pattern: string): RegExp {
  const source = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's');
}

/** True when the pattern has a wildcard. */
export function isPattern(path: AlluxioPath): boolean {
  return componentsOf(path).some((name) => name.includes('*'));
}
