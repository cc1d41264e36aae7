/** A namespace in memory, a real local folder, and everything that a transfer tells, as lines. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { configOf } from '../../../src/config/resolved-config.ts';
import type { CopyReport, TransferOptions, Transfers } from '../../../src/filesystem/file-system.ts';
import { createTransfers } from '../../../src/filesystem/transfers/transfers.ts';
import { parseAlluxioPath } from '../../../src/uri.ts';
import { MemoryFileSystem } from './memory-file-system.ts';

export class Harness {
  readonly fs = new MemoryFileSystem();
  readonly root = mkdtempSync(join(tmpdir(), 'alluxio-transfers-'));
  readonly lines: string[] = [];
  readonly problems: { from: string; to: string; message: string }[] = [];
  readonly done = { files: 0, bytes: 0 };
  readonly expected = { files: 0, bytes: 0 };
  readonly transfers: Transfers;

  constructor(properties: Record<string, string> = {}) {
    const { entries, changes, content } = this.fs;
    this.transfers = createTransfers({ entries, changes, content, config: configOf({ 'alluxio.user.transfer.threads': '4', ...properties }) });
  }

  /** A path in the local folder. */
  local(path = ''): string {
    return path === '' ? this.root : join(this.root, path);
  }

  write(path: string, content: string | Buffer): string {
    mkdirSync(dirname(this.local(path)), { recursive: true });
    writeFileSync(this.local(path), content);
    return this.local(path);
  }

  mkdir(path: string): string {
    mkdirSync(this.local(path), { recursive: true });
    return this.local(path);
  }

  /** What lies in the local folder: directories as `path/`, files as `path=content`. */
  localTree(): string[] {
    return readdirSync(this.root, { withFileTypes: true, recursive: true })
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const told = relative(this.root, path);
        if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return `${told}/`;
        const bytes = readFileSync(path);
        return `${told}=${bytes.length > 40 ? `${bytes.length} bytes` : bytes.toString()}`;
      })
      .sort();
  }

  upload(source: string, target: string, options: TransferOptions = {}): Promise<void> {
    return this.transfers.upload(source, parseAlluxioPath(target), options, this.report());
  }

  download(source: string, target: string, options: TransferOptions = {}): Promise<void> {
    return this.transfers.download(parseAlluxioPath(source), target, options, this.report());
  }

  copy(source: string, target: string, options: TransferOptions = {}): Promise<void> {
    return this.transfers.copy(parseAlluxioPath(source), parseAlluxioPath(target), options, this.report());
  }

  /** The lines with the local folder's name as `~`. */
  told(): string[] {
    return this.lines.map((line) => line.replaceAll(this.root, '~'));
  }

  toldProblems(): string[] {
    return this.problems.map(({ from, to, message }) => `${from} > ${to}: ${message}`.replaceAll(this.root, '~'));
  }

  dispose(): void {
    for (const entry of readdirSync(this.root, { withFileTypes: true })) if (entry.isDirectory()) chmodSync(join(this.root, entry.name), 0o755);
    rmSync(this.root, { recursive: true, force: true });
  }

  private report(): CopyReport {
    return {
      onCopied: (from, to) => this.lines.push(`Copied ${from} to ${to}`),
      onDirectory: (path) => this.lines.push(`Directory ${path}`),
      onProblem: ({ from, to, error }) => this.problems.push({ from, to, message: error.message }),
      progress: {
        advance: (by) => add(this.done, by),
        expect: (by) => add(this.expected, by),
      },
    };
  }
}

function add(total: { files: number; bytes: number }, by: { files?: number; bytes?: number }): void {
  total.files += by.files ?? 0;
  total.bytes += by.bytes ?? 0;
}

/** The message of what a promise rejects with; '' when it does not. */
export async function messageOfRejection(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** Permissions do not bind root: becomes somebody else for a while where the tests run as root. */
export async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}
