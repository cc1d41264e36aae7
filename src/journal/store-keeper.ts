/**
 * Keeps a store of LMDB's open in another process, so that this one may close it and open it again. Without: the last process that closes a store destroys its
 * mutexes, and another one that opens it at that moment finds them destroyed, for as long as either lives. The keeper holds LMDB's shared lock and nothing else; it
 * dies with this process, by a signal, which leaves the mutexes as they are.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';

/** As text, so that a bundle needs no second file. It says one byte when it holds the store, and ends with its input. Of a store that is gone it would make another. */
const KEEPER_SOURCE = `
process.title = 'alluxio: holds ' + process.argv[2];
const { open } = require(process.argv[1]);
require('node:fs').statSync(process.argv[2] + '/data.mdb');
const store = open({ path: process.argv[2], readOnly: true, encoding: 'binary', maxDbs: 1 });
store.resetReadTxn();
process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL')).resume();
process.stdout.write('.');`;

export class StoreKeeper {
  #child: ChildProcess | undefined;
  #holds = false;

  /** @param folder of the store */
  constructor(folder: string) {
    try {
      this.#start(folder);
    } catch {
      // No memory for another process, or no package in its place: `holds` stays false, and that is all that a writer loses by it.
    }
  }

  #start(folder: string): void {
    const lmdb = createRequire(import.meta.url).resolve('lmdb');
    // In a session of its own, so that the terminal's signals leave it alone; without this process's environment, which may hold keys.
    const child: ChildProcess = spawn(process.execPath, ['-e', KEEPER_SOURCE, lmdb, folder], { env: {}, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    child.once('exit', () => (this.#holds = false));
    child.once('error', () => (this.#holds = false));
    child.stdin?.on('error', () => undefined);
    child.stdout?.once('data', () => (this.#holds = true));
    // Nothing of it keeps this process going.
    child.unref();
    for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
    this.#child = child;
  }

  /** False before it has the store, and for good when there can be no keeper. */
  get holds(): boolean {
    return this.#holds;
  }

  end(): void {
    this.#holds = false;
    this.#child?.stdin?.destroy();
  }
}
