import { describe, expect, it } from 'vitest';
import { onOneLine } from '../../src/terminal/escape.ts';
import { formatSize, percentOf } from '../../src/terminal/size.ts';
import { progressText } from '../../src/terminal/transfer-display.ts';
import { wrapped } from '../../src/terminal/wrap.ts';

describe('formatSize', () => {
  it.each([
    [-1, '-1B'],
    [0, '0B'],
    [1536, '1536B'],
    [5120, '5120B'],
    [5121, '5.00KB'],
    [26847, '26.22KB'],
    [5242880, '5120.00KB'],
    [10245636, '9.77MB'],
    [5 * 1024 ** 3, '5120.00MB'],
    [100 * 1024 ** 3, '100.00GB'],
    [10 * 1024 ** 4, '10.00TB'],
    [2 ** 53, '8.00PB'],
  ])('%d is %s', (bytes, expected) => expect(formatSize(bytes)).toBe(expected));
});

it('truncates percentages, and says what nothing of nothing is', () => {
  expect(percentOf(2, 3, 0)).toBe(66);
  expect(percentOf(999, 1000, 0)).toBe(99);
  expect(percentOf(0, 0, 100)).toBe(100);
});

it('shows control characters of names instead of obeying them', () => {
  expect(onOneLine('Path "/a\nb\tc\u001b[31m中文" does not exist.')).toBe('Path "/a\\nb\\tc\\u001b[31m中文" does not exist.');
});

describe('wrapped', () => {
  it('breaks at blanks and indents what follows', () => expect(wrapped('usage: one two three', 12, 7)).toBe('usage: one\n       two\n       three'));
  it('breaks a word that is too long', () => expect(wrapped('abcdefghij', 4, 0)).toBe('abcd\nefgh\nij'));
  it('keeps line breaks', () => expect(wrapped('a b\nc', 80, 0)).toBe('a b\nc'));
});

it('tells what a transfer has done, at which rate, and how long it still takes', () => {
  const half = { label: 'copying', files: 3, bytes: 50 * 1024 ** 2, expectedFiles: 7, expectedBytes: 100 * 1024 ** 2, seconds: 10 };
  expect(progressText(half)).toBe('copying  3/7 files, 50.00MB of 100.00MB, 5120.00KB/s, 10s left');
  expect(progressText({ ...half, files: 0, bytes: 0, expectedFiles: 0, expectedBytes: 0 })).toBe('copying');
});
