/** What a command gets. Everything in it is made at first use, and closed at the end. */
import { hostname } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import type { CommandContext, CommandServices } from './commands/command.ts';
import type { Config } from './config/config.ts';
import type { ConfigInput, loadConfig } from './config/sources.ts';
import { AlluxioError } from './errors.ts';
import { newRun } from './process-identity.ts';
import type { FileSystem } from './filesystem/file-system.ts';
import type { Role } from './http/resident.ts';
import type { ConsoleOutput } from './terminal/console-output.ts';
import type { Output } from './terminal/output.ts';

export interface ContextInput {
  readonly source: ConfigInput;
  /** Throws where it was removed. */
  cwd(): string;
  readonly out: ConsoleOutput;
  readonly signal: AbortSignal;
  /** Absent for the few commands that never ask for the configuration. */
  readonly loadConfig: typeof loadConfig | undefined;
  /** As typed, without what may be secret. */
  readonly commandLine: string;
  readonly lines: Pick<CommandServices, 'runLine' | 'runTogether'>;
}

export interface OwnedContext {
  /** All of them share one configuration and one file system. */
  contextFor(out: Output): CommandContext;
  /** From now on the journal notes this line for what is done: a script runs many. */
  note(commandLine: string): void;
  /** Closes the file system if it was opened. */
  close(): Promise<void>;
}

export function createContext(input: ContextInput): OwnedContext {
  const { source, out, signal } = input;
  // A script's later lines are noted as they come.
  let noted = { commandLine: input.commandLine, run: newRun(Date.now()) };
  const { env, homeDir, installDir } = source;
  let config: Config | undefined;
  let opened: Promise<FileSystem> | undefined;

  const readConfig = (): Config => {
    if (config !== undefined) return config;
    if (input.loadConfig === undefined) throw new AlluxioError('INTERNAL', 'The command reads the configuration, although commands/index.ts says it does not.');
    const loaded = input.loadConfig(source);
    for (const warning of loaded.warnings) out.warn(warning);
    if (loaded.config.find('alluxio.user.shell.error.stream') === 'stdout') out.errorsToStdout();
    return (config = loaded.config);
  };
  const configFor = (role: Role): Config => {
    readConfig();
    return input.loadConfig?.({ ...source, process: role === 'master' ? 'MASTER' : 'WORKER' }).config ?? readConfig();
  };
  const compose = () => import('./compose.ts');
  const openFileSystem = async (): Promise<FileSystem> => {
    const settings = { config: readConfig(), signal, warn: (text: string) => out.warn(text), get commandLine() { return noted.commandLine; }, get run() { return noted.run; } };
    return (await compose()).openFileSystem(settings);
  };

  const contextFor = (shown: Output): CommandContext => ({
    get config() {
      return readConfig();
    },
    fileSystem: () => (opened ??= openFileSystem()),
    out: shown,
    stdin: () => process.stdin,
    signal,
    now: Date.now,
    localPath: (path) => localPath(path, input),
    env,
    homeDir,
    installDir,
    hostname: hostname(),
    services: {
      checkJournal: () => checkJournal(readConfig()),
      formatJournal: async () => (await compose()).formatJournal(readConfig(), { warn: (text) => shown.warn(text) }),
      restore: async (from, { backupOnly }) => (await compose()).restoreAll({ config: readConfig(), from, backupOnly, warn: (text) => shown.warn(text) }),
      format: async () => (await compose()).formatAll(readConfig(), (text) => shown.warn(text)),
      formatWorker: async () => (await compose()).formatWorker(readConfig()),
      ...input.lines,
      configFor,
      defines: source.defines,
      runResident: async (role, { console }) => {
        const show = console ? (line: string): void => out.line(line) : undefined;
        await (await compose()).runResidentProcess({ role, config: configFor(role), signal, console: show });
      },
    },
  });
  return {
    contextFor,
    note: (commandLine) => {
      noted = { commandLine, run: newRun(Date.now()) };
    },
    close: async () => closeQuietly(opened),
  };
}

function localPath(path: string, input: ContextInput): string {
  try {
    return resolve(isAbsolute(path) ? '/' : input.cwd(), path);
  } catch (error) {
    throw new AlluxioError('FAILED_PRECONDITION', 'The working directory was removed.', { hint: 'Change to one that there is, or give local paths in full.', cause: error });
  }
}

async function checkJournal(config: Config): Promise<void> {
  (await import('./journal/format.ts')).checkStore(config.get('alluxio.master.journal.folder'));
}

/** One that could not be opened has been reported already. */
async function closeQuietly(opened: Promise<FileSystem> | undefined): Promise<void> {
  const fs = await opened?.catch(() => undefined);
  await fs?.close();
}
