/** How what serves in the foreground ends: whoever asks it to end gets what was wanted, so that is success; Ctrl-C is 130, as for every command. */
import { AlluxioError } from '../errors.ts';

const INTERRUPTED = 130;

/** For the record of such a command. */
export const ENDED_WHEN_ASKED = { status: 0, when: 'ended when it was asked to (SIGTERM), with all put away' } as const;

/** The exit status of a server that has put all away after the signal. */
export function statusWhenAsked({ reason }: AbortSignal): number {
  return reason instanceof AlluxioError && reason.exitStatus === INTERRUPTED ? INTERRUPTED : 0;
}
