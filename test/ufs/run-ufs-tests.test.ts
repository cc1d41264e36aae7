/** `alluxio runUfsTests`, from its command line to its lines. */
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/main.ts';
import { CONFORMANCE_CASES } from '../../src/ufs/conformance.ts';
import type { TestOss } from '../support/oss.ts';
import { OSS_KEYS, startTestOss } from '../support/oss.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'alluxio-ufs-tests-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function runUfsTests(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [openSync(join(home, 'out'), 'w'), openSync(join(home, 'err'), 'w')];
  try {
    const status = await main(['runUfsTests', ...args], { env: { HOME: home }, cwd: () => home, installDir: home, stdout, stderr });
    return { status, stdout: readFileSync(join(home, 'out'), 'utf8'), stderr: readFileSync(join(home, 'err'), 'utf8') };
  } finally {
    closeSync(stdout);
    closeSync(stderr);
  }
}

function definesFor(oss: TestOss): string[] {
  return [`-Dfs.oss.endpoint=${oss.endpoint}`, `-Dfs.oss.accessKeyId=${OSS_KEYS.accessKeyId}`, `-Dfs.oss.accessKeySecret=${OSS_KEYS.accessKeySecret}`];
}

describe('runUfsTests', () => {
  it('runs all 43 on a local folder, passes, and leaves nothing', async () => {
    const { status, stdout } = await runUfsTests('--path', join(home, 'store'));
    expect(CONFORMANCE_CASES).toHaveLength(43);
    expect(stdout).toBe(`${CONFORMANCE_CASES.map(({ name }) => `Running test: ${name}...\nPassed the test!\n`).join('')}Tests completed with 0 failed.\n`);
    expect(status).toBe(0);
    expect(readdirSync(join(home, 'store'))).toEqual([]);
  });

  it('runs the named tests on a bucket, with -D for its properties', async () => {
    const oss = await startTestOss();
    try {
      const defines = definesFor(oss);
      const tests = ['--test', 'createOpenLargeTest', '--test', 'renameDirectoryDeepTest'];
      const { status, stdout } = await runUfsTests('--path', `oss://${oss.bucket}/dir`, ...tests, ...defines);
      expect(stdout).toBe('Running test: createOpenLargeTest...\nPassed the test!\nRunning test: renameDirectoryDeepTest...\nPassed the test!\nTests completed with 0 failed.\n');
      expect(status).toBe(0);
      await oss.fault('internal-error', { method: 'GET' });
      const failing = await runUfsTests('--path', `oss://${oss.bucket}/dir`, '--test', 'createEmptyTest', ...defines, '-Dalluxio.underfs.oss.retry.max=0');
      expect(failing.status).toBe(1);
    } finally {
      await oss.close();
    }
  });

  it('names each failure, goes on, and fails at the end', async () => {
    const oss = await startTestOss();
    try {
      await oss.fault('internal-error', { method: 'PUT' });
      const { status, stdout } = await runUfsTests('--path', `oss://${oss.bucket}/dir`, '--test', 'existsTest', '--test', 'isFileTest', ...definesFor(oss), '-Dalluxio.underfs.oss.retry.max=0');
      expect(status).toBe(1);
      expect(stdout).toContain('Operation existsTest failed\n');
      expect(stdout).toContain('Operation isFileTest failed\n');
      expect(stdout.endsWith('Failed the test!\nTests completed with 2 failed.\n')).toBe(true);
    } finally {
      await oss.close();
    }
  });

  it('says once why a storage cannot be used, and runs no test', async () => {
    const oss = await startTestOss();
    try {
      const bucket = await runUfsTests('--path', 'oss://no-such-bucket/dir', ...definesFor(oss));
      expect(bucket.stderr).toMatch(/^oss:\/\/no-such-bucket\/dir is not a valid path: OSS bucket "no-such-bucket" does not exist [^\n]*\n$/);
      const keys = await runUfsTests('--path', `oss://${oss.bucket}/dir`, ...definesFor(oss), '-Dfs.oss.accessKeySecret=another');
      expect(keys.stderr).toMatch(/is not a valid path: [^\n]*SignatureDoesNotMatch/);
      writeFileSync(join(home, 'file'), '');
      const file = await runUfsTests('--path', join(home, 'file'));
      for (const { status, stdout } of [bucket, keys, file]) expect([status, stdout]).toEqual([1, '']);
    } finally {
      await oss.close();
    }
  });

  it('prints a record a test with --json', async () => {
    const { status, stdout } = await runUfsTests('--json', '--path', join(home, 'store'), '--test', 'existsTest');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ test: 'existsTest', passed: true, error: null });
  });

  it.each([
    [[], 'The following option is required: [--path]'],
    [['--path', 'relative/path'], 'relative/path is not a valid path'],
    [['--path', 's3://bucket/x'], 's3://bucket/x is not a valid path: No Under File System Factory found for: s3://bucket/x'],
    [['--path', 'oss://some-bucket/x'], 'OSS Credentials not available, cannot create OSS Under File System.'],
    [['--path', '/tmp', '--test', 'noSuchTest'], 'There is no test noSuchTest'],
  ])('%j is refused with status 1', async (args, words) => {
    const { status, stderr } = await runUfsTests(...args);
    expect(stderr).toContain(words);
    expect(status).toBe(1);
  });
});
