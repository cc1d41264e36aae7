/** Secrets that stand elsewhere: `env:NAME` and `file:PATH` as the value of a credential, looked up when it is used and never shown. */
import { readFileSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { AlluxioError, systemCode } from '../errors.ts';

/** Stands where a backup had a secret: a backup holds none. */
export const MISSING_SECRET = 'missing:';

export function isReference(value: string): boolean {
  return value.startsWith('env:') || value.startsWith('file:') || value === MISSING_SECRET;
}

/** What a failed look-up says beside the system's own code. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

/**
 * The secret itself. A value that is no reference is returned as it is. Of a file, blanks and line ends around the content are dropped.
 * @param key the property that holds the value, for the message
 * @throws INVALID_CONFIGURATION when the variable or the file is missing or empty
 */
export function resolveSecret(value: string, key: string, env: NodeJS.ProcessEnv = process.env): string {
  if (value.startsWith('env:')) return fromEnvironment(value.slice('env:'.length), key, env);
  if (value.startsWith('file:')) return fromFile(value.slice('file:'.length), key);
  if (value === MISSING_SECRET) throw new AlluxioError('INVALID_CONFIGURATION', `${key} is not known: backups hold no secrets.`, { hint: 'Set it: alluxio fs updateMount --option' });
  return value;
}

/** The file that a reference names, when others than its owner can read it too. */
export function exposedFile(value: string): string | undefined {
  if (!value.startsWith('file:')) return undefined;
  const path = value.slice('file:'.length);
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && (stats.mode & 0o077) !== 0 ? path : undefined;
}

function fromEnvironment(name: string, key: string, env: NodeJS.ProcessEnv): string {
  const secret = env[name]?.trim() ?? '';
  if (secret === '') {
    throw new AlluxioError('INVALID_CONFIGURATION', `${key} refers to the environment variable ${name}, which is not set.`, { hint: `Export ${name}, or change ${key}.` });
  }
  return secret;
}

function fromFile(path: string, key: string): string {
  if (!isAbsolute(path)) {
    throw new AlluxioError('INVALID_CONFIGURATION', `${key} refers to the file "${path}", which is not an absolute path.`, { hint: 'Write file:/absolute/path.' });
  }
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = systemCode(error) ?? '';
    throw new AlluxioError('INVALID_CONFIGURATION', `${key} refers to the file ${path}, which cannot be read: ${REASONS[code] ?? code}.`, { hint: `Create it, or change ${key}.` });
  }
  if (secret === '') throw new AlluxioError('INVALID_CONFIGURATION', `${key} refers to the file ${path}, which is empty.`);
  return secret;
}
