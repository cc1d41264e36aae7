/** Finds and reads `alluxio-site.properties`. */
import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AlluxioError, systemCode } from '../errors.ts';
import { makeFoldersSync } from '../make-folders.ts';
import { parseProperties } from './properties.ts';

export const SITE_FILE_NAME = 'alluxio-site.properties';

export interface SiteFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  ENOENT: 'its directory cannot be made',
  EISDIR: 'it is a directory',
  EEXIST: 'a file is in the way',
  ENOTDIR: 'a file is in the way',
};

/**
 * The first file found in the directories is used alone; undefined when none has one.
 * @throws INVALID_CONFIGURATION naming the file that cannot be read, or file and line that cannot be understood
 */
export function readSiteFile(directories: readonly string[]): SiteFile | undefined {
  for (const directory of directories) {
    const path = resolve(directory, SITE_FILE_NAME);
    const bytes = readIfPresent(path);
    if (bytes !== undefined) return parseSiteFile(path, bytes);
  }
  return undefined;
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AlluxioError('INVALID_CONFIGURATION', `Cannot read ${path}: ${REASONS[code] ?? code}.`, {
      hint: 'Make it readable, or name another directory with ALLUXIO_CONF_DIR.',
      cause: error,
    });
  }
}

function parseSiteFile(path: string, bytes: Buffer): SiteFile {
  // Java reads ISO-8859-1; a file that is not valid UTF-8 was written for that.
  const { entries, problems } = parseProperties(bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1'));
  const fatal = problems.find((problem) => problem.fatal);
  if (fatal !== undefined) {
    throw new AlluxioError('INVALID_CONFIGURATION', `Cannot read ${path}, line ${fatal.line}: ${fatal.message}.`);
  }
  return { path, entries, warnings: problems.map((problem) => `${path}, line ${problem.line}: ${problem.message}.`) };
}

/**
 * Writes a first site file with these lines, readable by its owner alone since credentials will be added to it. One that exists stays as it is.
 * @throws INVALID_CONFIGURATION when the directory cannot be written
 */
export function createSiteFile(directory: string, lines: readonly string[]): { readonly path: string; readonly created: boolean } {
  const path = resolve(directory, SITE_FILE_NAME);
  if (existsSync(path)) return { path, created: false };
  try {
    makeFoldersSync(directory);
    writeFileSync(path, `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 });
    return { path, created: true };
  } catch (error) {
    const code = systemCode(error) ?? '';
    throw new AlluxioError('INVALID_CONFIGURATION', `Cannot write ${path}: ${REASONS[code] ?? code}.`, { hint: 'Choose another directory with ALLUXIO_CONF_DIR.', cause: error });
  }
}
