import type { CommandContext, CommandSpec } from '../command.ts';
import type { CommandLists } from '../index.ts';
import { scanWords } from '../shell-words.ts';
import { candidatesFor } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { escapeFor } from './escape.ts';

/** Each word comes with this in front, so that none of them looks like an option of ours. */
const MARK = '.';

/**
 * What the scripts of `completion` call at each TAB. `bash .<line up to the cursor> .<the part of it to be replaced>` answers with text to put into the
 * line, quoted as the line is; `words .<word> … .<the word to be completed>` answers with plain words. Each answer ends with a NUL.
 * It reads the journal at most, fails never, and complains never.
 */
export function completeCommand(lists: () => CommandLists): CommandSpec {
  return {
    group: 'top',
    name: '__complete',
    hidden: true,
    silent: true,
    usage: '__complete bash|words .<word>...',
    summary: 'Answers the completion of a shell.',
    args: { min: 0, max: Infinity },
    options: [],
    examples: [],
    async run(input, ctx) {
      const [shell, ...marked] = input.args;
      const words = marked.map((word) => word.slice(MARK.length));
      try {
        const answers = shell === 'bash' ? await answerBash(words, lists(), ctx) : await answerWords(words, lists(), ctx);
        await ctx.out.write(answers.map((answer) => `${answer}\0`).join(''));
      } catch {
        // At a prompt, no answer is the answer.
      }
    },
  };
}

async function answerWords(words: readonly string[], lists: CommandLists, ctx: CommandContext): Promise<string[]> {
  const candidates = await candidatesFor({ before: words.slice(1, -1), current: words.at(-1) ?? '' }, lists, ctx);
  return candidates.map(({ word }) => word);
}

/** Readline replaces only what comes after the last `:` or `=` or opening quote. What was typed there stays as it is, and the rest of the candidate is added. */
async function answerBash([line = '', replaced = '']: readonly string[], lists: CommandLists, ctx: CommandContext): Promise<string[]> {
  const { words, open, quoting } = scanWords(line);
  if (quoting === 'backslash' || !line.endsWith(replaced)) return [];
  const before = open === undefined ? words.slice(1) : words.slice(1, -1);
  const current = open ?? '';
  const candidates = await candidatesFor({ before, current }, lists, ctx);
  return candidates.map((candidate) => replaced + escapeFor(quoting, candidate.word.slice(current.length)) + ending(candidate, quoting));
}

/** Readline itself closes a quote. */
function ending({ final }: Candidate, quoting: string): string {
  return final && quoting === 'none' ? ' ' : '';
}
