/** Log files of a resident: Alluxio's line layout, rolled at 10 MB. The only file that imports winston; loaded by residents alone. */
import { join } from 'node:path';
import { createLogger, format, transports } from 'winston';
import type { Logger } from 'winston';
import type { Config } from '../config/config.ts';
import { isCredentialKey, MASK } from '../config/redact.ts';
import { messageOf } from '../errors.ts';
import { makeOwnFile } from '../hand-over.ts';
import { makeLogFolder } from './log-folder.ts';
import { dateFormat } from '../terminal/dates.ts';
import { onOneLine } from '../terminal/escape.ts';
import { Levels } from './levels.ts';

export interface Log {
  /** What only matters while trouble is looked for. */
  debug(name: string, text: string): void;
  info(name: string, text: string): void;
  warn(name: string, text: string): void;
  error(name: string, text: string): void;
  readonly levels: Levels;
  /** Why lines are being lost; undefined when they are not. */
  failure(): string | undefined;
  /** Resolves when all is written. */
  close(): Promise<void>;
}

export interface LogSettings {
  readonly folder: string;
  /** File name without `.log`. */
  readonly name: string;
  readonly secrets: readonly string[];
  /** Gets each line too. */
  readonly console?: ((line: string) => void) | undefined;
}

const ROLL_BYTES = 10 * 1024 * 1024;
const KEPT_FILES = 100;
const CLOSE_MS = 1000;
/** As `2024-01-31 10:15:00,123`. */
const TIME = dateFormat("yyyy-MM-dd HH:mm:ss','SSS");
/** Shorter values would mask half of every line. */
const SHORTEST_SECRET = 6;

/** @throws what is wrong with the folder */
export function openLog(settings: LogSettings): Log {
  makeLogFolder(settings.folder);
  makeOwnFile(join(settings.folder, `${settings.name}.log`), 0o644);
  let failure: string | undefined;
  const file = new transports.File({ dirname: settings.folder, filename: `${settings.name}.log`, maxsize: ROLL_BYTES, maxFiles: KEPT_FILES, tailable: true });
  const logger = createLogger({ level: 'info', format: format.printf(({ message }) => String(message)), transports: [file] });
  // A full disk must not end the process: its work is more than its log.
  const failed = (error: unknown): void => void (failure = `Cannot write ${join(settings.folder, `${settings.name}.log`)}: ${messageOf(error)}`);
  file.on('error', failed);
  logger.on('error', failed);
  const levels = new Levels();
  const write = (level: 'debug' | 'info' | 'warn' | 'error', name: string, text: string): void => {
    if (!levels.writes(name, LEVEL_OF[level])) return;
    const line = masked(`${TIME(Date.now())} ${level.toUpperCase().padEnd(5)} ${name} - ${text.split('\t').map(onOneLine).join('\t')}`, settings.secrets);
    logger.log('info', line);
    settings.console?.(line);
  };
  return {
    levels,
    debug: (name, text) => write('debug', name, text),
    info: (name, text) => write('info', name, text),
    warn: (name, text) => write('warn', name, text),
    error: (name, text) => write('error', name, text),
    failure: () => failure,
    close: () => ended(logger, file),
  };
}

const LEVEL_OF = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;

/** Values that must not get into a log, whatever text they come in. */
export function secretsOf(config: Config): string[] {
  return config.keys().flatMap((key) => {
    const value = isCredentialKey(key) ? config.find(key) : undefined;
    return value === undefined || value.length < SHORTEST_SECRET ? [] : [value];
  });
}

function masked(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), line);
}

/** A disk that takes nothing must not hold up the end. */
function ended(logger: Logger, file: InstanceType<typeof transports.File>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS);
    file.once('finish', () => {
      clearTimeout(timer);
      resolve();
    });
    logger.end();
  });
}
