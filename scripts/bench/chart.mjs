/** The charts of docs/benchmarks.md: plain SVG that follows the reader's light or dark scheme. */
import { figure, verdict, whole } from './report.mjs';

const WIDTH = 1120;
const LABELS = 480;
const FIGURES = 220;
const LINE = 22;
const STYLE = `<style>
  :root { --text: #1f2328; --faint: #59636e; --grid: #d1d9e0; --good: #1a7f37; --bad: #bc4c00; }
  @media (prefers-color-scheme: dark) { :root { --text: #f0f6fc; --faint: #9198a1; --grid: #3d444d; --good: #3fb950; --bad: #db6d28; } }
  text { font: 12px system-ui, sans-serif; fill: var(--text); } .faint { fill: var(--faint); } .grid { stroke: var(--grid); fill: none; }
  .yes { fill: var(--good); } .no, .memory { fill: var(--bad); } .mark { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 3 3; }
</style>`;

const escaped = (text) => text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);
const svg = (height, title, parts) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
${STYLE}
${parts.join('\n')}
</svg>
`;
const text = (x, y, content, more = '') => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(content)}</text>`;

/** One bar a row: how many times as good as its target, on a logarithmic scale. */
export function targetChart(rows) {
  const shown = rows.filter((row) => row.problem === undefined && row.target !== undefined && row.value > 0);
  const reach = ({ value, target, better }) => (better === 'less' ? target / value : value / target);
  const [least, most] = [1 / 4, 8];
  const x = (times) => LABELS + ((Math.log(Math.min(most, Math.max(least, times))) - Math.log(least)) / (Math.log(most) - Math.log(least))) * (WIDTH - LABELS - FIGURES);
  const bottom = 46 + shown.length * LINE;
  const parts = [text(8, 18, 'How many times as good as its target (right of the dashed line: met)', ' font-weight="600"')];
  for (const times of [1 / 4, 1 / 2, 1, 2, 4, 8]) {
    parts.push(`<line class="${times === 1 ? 'mark' : 'grid'}" x1="${x(times).toFixed(1)}" x2="${x(times).toFixed(1)}" y1="40" y2="${bottom}"/>`);
    parts.push(text(x(times), 36, `${times} ×`, ' class="faint" text-anchor="middle"'));
  }
  shown.forEach((row, at) => {
    const y = 46 + at * LINE;
    const [from, to] = [x(1), x(reach(row))].sort((a, b) => a - b);
    parts.push(text(LABELS - 10, y + 15, row.what, ' text-anchor="end"'));
    parts.push(`<rect class="${verdict(row)}" x="${from.toFixed(1)}" y="${y + 4}" width="${Math.max(2, to - from).toFixed(1)}" height="14" rx="2"/>`);
    parts.push(text(WIDTH - FIGURES + 16, y + 15, `${figure(row.value, row.unit)} ${row.unit}, target ${figure(row.target, row.unit)}`, ' class="faint"'));
  });
  return svg(bottom + 14, 'Each figure beside its target', parts);
}

const PANEL = { width: 350, height: 150, gap: 24 };

/** A small panel for each line of growth: what was measured, on a logarithmic scale, at each size, so that a flat line is what does not grow. */
export function growthChart(rows) {
  const lines = new Map();
  for (const row of rows) {
    if (row.problem !== undefined || row.growth === undefined || !(row.value > 0)) continue;
    const { line, at } = row.growth;
    lines.set(line, [...(lines.get(line) ?? []), { at, value: row.value, unit: row.unit }]);
  }
  const panels = [...lines].filter(([, points]) => points.length > 1);
  const columns = Math.floor(WIDTH / (PANEL.width + PANEL.gap / 2));
  const parts = panels.flatMap(([name, points], at) => panel(name, points, { x: 8 + (at % columns) * (PANEL.width + PANEL.gap), y: 8 + Math.floor(at / columns) * (PANEL.height + PANEL.gap + 30) }));
  return svg(16 + Math.ceil(panels.length / columns) * (PANEL.height + PANEL.gap + 30), 'How figures change with sizes', parts);
}

function panel(name, given, { x, y }) {
  const points = [...given].sort((a, b) => a.at - b.at);
  const [{ unit }] = points;
  const values = points.map(({ value }) => value);
  // At least a factor of four from edge to edge: a change of some percent shall not look like a cliff.
  const middle = Math.sqrt(Math.min(...values) * Math.max(...values));
  const span = Math.max(2, Math.sqrt(Math.max(...values) / Math.min(...values)) * 1.3);
  const px = (at) => x + 44 + (points.findIndex((point) => point.at === at) / (points.length - 1)) * (PANEL.width - 88);
  const py = (value) => y + 24 + (1 - (Math.log(value / middle) / Math.log(span) + 1) / 2) * (PANEL.height - 24);
  const parts = [text(x, y + 12, `${name} (${unit})`, ' font-weight="600"'), `<rect class="grid" x="${x}" y="${y + 20}" width="${PANEL.width}" height="${PANEL.height}" rx="4"/>`];
  parts.push(`<polyline fill="none" stroke="var(--good)" stroke-width="2" points="${points.map(({ at, value }) => `${px(at).toFixed(1)},${py(value).toFixed(1)}`).join(' ')}"/>`);
  for (const { at, value } of points) {
    parts.push(`<circle cx="${px(at).toFixed(1)}" cy="${py(value).toFixed(1)}" r="3.5" fill="var(--good)"/>`);
    parts.push(text(px(at), py(value) - 8, value < 20 ? value.toFixed(2) : whole(value), ' text-anchor="middle"'));
    parts.push(text(px(at), y + PANEL.height + 14, sizeText(at), ' class="faint" text-anchor="middle"'));
  }
  return parts;
}

function sizeText(size) {
  for (const [unit, name] of [[2 ** 30, ' GiB'], [2 ** 20, ' MiB']]) if (size % unit === 0) return `${size / unit}${name}`;
  return size >= 1_000_000 ? `${Number((size / 1_000_000).toFixed(1))} M` : whole(size);
}
