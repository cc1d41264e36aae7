/* eslint-disable no-console -- nothing is printed here: what a library prints is held back */
let muted = 0;
let printError = console.error;

/**
 * lmdb-js prints a failed commit with its stack before it rejects. The error is ours to tell, in one line; nothing in src writes to the console, so nothing
 * else is lost. Returns what ends the silence.
 */
export function muteConsole(): () => void {
  if (muted++ === 0) {
    printError = console.error;
    console.error = () => undefined;
  }
  return () => {
    if (--muted === 0) console.error = printError;
  };
}
