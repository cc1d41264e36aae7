import { describe, expect, it } from 'vitest';
import { DialectError, noShellOptions, readLine } from '../../src/cli-dialect.ts';
import { parseOptions } from '../../src/cli-commander.ts';
import { takeGenericOptions } from '../../src/cli-generic.ts';
import { nearest } from '../../src/cli-suggest.ts';
import type { CommandSpec, OptionSpec } from '../../src/commands/command.ts';

const OPTIONS: readonly OptionSpec[] = [
  { short: 'R', description: '' },
  { short: 'p', description: '' },
  { short: 'h', description: '' },
  { short: 'c', value: 'bytes', description: '' },
  { short: 't', long: 'timeout', value: 'ms', description: '' },
  { long: 'action', value: 'action', description: '' },
  { long: 'alluxioOnly', description: '' },
  { long: 'max', value: 'num', description: '' },
  { long: 'replication', value: 'num', description: '' },
  { long: 'option', value: 'key=val', repeatable: true, description: '' },
  { long: 'host', value: 'h', description: '' },
  { long: 'hosts', value: 'h', description: '' },
];
const SPEC: CommandSpec = { group: 'fs', name: 'x', usage: 'x', summary: '', args: { min: 0, max: 9 }, options: OPTIONS, examples: [], run: () => Promise.resolve() };

function read(line: string[]): unknown[] {
  const { options, args } = readLine(line, OPTIONS, noShellOptions());
  return [parseOptions(SPEC, options), ...args];
}

describe('the dialect of commons-cli', () => {
  it.each([
    ['options after positionals', ['/d', '-R'], [{ R: true }, '/d']],
    ['a cluster', ['-pR', '/d'], [{ p: true, R: true }, '/d']],
    ['one dash for a long name', ['-action', 'free', '/f'], [{ action: 'free' }, '/f']],
    ['two dashes', ['--action', 'free'], [{ action: 'free' }]],
    ['an equals sign', ['--action=free'], [{ action: 'free' }]],
    ['an equals sign after one dash', ['-action=free'], [{ action: 'free' }]],
    ['an equals sign after a letter', ['-c=4KB'], [{ c: '4KB' }]],
    ['a value that sticks to its letter', ['-c100', '/f'], [{ c: '100' }, '/f']],
    ['a value that sticks to a cluster', ['-Rc100', '/f'], [{ R: true, c: '100' }, '/f']],
    ['a prefix', ['--repl', '3'], [{ replication: '3' }]],
    ['a prefix after one dash', ['-alluxio'], [{ alluxioOnly: true }]],
    ['a whole name that begins another', ['--host', 'a'], [{ host: 'a' }]],
    ['short and long of one option', ['-t', '5'], [{ timeout: '5' }]],
    ['a negative number as a value', ['--max', '-1', '/f'], [{ max: '-1' }, '/f']],
    ['a value with a dash that is no option', ['--action', '-x'], [{ action: '-x' }]],
    ['an empty value', ['--action', '', '/f'], [{ action: '' }, '/f']],
    ['quotes around a value', ['--action', '"free"'], [{ action: 'free' }]],
    ['quotes after an equals sign', ['--action="a b"'], [{ action: 'a b' }]],
    ['a quote inside stays', ['--action', '"a"b"'], [{ action: '"a"b"' }]],
    ['the end of options', ['--', '-R', '--max'], [{}, '-R', '--max']],
    ['a lone dash', ['-', '/f'], [{}, '-', '/f']],
    ['the first of a repeated option', ['--max', '1', '--max', '2'], [{ max: '1' }]],
    ['all of a repeatable one', ['--option', 'a=b=c', '/m', '--option', 'd='], [{ option: ['a=b=c', 'd='] }, '/m']],
    ['its own -h', ['-h'], [{ h: true }]],
    ['an empty positional', [''], [{}, '']],
  ])('reads %s', (_name, line, expected) => expect(read(line)).toEqual(expected));

  it.each([
    [['-x'], 'Unrecognized option: -x'],
    [['--nope'], 'Unrecognized option: --nope'],
    [['/f', '-1'], 'Unrecognized option: -1'],
    [['-Rx'], 'Unrecognized option: -Rx'],
    [['--alluxioOnly=true'], 'Unrecognized option: --alluxioOnly=true'],
    [['-R=1'], 'Unrecognized option: -R=1'],
    [['--action'], 'Missing argument for option: action'],
    [['-t', '-R'], 'Missing argument for option: t'],
    [['--a', '1'], "Ambiguous option: '--a'  (could be: 'action', 'alluxioOnly')"],
    [['--ho=1'], "Ambiguous option: '--ho'  (could be: 'host', 'hosts')"],
    [['--'.concat('=x')], 'Unrecognized option: --=x'],
  ])('refuses %j', (line, message) => expect(() => read(line)).toThrow(new DialectError(message)));

  it('takes the options of the shell anywhere but after --', () => {
    const shell = noShellOptions();
    expect(readLine(['a', '--json', '--debug', '--no-color', '--', '--quiet'], [], shell).args).toEqual(['a', '--quiet']);
    expect(shell).toEqual({ help: false, json: true, quiet: false, debug: true, color: false });
  });

  it('takes -h for help where the command has none of its own', () => {
    const shell = noShellOptions();
    readLine(['-h'], [], shell);
    expect(shell.help).toBe(true);
  });
});

it('takes generic options wherever they stand', () => {
  const { defines, rest } = takeGenericOptions(['fs', '-Da.b=c=d', 'ls', '-Xmx1g', '-debug', '/p', '-Dempty', '-agentlib:x', '-javaagent:y']);
  expect(defines).toEqual([['a.b', 'c=d'], ['empty', '']]);
  expect(rest).toEqual(['fs', 'ls', '/p']);
});

it.each([
  ['lss', 'ls'],
  ['LS', 'ls'],
  ['copyFromLocla', 'copyFromLocal'],
  ['mkdri', 'mkdir'],
  ['frobnicate', undefined],
])('for %s suggests %s', (typed, expected) => expect(nearest(typed, ['ls', 'mkdir', 'copyFromLocal', 'cat'])).toBe(expected));
