/** A user at a shell: one who starts `alluxio fs …` for each command, or one who types lines into `alluxio fs -`. */
import { performance } from 'node:perf_hooks';
import { Session } from '../model/session.ts';
import type { Home } from '../support/home.ts';
import { runAlluxio } from '../support/run-alluxio.ts';

export interface Answer {
  readonly ok: boolean;
  /** What it printed; '' when it was refused. */
  readonly text: string;
  readonly errors: readonly string[];
  readonly ms: number;
}

export interface UserShell {
  readonly kind: 'process' | 'script';
  /** Words after `alluxio fs`. Rejects when the command has not ended after the patience. */
  say(words: readonly string[]): Promise<Answer>;
  end(): Promise<void>;
}

export function processShell(home: Home, patienceMs: number): UserShell {
  return {
    kind: 'process',
    async say(words) {
      const begun = performance.now();
      const { status, stdout } = await runAlluxio(home, ['fs', ...words], { timeoutMs: patienceMs });
      const ms = performance.now() - begun;
      const text = stdout.replace(/^Not cached: .*\n/gm, '');
      return status === 0 ? { ok: true, text, errors: [], ms } : { ok: false, text: '', errors: text.trimEnd().split('\n'), ms };
    },
    end: () => Promise.resolve(),
  };
}

export function scriptShell(home: Home, patienceMs: number): UserShell {
  const session = new Session(home);
  return {
    kind: 'script',
    async say(words) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          session.kill();
          reject(new Error(`a line of fs - did not end within ${patienceMs} ms: ${words.join(' ')}`));
        }, patienceMs);
      });
      try {
        const { text, errors, fromMs, toMs } = await Promise.race([session.say(words), late]);
        return { ok: errors.length === 0, text, errors, ms: toMs - fromMs };
      } finally {
        clearTimeout(timer);
      }
    },
    end: async () => void (await session.end().catch(() => session.kill())),
  };
}
