/** What a long transfer shows on a terminal after its first second: files, bytes, rate, time left. */
import type { Progress } from './progress.ts';
import { formatSize } from './size.ts';

const SHOW_AFTER_MS = 1000;
const REFRESH_MS = 200;

export class TransferDisplay implements Progress {
  readonly #label: string;
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #files = 0;
  #bytes = 0;
  #expectedFiles = 0;
  #expectedBytes = 0;
  #spinner: { text: string; stop(): unknown; clear(): unknown } | undefined;
  #refresh: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(label: string) {
    this.#label = label;
    this.#timer = setTimeout(() => void this.#show(), SHOW_AFTER_MS);
    this.#timer.unref();
  }

  advance(done: { files?: number; bytes?: number }): void {
    this.#files += done.files ?? 0;
    this.#bytes += done.bytes ?? 0;
  }

  expect(total: { files?: number; bytes?: number }): void {
    this.#expectedFiles = total.files ?? this.#expectedFiles;
    this.#expectedBytes = total.bytes ?? this.#expectedBytes;
  }

  /** Makes room for a line on the same terminal; the next refresh shows the display again. */
  clear(): void {
    this.#spinner?.clear();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearInterval(this.#refresh);
    this.#spinner?.stop();
  }

  async #show(): Promise<void> {
    const { default: ora } = await import('ora');
    if (this.#ended) return;
    const spinner = ora({ text: this.#text(), discardStdin: false, hideCursor: false }).start();
    this.#spinner = spinner;
    this.#refresh = setInterval(() => {
      spinner.text = this.#text();
    }, REFRESH_MS);
    this.#refresh.unref();
  }

  #text(): string {
    return progressText({
      label: this.#label,
      files: this.#files,
      bytes: this.#bytes,
      expectedFiles: this.#expectedFiles,
      expectedBytes: this.#expectedBytes,
      seconds: (performance.now() - this.#startedMs) / 1000,
    });
  }
}

export interface Advance {
  readonly label: string;
  readonly files: number;
  readonly bytes: number;
  /** 0 when unknown. */
  readonly expectedFiles: number;
  readonly expectedBytes: number;
  readonly seconds: number;
}

/** `copying  12/100 files, 1.20GB of 3.40GB, 120.00MB/s, 18s left` */
export function progressText(now: Advance): string {
  const parts: string[] = [];
  if (now.files > 0 || now.expectedFiles > 0) parts.push(now.expectedFiles > 0 ? `${now.files}/${now.expectedFiles} files` : `${now.files} files`);
  if (now.bytes > 0 || now.expectedBytes > 0) parts.push(now.expectedBytes > 0 ? `${formatSize(now.bytes)} of ${formatSize(now.expectedBytes)}` : formatSize(now.bytes));
  const rate = now.seconds > 0 ? now.bytes / now.seconds : 0;
  if (rate > 0) parts.push(`${formatSize(Math.round(rate))}/s`);
  const left = now.expectedBytes - now.bytes;
  if (rate > 0 && left > 0) parts.push(`${duration(left / rate)} left`);
  return parts.length === 0 ? now.label : `${now.label}  ${parts.join(', ')}`;
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
}
