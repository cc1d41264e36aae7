import { usageBlock } from './usage-block.ts';
import type { CommandSpec } from './command.ts';
import { flag } from './options.ts';
import { RUN_TESTS_JSON, RUN_TESTS_OPTIONS, runTests } from './run-tests.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'runTest',
  usage: 'runTest [--directory <path>] [--operation <operation>] [--readType <type>] [--writeType <type>]',
  summary: 'Runs the tests of reading and writing that the options select.',
  description: 'Writes and reads small files in <directory>/default_tests_files, which is emptied first; afterwards each file is in the under storage.',
  args: { min: 0, max: 0 },
  options: RUN_TESTS_OPTIONS,
  examples: [{ command: 'alluxio runTest --operation BASIC --readType CACHE --writeType THROUGH', does: 'Run one combination.' }],
  exitCodes: [{ status: 1, when: 'one test failed; in general the status is the number of failures' }],
  json: RUN_TESTS_JSON,
  failureStatus: 255,
  async run(input, ctx) {
    if (!flag(input, 'h')) return runTests(input, ctx);
    for (const line of usageBlock(command)) ctx.out.line(line);
    return 0;
  },
};
