import { usageBlock } from './usage-block.ts';
import type { CommandSpec } from './command.ts';
import { flag } from './options.ts';
import { RUN_TESTS_JSON, RUN_TESTS_OPTIONS, runTests } from './run-tests.ts';

export const command: CommandSpec = {
  group: 'top',
  name: 'runTests',
  usage: 'runTests [--directory <path>] [--operation <operation>] [--readType <type>] [--writeType <type>]',
  summary: 'Runs all 24 tests of reading and writing: 3 read types, 4 write types, 2 operations.',
  description: 'Writes and reads small files in <directory>/default_tests_files, which is emptied first; afterwards each file is in the under storage.',
  args: { min: 0, max: 0 },
  options: RUN_TESTS_OPTIONS,
  examples: [{ command: 'alluxio runTests', does: 'Check that the root mount can be written and read.' }],
  exitCodes: [{ status: 1, when: 'one test failed; in general the status is the number of failures' }],
  json: RUN_TESTS_JSON,
  failureStatus: 255,
  async run(input, ctx) {
    if (!flag(input, 'h')) return runTests(input, ctx);
    for (const line of usageBlock(command)) ctx.out.line(line);
    return 0;
  },
};
