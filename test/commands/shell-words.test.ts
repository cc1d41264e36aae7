/** Cutting a line into words: as a shell does it, asked of a real one. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { escapeFor } from '../../src/commands/completion/escape.ts';
import { scanWords } from '../../src/commands/shell-words.ts';

/** The words that bash makes of each line. */
function byBash(lines: readonly string[]): string[][] {
  const script = lines.map((line) => `set --\nset -- ${line}\nprintf '%s\\0' "$#" "$@"\n`).join('');
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-f'], { input: script, encoding: 'utf8', env: { LC_ALL: 'C.UTF-8', PATH: process.env.PATH ?? '' } });
  expect(stderr).toBe('');
  const fields = stdout.split('\0');
  return lines.map(() => {
    const count = Number(fields.shift());
    return fields.splice(0, count);
  });
}

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe('words', () => {
  it('are those of bash, for any line that a shell would only cut', () => {
    const pieces = ['a', 'b', ' ', '  ', '\t', "'", '"', '\\', '#', '*', '=', 'é', "$'", '\\n', '\\x41', '\\303\\251', '/', '-R', "''"];
    const random = numbers(7);
    const lines: string[] = [];
    while (lines.length < 3000) {
      const line = Array.from({ length: 1 + Math.floor(random.next().value * 9) }, () => pieces[Math.floor(random.next().value * pieces.length)] ?? '').join('');
      const { quoting, active } = scanWords(line);
      if (quoting === 'none' && active === undefined) lines.push(line);
    }
    const wanted = byBash(lines);
    for (const [i, line] of lines.entries()) expect(scanWords(line).words, JSON.stringify(line)).toEqual(wanted[i]);
  });

  it('name what a shell would act upon, unless it is quoted', () => {
    for (const [line, active] of [['ls / | cat', '|'], ['ls /; rm /a', ';'], ['ls "$HOME"', '$'], ['ls `x`', '`'], ['ls > f', '>'], ['a && b', '&'], ['ls (a)', '(']]) {
      expect(scanWords(line ?? '').active, line).toBe(active);
    }
    for (const line of ["ls '/a|b;$c'", 'ls /a\\&b', 'ls "/a;b"', '# rm / | cat']) expect(scanWords(line).active, line).toBeUndefined();
  });

  it('tell inside of what a line ends', () => {
    const ends = { 'ls /a b': 'none', "ls '/a": 'single', 'ls "/a': 'double', "ls $'/a\\'": 'ansi', 'ls /a\\': 'backslash', 'ls "/a\\"': 'double' };
    for (const [line, quoting] of Object.entries(ends)) expect(scanWords(line).quoting, line).toBe(quoting);
    expect(scanWords('ls /a ').open).toBeUndefined();
    expect(scanWords("ls '/a b").open).toBe('/a b');
  });
});

describe('a completed word', () => {
  it('means the name, whatever is in it and in whatever quotes it was begun', () => {
    const names = ['plain', 'a b', "it's", 'q"d', '$x`y`', 'a\\b', 'x\ny', 'tab\there', '!bang', 'a&b|c;d<e>f(g)', '*?[x]{y}', '#no', 'ünï 中', '\u0001', '~', 'a=b:c', '\u007f'];
    const begun = { none: 'ls /d/', single: "ls '/d/", double: 'ls "/d/', ansi: "ls $'/d/" } as const;
    const closed = { none: '', single: "'", double: '"', ansi: "'" } as const;
    for (const quoting of ['none', 'single', 'double', 'ansi'] as const) {
      const lines = names.map((name) => begun[quoting] + escapeFor(quoting, name) + closed[quoting]);
      expect(byBash(lines), quoting).toEqual(names.map((name) => ['ls', `/d/${name}`]));
      for (const [i, line] of lines.entries()) expect(scanWords(line).words, line).toEqual(['ls', `/d/${names[i] ?? ''}`]);
    }
  });
});
