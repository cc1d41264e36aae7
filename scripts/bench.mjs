/**
 * The measuring instrument: what the shell's work costs, each figure beside a floor measured in the same run (`node -e 0`, curl, cat, a raw scan of
 * the store). Floor and subject take turns, and the ratio is the median of the pairs', so that a machine busy with other things moves both.
 *
 *   npm run bench                     everything
 *   npm run bench -- ls upload        the cases whose names hold one of these words
 *   npm run bench -- --quick          a tenth of the sizes
 *   npm run bench -- --write          also writes docs/benchmarks.md
 *   npm run bench -- --profile <dir>  one more run of each with a CPU profile in <dir>
 *   npm run bench -- --list | --rounds <n> | --dir <folder for everything> | --as-built (dist/ as it is)
 */
import { parseArgs } from 'node:util';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CASES } from './bench/cases/index.mjs';
import { openLab, root } from './bench/lab.mjs';
import { describeMachine, machineLine } from './bench/machine.mjs';
import { markdown, rowLine, table } from './bench/report.mjs';

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    profile: { type: 'string' },
    rounds: { type: 'string' },
    dir: { type: 'string' },
    'as-built': { type: 'boolean', default: false },
  },
});

const chosen = CASES.filter(({ id }) => words.length === 0 || words.some((word) => id.includes(word)));

async function measure(lab) {
  const rows = [];
  for (const { id, run } of chosen) {
    process.stderr.write(`\n${id}\n`);
    try {
      for (const row of await run(lab)) {
        rows.push(row);
        process.stderr.write(`  ${rowLine(row)}\n`);
      }
    } catch (error) {
      if (lab.stopped) throw error;
      rows.push({ what: id, problem: error.message });
      process.stderr.write(`  failed: ${error.message}\n`);
    }
    await lab.tidy();
  }
  return rows;
}

async function main() {
  if (options.list) {
    process.stdout.write(`${CASES.map(({ id }) => id).join('\n')}\n`);
    return 0;
  }
  if (chosen.length === 0) {
    process.stderr.write(`bench: no case is named like ${words.join(' ')}; see --list\n`);
    return 1;
  }
  const lab = await openLab({ quick: options.quick, profile: options.profile, rounds: options.rounds, dir: options.dir, asBuilt: options['as-built'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => lab.stop(signal));
  try {
    const machine = describeMachine(lab);
    process.stderr.write(`${machineLine(machine)}\n`);
    const rows = await measure(lab);
    process.stdout.write(`\n${table(rows)}\n`);
    if (options.write) writeFileSync(join(root, 'docs', 'benchmarks.md'), markdown(rows, machine, { quick: lab.quick, places: lab.places, left: CASES.filter((one) => !chosen.includes(one)).map(({ id }) => id) }));
    return rows.some(({ problem }) => problem !== undefined) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\n`);
    return 1;
  } finally {
    await lab.close();
  }
}

process.exitCode = await main();
