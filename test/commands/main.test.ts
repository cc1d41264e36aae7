/** Dispatch, usage, misuse: what main.ts decides before a command runs. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS, DROPPED } from '../../src/commands/index.ts';
import { main } from '../../src/main.ts';

async function alluxio(...argv: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const home = mkdtempSync(join(tmpdir(), 'alluxio-main-'));
  const [stdout, stderr] = [openSync(join(home, 'out'), 'w'), openSync(join(home, 'err'), 'w')];
  try {
    const status = await main(argv, { env: { HOME: home }, cwd: () => home, installDir: home, stdout, stderr });
    return { status, stdout: readFileSync(join(home, 'out'), 'utf8'), stderr: readFileSync(join(home, 'err'), 'utf8') };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
    rmSync(home, { recursive: true, force: true });
  }
}

describe('usage', () => {
  it('of alluxio alone: on stdout, status 1', async () => {
    const { status, stdout, stderr } = await alluxio();
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^Usage: alluxio COMMAND \[GENERIC_COMMAND_OPTIONS\] \[COMMAND_ARGS\]\n/);
    expect(stdout).toMatch(/\n {2}fs +\t.*\n/);
  });

  it('of fs alone: each command once, sorted, padded to 60, status 255', async () => {
    const { status, stdout, stderr } = await alluxio('fs');
    expect([status, stderr]).toEqual([255, '']);
    const [first, ...lines] = stdout.split('\n').filter((line) => !line.startsWith('\tload') && !line.startsWith('For '));
    expect(first).toBe('Usage: alluxio fs [generic options]');
    expect(lines[0]).toBe('\t [cat <path>]'.padEnd(60));
    expect(lines).toContain('\t [copyFromLocal [--thread <num>] [--buffersize <bytes>] <src> <remoteDst>]');
    expect(stdout).not.toContain('[umount');
  });

  it('asked for with --help is a success', async () => {
    expect((await alluxio('--help')).status).toBe(0);
    expect((await alluxio('fs', '-h')).status).toBe(0);
  });
});

describe('unknown commands', () => {
  it('of alluxio', async () => {
    const { status, stdout, stderr } = await alluxio('versoin');
    expect([status, stderr]).toEqual([1, 'Unsupported command versoin\nDid you mean "alluxio version"?\n']);
    expect(stdout).toMatch(/^Usage: alluxio COMMAND/);
  });

  it.each([
    ['LS', 'LS is an unknown command.\nDid you mean "alluxio fs ls"?\n'],
    ['lsr', 'lsr is an unknown command.\nDid you mean "alluxio fs ls"?\n'],
    ['frobnicate', 'frobnicate is an unknown command.\n'],
    ['constructor', 'constructor is an unknown command.\n'],
  ])('of fs: %s', async (name, words) => {
    const { status, stdout, stderr } = await alluxio('fs', name, '/x');
    expect([status, stderr]).toEqual([255, words]);
    expect(stdout).toMatch(/^Usage: alluxio fs \[generic options\]\n/);
  });

  it.each(Object.keys(DROPPED.top ?? {}))('%s says why it is not here', async (name) => {
    const { status, stdout, stderr } = await alluxio(name);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`^${name} .*\n$`));
  });
});

describe('misuse of a command', () => {
  it.each([
    [['fs', 'ls', '-x', '/'], 'Failed to parse args for ls: Unrecognized option: -x', 'Usage: ls '],
    [['fs', 'setTtl', '/f', '-1'], 'Failed to parse args for setTtl: Unrecognized option: -1', 'Usage: setTtl '],
    [['fs', 'setTtl', '/f', '1', '--action'], 'Failed to parse args for setTtl: Missing argument for option: action', 'Usage: setTtl '],
    [['fs', 'stat'], 'Command stat takes 1 arguments, not 0', 'Usage: stat '],
    [['fs', 'mv', '/a'], 'Command mv takes 2 arguments, not 1', 'Usage: mv '],
    [['fs', 'cat'], 'Command cat requires at least 1 arguments (0 provided)', 'Usage: cat '],
    [['fs', 'help', 'a', 'b'], 'Command help requires at most 1 arguments (2 provided)', 'Usage: help '],
    [['fs', 'mount', '/a'], 'Command mount takes 0 or 2 arguments, not 1', 'Usage: mount '],
    [['fs', 'mount', '/a', '/b', '/c'], 'Command mount takes 0 or 2 arguments, not 3', 'Usage: mount '],
    [['fs', 'updateMount'], 'Command updateMount takes 1 argument, not 0', 'Usage: updateMount '],
    [['fs', 'umount'], 'Command unmount takes 1 arguments, not 0', 'Usage: unmount '],
    [['fs', 'getCapacityBytes', 'x'], 'Command getCapacityBytes takes 0 arguments, not 1', 'Usage: getCapacityBytes'],
    [['fs', 'cp', '--buffersize', '1', '/a', '/b'], 'Failed to parse args for cp: Unrecognized option: --buffersize', 'Usage: cp '],
    [['fs', 'mkdir', '--json', '/a'], 'Failed to parse args for mkdir: Unrecognized option: --json', 'Usage: mkdir '],
  ])('%j', async (argv, message, usage) => {
    const { status, stdout, stderr } = await alluxio(...argv);
    const lines = stderr.split('\n');
    expect([status, stdout, lines[0]]).toEqual([255, '', message]);
    expect(lines[1]).toMatch(usage);
    expect(lines.length).toBeGreaterThan(3);
  });

  it('goes to stdout where that is configured, as in Alluxio', async () => {
    const { status, stdout, stderr } = await alluxio('fs', 'stat', '-Dalluxio.user.shell.error.stream=stdout');
    expect([status, stderr]).toEqual([255, '']);
    expect(stdout).toMatch(/^Command stat takes 1 arguments, not 0\nUsage: stat /);
  });

  it('of format has a status of its own', async () => {
    for (const words of [['all'], ['-x'], ['-s', '-s'], ['-ss'], ['--force'], ['-s', 'x']]) {
      const { status, stdout, stderr } = await alluxio('format', ...words);
      expect([status, stdout], words.join(' ')).toEqual([2, '']);
      expect(stderr).toMatch(/^Usage: alluxio format \[-s\]/m);
    }
  });
});

const listed = (argv: readonly string[]): boolean => /^[a-z]\w*$/i.test(argv.at(-1) ?? '');

describe('--help', () => {
  const every = Object.entries(COMMANDS).flatMap(([group, list]) => Object.keys(list).map((name) => (group === 'top' ? [name] : [group, name])));

  it.each(every.map((argv) => [argv]))('%j has usage, examples and exit codes, and needs no configuration', async (argv) => {
    const help = await alluxio(...argv, '--help');
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toMatch(/^Usage: alluxio[ -]/);
    // What stands in no list is for scripts and prompts.
    if (!listed(argv)) return;
    expect(help.stdout).toMatch(/\nExamples:\n {2}\$ .*\balluxio /);
    expect(help.stdout).toMatch(/\nExit codes:\n {2}0 {4}(success|ended when it was asked to .*)\n/);
  });

  it('is -h as well, but not for a command that has its own', async () => {
    expect((await alluxio('fs', 'cat', '-h')).stdout).toMatch(/^Usage: alluxio fs cat <path>/);
    expect((await alluxio('fs', 'count', '-h')).stderr).toMatch(/^Command count takes 1 arguments, not 0/);
  });
});

describe('fs help', () => {
  it('lays a command out as commons-cli does', async () => {
    const { status, stdout } = await alluxio('fs', 'help', 'setReplication');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^setReplication: Sets the minimum/);
    expect(stdout).toContain('\nusage: setReplication [-R] [--max <num> | --min <num>] <path>\n    --max <num>   the maximum number of replicas\n');
  });

  it('shows them all, in order, with an empty line after each', async () => {
    const { stdout } = await alluxio('fs', 'help');
    const names = [...stdout.matchAll(/(?:^|\n\n)(\w+): /g)].map((match) => match[1]);
    expect(names).toEqual(Object.keys(COMMANDS.fs).filter((name) => name !== 'umount' && listed([name])).sort());
  });

  it('refuses an unknown name', async () => {
    expect(await alluxio('fs', 'help', 'nope')).toEqual({ status: 255, stdout: '', stderr: 'nope is an unknown command.\n' });
  });
});
