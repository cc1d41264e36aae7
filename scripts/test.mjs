/**
 * The whole check: installs where needed, builds, checks types and style, runs the tests. The last line is always `N passed, N failed`, counted
 * from the runner's own report; a step that fails counts as one failure, and a run in which nothing ran is a failure. Node's own modules only,
 * because nothing may be installed yet.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a step with its output shown; true when it went well. */
function step(name, command, args) {
  process.stdout.write(`\n== ${name}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) process.stdout.write(`${name}: ${error.message}\n`);
  return status === 0;
}

/** npm keeps a copy of the lockfile in node_modules; as long as the real one is not newer, what is installed is what is locked. */
function isInstalled() {
  const copy = join(root, 'node_modules', '.package-lock.json');
  return existsSync(copy) && statSync(copy).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function tool(name, ...path) {
  return [process.execPath, join(root, 'node_modules', name, ...path)];
}

function runTests(extra) {
  const folder = mkdtempSync(join(tmpdir(), 'alluxio-report-'));
  const report = join(folder, 'report.json');
  const [node, vitest] = tool('vitest', 'vitest.mjs');
  try {
    const well = step('tests', node, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...extra]);
    return { well, ...countsOf(report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file that could not even be loaded has no tests to count: it is one failure. */
function countsOf(report) {
  if (!existsSync(report)) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'));
  for (const { name } of broken) process.stdout.write(`could not be run: ${name}\n`);
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

function main() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  let failed = 0;
  let passed = 0;
  if (!isInstalled() && !step('install', npm, ['ci', '--no-audit', '--no-fund'])) return { passed, failed: 1 };
  if (!step('build', process.execPath, [join(root, 'scripts', 'build.mjs')])) failed += 1;
  if (!step('types', ...commandOf(tool('typescript', 'bin', 'tsc'), ['--noEmit']))) failed += 1;
  if (!step('lint', ...commandOf(tool('eslint', 'bin', 'eslint.js'), ['.']))) failed += 1;
  const tests = runTests(process.argv.slice(2));
  passed += tests.passed;
  failed += tests.failed;
  if (tests.passed + tests.failed === 0) process.stdout.write('no test ran\n');
  // The runner may fail for reasons that no test shows, an unhandled rejection for one.
  if (tests.failed === 0 && (!tests.well || tests.passed === 0)) failed += 1;
  return { passed, failed };
}

function commandOf([command, script], args) {
  return [command, [script, ...args]];
}

const { passed, failed } = main();
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
