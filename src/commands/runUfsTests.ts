import type { CommandContext, CommandInput, CommandSpec } from './command.ts';
import { AlluxioError, isAlluxioError, messageOf } from '../errors.ts';
import { CONFORMANCE_CASES, CONFORMANCE_SETTINGS, runConformance } from '../ufs/conformance.ts';
import type { ConformanceResult } from '../ufs/conformance.ts';
import { createUfs } from '../ufs/registry.ts';
import type { Ufs } from '../ufs/ufs.ts';
import { UfsUri } from '../uri.ts';
import { text, texts } from './options.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'runUfsTests',
  usage: 'runUfsTests --path <ufs uri> [--test <name>]...',
  summary: 'Tests whether an under storage does what this software needs of it.',
  description:
    'Works in a new folder <path>/<random uuid>, which is removed at the end; nothing else there is touched. Neither a formatted home nor a mount is needed. ' +
    `Properties for the tested storage are given with -D. The tests are:\n${CONFORMANCE_CASES.map((test) => `  ${test.name}: ${test.description}`).join('\n')}`,
  args: { min: 0, max: 0 },
  options: [
    { long: 'path', value: 'ufs uri', description: 'the folder to test in, such as oss://my-bucket/some/dir' },
    { long: 'test', value: 'name', words: CONFORMANCE_CASES.map(({ name }) => name), repeatable: true, description: 'only this test; repeat it for more' },
  ],
  examples: [
    { command: 'alluxio runUfsTests --path oss://my-bucket/tmp', does: 'Check a bucket, and the keys and the endpoint of the site file, before it is mounted.' },
    { command: 'alluxio runUfsTests --path oss://my-bucket/tmp --test renameFileTest -Dfs.oss.endpoint=oss-cn-shanghai.aliyuncs.com', does: 'One test, at another endpoint.' },
  ],
  exitCodes: [{ status: 1, when: 'a test failed, or the path cannot be used' }],
  json: 'one line for each test: test, passed, ms, error (null when it passed)',
  failureStatus: 1,
  async run(input, ctx) {
    const path = text(input, 'path');
    if (path === undefined) throw new AlluxioError('USAGE', 'The following option is required: [--path]', { exitStatus: 1 });
    const tests = chosenTests(input);
    const failed = await runConformance(await open(path, ctx), {
      ...(tests.length === 0 ? {} : { tests }),
      signal: ctx.signal,
      onStart: (test) => {
        if (!ctx.out.json) ctx.out.line(`Running test: ${test.name}...`);
      },
      onResult: (result) => report(result, ctx),
    });
    ctx.signal.throwIfAborted();
    if (!ctx.out.json) ctx.out.line(`Tests completed with ${failed} failed.`);
    return failed === 0 ? 0 : 1;
  },
};

function chosenTests(input: CommandInput): readonly string[] {
  const names = texts(input, 'test');
  const unknown = names.find((name) => !CONFORMANCE_CASES.some((test) => test.name === name));
  if (unknown === undefined) return names;
  throw new AlluxioError('USAGE', `There is no test ${unknown}`, { exitStatus: 1, hint: 'alluxio runUfsTests --help lists them.' });
}

async function open(path: string, ctx: CommandContext): Promise<Ufs> {
  try {
    const ufs = await createUfs(UfsUri.parse(path), ctx.config.overlay(CONFORMANCE_SETTINGS, 'MOUNT_OPTION'));
    // Keys, bucket and network once, instead of the same failure for each test.
    for await (const page of ufs.list('', { signal: ctx.signal })) if (page !== undefined) break;
    return ufs;
  } catch (error) {
    const [code, hint] = isAlluxioError(error) ? [error.code, error.hint] : (['INTERNAL', undefined] as const);
    throw new AlluxioError(code, `${path} is not a valid path: ${messageOf(error)}`, { exitStatus: 1, cause: error, ...(hint === undefined ? {} : { hint }) });
  }
}

function report({ test, error, ms }: ConformanceResult, { out }: CommandContext): void {
  if (out.json) {
    out.record({ test: test.name, passed: error === undefined, ms: Math.round(ms), error: error === undefined ? null : messageOf(error) });
    return;
  }
  if (error === undefined) {
    out.line(out.paint('Passed the test!', 'green'));
    return;
  }
  out.line(`Operation ${test.name} failed`);
  out.line(`${test.description} ${messageOf(error)}`);
  out.line(out.paint('Failed the test!', 'red'));
}
