/**
 * Writes docs/commands/: a page per command, and a table of all of Alluxio 2.9's, out of the command records. `npm test` fails while they differ.
 *
 *   node scripts/command-docs.mjs
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ALLUXIO_COMMANDS, DIFFERENCES } from './command-docs/alluxio-2.9.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const GROUPS = ['fs', 'top', 'fsadmin', 'job'];
const TITLES = { top: '`alluxio`', fs: '`alluxio fs`', fsadmin: '`alluxio fsadmin`', job: '`alluxio job`' };
const NOTE = '<!-- Made by scripts/command-docs.mjs out of the command records; edit those. -->';

/**
 * @param lists COMMANDS of src/commands/index.ts
 * @param dropped DROPPED of the same file
 * @param exitCodes of src/commands/exit-codes.ts
 * @returns pages by their path below docs/commands
 */
export async function renderPages({ COMMANDS: lists, DROPPED: dropped, exitCodes }) {
  const specs = new Map();
  for (const [group, list] of Object.entries(lists)) {
    for (const [name, load] of Object.entries(list)) specs.set(`${group} ${name}`, (await load()).command);
  }
  const pages = new Map();
  for (const spec of specs.values()) if (isShown(spec)) pages.set(fileOf(spec), page(spec, exitCodes(spec)));
  pages.set('README.md', table(specs, lists, dropped));
  return pages;
}

/** `fs -` stands in no list of the shell's, but has a page. */
function isShown(spec) {
  return spec.silent !== true;
}

function fileOf({ group, name }) {
  const file = `${name === '-' ? 'script' : name}.md`;
  return group === 'top' ? file : `${group}/${file}`;
}

function typed({ group, name }) {
  if (name.endsWith('.sh')) return name;
  return group === 'top' ? `alluxio ${name}` : `alluxio ${group} ${name}`;
}

function page(spec, codes) {
  const prefix = typed(spec).slice(0, -spec.name.length);
  const usage = spec.usage.split('\n').map((line) => (line.startsWith(spec.name) ? prefix + line : line)).join('\n');
  const parts = [NOTE, `# ${typed(spec)}`, escape(spec.summary), block('text', usage)];
  if (spec.aliases !== undefined) parts.push(`Also: ${spec.aliases.map((alias) => `\`${prefix}${alias}\``).join(', ')}.`);
  if (spec.description !== undefined) parts.push(description(spec.description));
  const options = spec.options.filter(({ hidden }) => hidden !== true);
  if (options.length > 0) parts.push('## Options', rows(['option', 'meaning'], options.map((option) => [`\`${spelled(option)}\``, escape(meaning(option))])));
  if (spec.examples.length > 0) parts.push('## Examples', ...spec.examples.map(({ command, does }) => `${escape(does)}\n\n${block('console', `$ ${command}`)}`));
  if (spec.json !== undefined) parts.push('## JSON', `\`--json\` prints one object per line: ${escape(spec.json)}.`.replace(/\.\.$/, '.'));
  parts.push('## Exit codes', rows(['status', 'when'], codes.map(({ status, when }) => [String(status), escape(when)])));
  return `${parts.join('\n\n')}\n`;
}

/** Lines that are laid out by hand keep their lines. */
function description(text) {
  return /\n {2}/.test(text) ? block('text', text) : escape(text).replaceAll('\n', '  \n');
}

function meaning({ description: text, repeatable, words }) {
  const values = Array.isArray(words) && !words.some((word) => text.includes(word)) ? `: ${words.join(', ')}` : '';
  return `${text}${values}${repeatable === true && !/repeat/.test(text) ? '; may be repeated' : ''}`;
}

function spelled({ short, long, value }) {
  const names = [short === undefined ? '' : `-${short}`, long === undefined ? '' : `--${long}`].filter((name) => name !== '').join(', ');
  return value === undefined ? names : `${names} <${value}>`;
}

function table(specs, lists, dropped) {
  const parts = [
    NOTE,
    '# Commands',
    'Every command of Alluxio 2.9, and its state here. "yes" means: the same flags, output and exit codes, as far as "differs" does not say otherwise. Errors are on stderr; 2.9 has them on stdout.',
    'Every command knows `--help`, `--quiet`, `--debug` and `--no-color`; those that print data know `--json`. `-D<property>=<value>` may stand anywhere on the line. ' +
      '[`alluxio fs -`](fs/script.md) runs many `fs` commands in one process; [`alluxio completion`](completion.md) completes all of it at a prompt.',
  ];
  for (const group of GROUPS) {
    const known = ALLUXIO_COMMANDS[group];
    parts.push(`## ${TITLES[group]}`, rows(['command', 'state', 'what it does, or why not', 'differs'], known.map((name) => row(group, name, { specs, lists, dropped }))));
    const own = [...specs.values()].filter((spec) => spec.group === group && isShown(spec) && !known.includes(spec.name) && specs.get(`${group} ${spec.name}`) === spec);
    if (own.length > 0) parts.push('Ours, not in 2.9:', rows(['command', 'what it does'], own.map((spec) => [link(spec), gist(spec)])));
  }
  return `${parts.join('\n\n')}\n`;
}

function row(group, name, { specs, lists, dropped }) {
  const spec = specs.get(`${group} ${name}`);
  const differs = spec === undefined ? '' : escape(DIFFERENCES[`${group} ${name}`] ?? '');
  if (spec !== undefined) return [link(spec, name), 'yes', spec.name === name ? gist(spec) : `Another name of ${spec.name}.`, differs];
  if (group === 'top' && Object.hasOwn(lists, name)) return [`\`${name}\``, 'yes', 'The commands below.', differs];
  const why = dropped[group]?.[name];
  return [`\`${name}\``, why === undefined ? 'not yet' : 'no', escape(why ?? ''), differs];
}

function link(spec, name = spec.name) {
  return `[\`${name}\`](${fileOf(spec)})`;
}

/** The summary of a start script is what it prints of its options. */
function gist(spec) {
  return spec.name.endsWith('.sh') ? escape(spec.examples.map(({ does }) => does).join(' ')) : firstSentence(spec.summary);
}

function firstSentence(text) {
  return escape(/^[\s\S]*?\.(?=\s|$)/.exec(text)?.[0] ?? text);
}

function rows(head, body) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

function block(kind, text) {
  return `\`\`\`${kind}\n${text}\n\`\`\``;
}

/** What Markdown would take for its own. */
function escape(text) {
  return text.replace(/[<>*_\\]|^#/gm, '\\$&').replaceAll('\\<', '&lt;').replaceAll('\\>', '&gt;');
}

/** The records as they are in src, whatever is built. */
async function records() {
  const { rolldown } = await import('rolldown');
  const folder = join(root, 'node_modules', `.command-docs-${process.pid}`);
  const bundle = await rolldown({ cwd: root, input: { index: './src/commands/index.ts', codes: './src/commands/exit-codes.ts' }, platform: 'node', external: /^[^./\0]/, onLog: () => undefined });
  try {
    await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' });
    const load = (name) => import(pathToFileURL(join(folder, name)).href);
    return await renderPages({ ...(await load('index.mjs')), ...(await load('codes.mjs')) });
  } finally {
    await bundle.close();
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const pages = await records();
  const folder = join(root, 'docs', 'commands');
  await rm(folder, { recursive: true, force: true });
  for (const [file, text] of pages) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  process.stdout.write(`docs/commands: ${pages.size} pages\n`);
}
