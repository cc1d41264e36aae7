/** docs/benchmarks.md with its charts. The rows are kept in docs/benchmarks.json, so that a run of some cases leaves the others' rows as they were. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { growthChart, targetChart } from './chart.mjs';
import { root } from './lab.mjs';
import { markdownTable, PEAK_MIB } from './report.mjs';

const docs = (name) => join(root, 'docs', name);
/** What people write about the figures stands between these lines of the page and is kept. */
const NOTES = ['<!-- notes: kept by the script -->', '<!-- end of notes -->'];

export function writePage(rows, { machine, lab, cases }) {
  const fresh = rows.map((row) => ({ ...row, date: machine.date, revision: machine.revision, ...(lab.quick ? { quick: true } : {}) }));
  const ran = new Set(rows.map((row) => row.case));
  const order = new Map(cases.map(({ id }, at) => [id, at]));
  const all = [...keptRows().filter((row) => !ran.has(row.case) && order.has(row.case)), ...fresh].sort((a, b) => order.get(a.case) - order.get(b.case));
  writeFileSync(docs('benchmarks.json'), `[\n${all.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
  drawCharts(all);
  writeFileSync(docs('benchmarks.md'), page(all, { machine, lab, cases, left: cases.filter(({ id }) => !all.some((row) => row.case === id)).map(({ id }) => id) }));
}

/** From the rows that are kept, when none are given. */
export function drawCharts(rows = keptRows()) {
  writeFileSync(docs('benchmarks-targets.svg'), targetChart(rows));
  writeFileSync(docs('benchmarks-growth.svg'), growthChart(rows));
}

function keptRows() {
  return existsSync(docs('benchmarks.json')) ? JSON.parse(readFileSync(docs('benchmarks.json'), 'utf8')) : [];
}

function keptNotes() {
  const text = existsSync(docs('benchmarks.md')) ? readFileSync(docs('benchmarks.md'), 'utf8') : '';
  const [from, to] = NOTES.map((mark) => text.indexOf(mark));
  return from < 0 || to < 0 ? '' : text.slice(from + NOTES[0].length, to).trim();
}

function page(rows, { machine, lab, cases, left }) {
  const earlier = rows.filter((row) => row.revision !== machine.revision || row.date !== machine.date);
  const groupOf = (row) => cases.find(({ id }) => id === row.case).group;
  const groups = [...new Set(rows.map(groupOf))];
  return `# Benchmarks

Written by \`npm run bench -- --write\` on ${machine.date}, revision ${machine.revision}.${lab.quick ? ' With `--quick`: a tenth of the sizes.' : ''}

${Object.entries(machine.facts).map(([name, value]) => `- ${name}: ${value}`).join('\n')}
- Bytes of large files lie in ${lab.places.bytes}, everything else in ${lab.places.state}: a disk whose speed changes by the second would drown what is measured.

A row that says × is a ratio to the floor named beside it, measured in the same run: the two take turns, and the figure is the median of the turns' ratios; \`range\` is
the least and the greatest of them. For times less is better, for rates more. \`CPU\` is the processor time of the command itself, all its threads together, \`peak MiB\` its greatest resident memory
(target: ${PEAK_MIB}) and in brackets its own part of it, without pages of mapped files such as the journal's. Both ends of each transfer run on this machine, so a command with a server to talk to shares the processors with it, as curl and peers do.
The same figures as data: [benchmarks.json](benchmarks.json).

![Each figure beside its target](benchmarks-targets.svg)

![How times grow with sizes](benchmarks-growth.svg)

${groups.map((group) => `## ${group}\n\n${markdownTable(rows.filter((row) => groupOf(row) === group))}`).join('\n\n')}
${earlier.length === 0 ? '' : `\nMeasured earlier, by another revision: ${[...new Set(earlier.map((row) => `${row.case} (${row.date}, ${row.revision})`))].join(', ')}.\n`}${left.length === 0 ? '' : `\nNot measured: ${left.join(', ')}.\n`}
## Where a target is out of reach

${NOTES[0]}
${keptNotes()}
${NOTES[1]}
`;
}
