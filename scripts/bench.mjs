/**
 * The measuring instrument: what the shell's work costs, each figure beside a floor measured in the same run (`node -e 0`, curl, cat, a raw scan of
 * the store) and, where one is installed, beside a peer on the same ossServer. Floor and subject take turns, and the ratio is the median of the pairs',
 * so that a machine busy with other things moves both. `chrt -r 1 npm run bench` keeps other work out of the figures.
 *
 *   npm run bench                            everything
 *   npm run bench -- --only startup,list     the cases whose ids begin so
 *   npm run bench -- --quick                 a tenth of the sizes
 *   npm run bench -- --large                 with ten million inodes as well
 *   npm run bench -- --write                 also writes docs/benchmarks.md and its charts; rows of cases that were not run stay as they were
 *   npm run bench -- --profile <dir>         one more run of each with a CPU profile in <dir>
 *   npm run bench -- --draw                  measures nothing, draws the charts of docs/benchmarks.json again
 *   npm run bench -- --list | --rounds <n> | --dir <folder for everything> | --as-built (dist/ as it is)
 */
import { parseArgs } from 'node:util';
import { CASES, chosenCases } from './bench/cases/index.mjs';
import { openLab } from './bench/lab.mjs';
import { describeMachine, machineLine } from './bench/machine.mjs';
import { drawCharts, writePage } from './bench/page.mjs';
import { rowLine, table } from './bench/report.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
    profile: { type: 'string' },
    rounds: { type: 'string' },
    dir: { type: 'string' },
    'as-built': { type: 'boolean', default: false },
  },
});

const words = [...options.only, ...positionals].flatMap((word) => word.split(',')).filter((word) => word !== '');
const chosen = chosenCases(words);

async function measure(lab) {
  const rows = [];
  for (const { id, run } of chosen) {
    const started = performance.now();
    process.stderr.write(`\n${id}\n`);
    const add = (row) => {
      rows.push({ case: id, ...row });
      process.stderr.write(`  ${rowLine(row)}\n`);
    };
    try {
      for (const row of (await run(lab, add)) ?? []) add(row);
    } catch (error) {
      if (lab.stopped) throw error;
      add({ what: id, problem: error.message });
    }
    await lab.tidy();
    process.stderr.write(`  (${Math.round((performance.now() - started) / 1000)} s)\n`);
  }
  return rows;
}

async function main() {
  if (options.list) {
    process.stdout.write(`${CASES.map(({ id, about }) => `${id.padEnd(24)} ${about}`).join('\n')}\n`);
    return 0;
  }
  if (options.draw) {
    drawCharts();
    return 0;
  }
  if (chosen.length === 0) {
    process.stderr.write(`bench: no case is named like ${words.join(', ')}; see --list\n`);
    return 1;
  }
  const lab = await openLab({ quick: options.quick, large: options.large, profile: options.profile, rounds: options.rounds, dir: options.dir, asBuilt: options['as-built'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => lab.stop(signal));
  try {
    const machine = describeMachine(lab);
    process.stderr.write(`${machineLine(machine)}\n`);
    const rows = await measure(lab);
    process.stdout.write(`\n${table(rows)}\n`);
    if (options.write) writePage(rows, { machine, lab, cases: CASES });
    return rows.some(({ problem }) => problem !== undefined) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`bench: ${error.message}\n`);
    return 1;
  } finally {
    await lab.close();
  }
}

process.exitCode = await main();
