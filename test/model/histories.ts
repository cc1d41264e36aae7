/**
 * Is there an order of the commands that explains what each said, in which none comes before one that had ended when it began? (Wing and Gong 1993, with the states that were
 * tried remembered, as Lowe 2017.) A command that was refused must have had a reason in the state that it met, or say that somebody else was at work; and then it did nothing.
 */

/** Paths to content; undefined is a directory. */
export type State = ReadonlyMap<string, string | undefined>;

export interface Call {
  readonly process: number;
  readonly words: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly ok: boolean;
  readonly text: string;
  readonly errors: readonly string[];
}

/** Refusals that say what others did meanwhile, true in whatever order. */
const MEANWHILE = /^The path is held by|took this (work|removal|rename) over|was changed or removed in the under storage|was moved or removed by another command|^Journal .* was formatted again/;

/** Undefined when some order explains the calls and the state at the end; else the longest beginning that could be explained. */
export function unexplained(calls: readonly Call[], end: State, begin: State = new Map([['/', undefined]])): Call[] | undefined {
  const tried = new Set<string>();
  let best: Call[] = [];
  const explain = (done: number, state: State, order: Call[]): boolean => {
    if (order.length > best.length) best = order;
    if (order.length === calls.length) return textOf(state) === textOf(end);
    const key = `${done} ${textOf(state)}`;
    if (tried.has(key)) return false;
    tried.add(key);
    const open = calls.filter((_, i) => (done & (1 << i)) === 0);
    const firstEnd = Math.min(...open.map(({ toMs }) => toMs));
    return calls.some((call, i) => {
      if ((done & (1 << i)) !== 0 || call.fromMs > firstEnd) return false;
      return afterwards(state, call).some((next) => explain(done | (1 << i), next, [...order, call]));
    });
  };
  if (calls.length > 30) throw new Error('more calls than fit the mask');
  return explain(0, begin, []) ? undefined : best;
}

/** The states that the call can have led to; none when it cannot have said that there. */
function afterwards(state: State, call: Call): State[] {
  if (!call.ok && call.errors.some((error) => MEANWHILE.test(error))) return [state];
  const done = apply(state, call.words);
  if (done === undefined) return call.ok ? [] : [state];
  if (!call.ok) return [];
  if (done.text !== undefined && done.text !== call.text) return [];
  return [done.state];
}

/** Undefined: refused. */
function apply(state: State, words: readonly string[]): { state: State; text?: string } | undefined {
  const [name, ...rest] = words.filter((word) => !word.startsWith('-D'));
  const [a = '', b = ''] = rest.filter((word) => !word.startsWith('-'));
  switch (name) {
    case 'mkdir':
      return makeDirectory(state, a);
    case 'copyFromLocal':
      return state.has(b) || !isDirectory(state, parentOf(b)) ? undefined : { state: new Map([...state, [b, contentOf(a)]]) };
    case 'cat':
      return state.get(a) === undefined ? undefined : { state, text: state.get(a) ?? '' };
    case 'rm':
      return state.has(a) && (!isDirectory(state, a) || rest.includes('-R')) ? { state: without(state, a) } : undefined;
    case 'mv':
      return move(state, a, b);
    default:
      throw new Error(`no model of ${String(name)}`);
  }
}

function makeDirectory(state: State, path: string): { state: State } | undefined {
  if (state.has(path)) return undefined;
  const next = new Map(state);
  for (let at = path; at !== '/'; at = parentOf(at)) {
    if (next.get(at) !== undefined) return undefined;
    next.set(at, undefined);
  }
  return { state: next };
}

function move(state: State, from: string, to: string): { state: State } | undefined {
  if (from === to && state.has(from)) return { state };
  if (!state.has(from) || state.has(to) || isAtOrBelow(to, from) || !isDirectory(state, parentOf(to))) return undefined;
  const next = new Map(without(state, from));
  for (const [path, content] of state) if (isAtOrBelow(path, from)) next.set(to + path.slice(from.length), content);
  return { state: next };
}

function without(state: State, path: string): State {
  return new Map([...state].filter(([each]) => !isAtOrBelow(each, path)));
}

/** A local file's name is its content. */
export const contentOf = (source: string) => source.slice(source.lastIndexOf('/') + 1).repeat(20);
const isDirectory = (state: State, path: string) => state.has(path) && state.get(path) === undefined;
const parentOf = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf('/')));
const isAtOrBelow = (path: string, above: string) => path === above || path.startsWith(`${above}/`);

export function textOf(state: State): string {
  return [...state].map(([path, content]) => (content === undefined ? `${path}/` : `${path}=${content}`)).sort().join('\n');
}
