/** What the scripts of bin/ call their targets. One host, one master, one worker: the plural means the same. */
import type { Role } from '../http/resident.ts';
import type { CommandSpec } from './command.ts';

const COMPONENTS: Readonly<Record<string, readonly Role[]>> = {
  all: ['master', 'worker'],
  local: ['master', 'worker'],
  master: ['master'],
  masters: ['master'],
  worker: ['worker'],
  workers: ['worker'],
};

/** Of the original, not here: there is no process behind them. */
const ABSENT = /^(secondary_master|job_masters?|job_workers?|prox(y|ies)|logserver)$/;

/** In the order in which they are started. */
export function rolesOf(component: string): readonly Role[] | undefined {
  return Object.hasOwn(COMPONENTS, component) ? COMPONENTS[component] : undefined;
}

/** The message about a word that is no component. */
export function invalidComponent(label: 'ACTION' | 'component', word: string): string {
  return `Error: Invalid ${label}: ${word}${ABSENT.test(word) ? ' (there are only a master and a worker here)' : ''}`;
}

/** What `-h` of a script shows. */
export function scriptHelp({ usage, summary, options }: CommandSpec): string {
  const shown = options.filter(({ hidden }) => hidden !== true).map(({ short = '', value, description }) => `  -${short}${value === undefined ? '' : ` <${value}>`}`.padEnd(16) + description);
  return [`Usage: ${usage}`, summary, ...shown].join('\n');
}
