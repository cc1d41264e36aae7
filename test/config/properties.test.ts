import { describe, expect, it } from 'vitest';
import { parseProperties } from '../../src/config/properties.ts';

function read(text: string): Record<string, string> {
  const { entries, problems } = parseProperties(text);
  expect(problems).toEqual([]);
  return Object.fromEntries(entries);
}

describe('Java properties', () => {
  it.each<[string, string, Record<string, string>]>([
    ['= separates', 'a=b', { a: 'b' }],
    [': separates', 'a:b', { a: 'b' }],
    ['a blank separates', 'a b', { a: 'b' }],
    ['a tab separates', 'a\tb', { a: 'b' }],
    ['blanks around = are no part', '  a  =  b  ', { a: 'b' }],
    ['one separator only', 'a = = b', { a: '= b' }],
    ['a value may hold = : and #', 'url=http://h:1/?x=y # not a comment', { url: 'http://h:1/?x=y # not a comment' }],
    ['# and ! begin comment lines', '# a=1\n  ! b=2\nc=3', { c: '3' }],
    ['a comment line does not continue', '# a \\\nb=2', { b: '2' }],
    ['blank lines are left out', '\n \n\t\na=1\n\n', { a: '1' }],
    ['a backslash continues, leading blanks are dropped', 'a=one,\\\n    two,\\\n\tthree', { a: 'one,two,three' }],
    ['a continued line may begin with #', 'a=1\\\n#2', { a: '1#2' }],
    ['a key may continue', 'al\\\n  luxio.home=/x', { 'alluxio.home': '/x' }],
    ['two backslashes at the end do not continue', 'a=1\\\\\nb=2', { a: '1\\', b: '2' }],
    ['three do', 'a=1\\\\\\\nb=2', { a: '1\\b=2' }],
    ['a backslash at the end of the file is dropped', 'a=1\\', { a: '1' }],
    ['\\n \\t \\r \\f', 'a=x\\ny\\tz\\rw\\fv', { a: 'x\ny\tz\rw\fv' }],
    ['\\uXXXX', 'a=\\u4e2d\\u6587 \\uD83D\\uDE00', { a: '中文 😀' }],
    ['escaped separators are part of the key', 'a\\:b\\=c\\ d=1', { 'a:b=c d': '1' }],
    ['an unknown escape is the character', 'a=C\\:\\\\dir\\q', { a: 'C:\\dirq' }],
    ['the last of equal keys wins', 'a=1\nb=2\na=3', { a: '3', b: '2' }],
    ['an empty value counts', 'a=\nb', { a: '', b: '' }],
    ['brackets are ordinary', '[section]\nkey=1\n[x]=2', { '[section]': '', key: '1', '[x]': '2' }],
    ['digits stay as they are', 'fs.oss.accessKeyId=00123456789012', { 'fs.oss.accessKeyId': '00123456789012' }],
    ['words stay as they are', 'a=true\nb=null\nc=1e5\nd=0x10\ne=undefined', { a: 'true', b: 'null', c: '1e5', d: '0x10', e: 'undefined' }],
    ['\\r\\n and \\r end lines', 'a=1\r\nb=2\rc=3', { a: '1', b: '2', c: '3' }],
    ['a byte order mark is dropped', '\uFEFFa=1', { a: '1' }],
    ['UTF-8 stays', 'a=文件 é', { a: '文件 é' }],
    ['blanks of other scripts are kept', 'a=\u00a0x\u3000', { a: '\u00a0x\u3000' }],
    ['prototype names are ordinary', '__proto__=1\nconstructor=2', Object.fromEntries([['__proto__', '1'], ['constructor', '2']])],
    ['a literal \\u after a backslash', 'a=\\\\u0041', { a: '\\u0041' }],
    ['key with a hash', 'a#b=1', { 'a#b': '1' }],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each(['a=\\u12', 'a=\\uXYZW', '\\u00g0=1', 'a=\\u'])('names the line of a malformed %j, not its text', (entry) => {
    const { problems } = parseProperties(`# one\n\nb=1\\\n2\n${entry}\n`);
    expect(problems).toEqual([{ line: 5, fatal: true, message: expect.stringContaining('\\uXXXX') }]);
  });

  it('points out a value without a key', () => {
    const { entries, problems } = parseProperties('a=1\n=secret\n');
    expect([...entries]).toEqual([['a', '1']]);
    expect(problems).toEqual([{ line: 2, fatal: false, message: 'a value without a key is ignored' }]);
  });

  it('reads a thousand entries', () => {
    const text = Array.from({ length: 1000 }, (_, i) => `alluxio.user.key${i} = value \\\n  ${i}`).join('\n');
    expect(parseProperties(text).entries.get('alluxio.user.key999')).toBe('value 999');
  });
});
