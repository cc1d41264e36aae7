/** For commands: how a status is shown, which the web UI shows too. */
export * from '../filesystem/status-text.ts';
