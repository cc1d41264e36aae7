/**
 * Bundles src/main.ts into dist/: one small file that every command loads, one per command and room that are loaded when they are needed.
 * The new dist takes the place of the old one in one step, so that a command started meanwhile finds a whole one.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { loader } from '../bin/code-cache.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What every command loads is one file: each further one costs a command about half a millisecond. */
const CORE = /^\0rolldown|\/package\.json$|\/src\/(?:cli-(?:context|dialect|execute|failure|generic|parse|request|signals)|errors|fault-points|uri|config\/version|terminal\/(?:console-output|descriptor-writer|escape)|commands\/(?:index|options|usage-block))\.ts$/;
/** What every command that opens the file system loads besides. */
const SETTINGS = /\/src\/(?:make-folders\.ts|config\/(?!listing|master-config|system-|validate|unknown-keys)|terminal\/(?:dates|size)|commands\/(?:for-each-path|paths|status-text)\.ts|filesystem\/status-text\.ts)|\/node_modules\/properties-reader\//;

/** Of what opening the file system names, what a command that only looks never calls: it is loaded with the first call. */
const CHANGING = /\/src\/(?:byte-stream|checked-memory|wasm-assembler|cache\/(?!tiers)|config\/references|filesystem\/(?:delete-work|known-names|parallel|purge|stored-parents|transact|tree-walk|metadata\/(?:guard|insert|listing-places|load-|sync))|journal\/(?:apply|audit\/|group-commit|log-codec|page-walk|precondition|session|store-error)|namespace\/(?:acl|inodes|leases|remove)|resident\/(?:cache-requests|claims))/;

/** What opening the file system cannot do without, and nothing else: the files that compose.ts imports, and theirs. */
async function neededBy(file, needed = new Set()) {
  if (needed.has(file)) return needed;
  needed.add(file);
  const source = await readFile(file, 'utf8');
  for (const [, id] of source.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+\.ts)';/gms)) await neededBy(resolve(dirname(file), id), needed);
  return needed;
}

/**
 * Of some packages we use a part, and the rest of them loads what takes a command milliseconds: of properties-reader the parser (not its writer
 * or its Express binding), of commander all but commands in files of their own, of ali-oss all but its transport (ours is handed to it) and what tells browsers
 * apart, of xml2js the parser.
 */
const UNUSED = [
  { of: '/properties-reader/', ids: ['@kwsites/file-exists', 'mkdirp', 'fs/promises', 'node:fs/promises'] },
  { of: '/commander/', ids: ['child_process', 'node:child_process'] },
  { of: '/ali-oss/', ids: ['urllib', 'platform', 'bowser'] },
  { of: '/xml2js/', ids: ['xmlbuilder'] },
];
const UNUSED_CODE = `
  const unused = () => { throw new Error('left out by scripts/build.mjs'); };
  export { unused as exists, unused as mkdirp, unused as open, unused as spawn };
  export const FOLDER = 2;`;

/** ali-oss makes agents for its own transport when it is loaded, and those load what is for https. */
const AGENTS_CODE = `
  module.exports = class {};
  module.exports.HttpsAgent = class {};`;

/** Finds lmdb's native part by its name. The package's own loader reads the C library to choose a file, which takes longer than all the rest. */
const NATIVE_CODE = `
  import { dirname } from 'node:path';
  export default function load() {
    const { platform, arch, versions } = process;
    for (const file of ['node.abi' + versions.modules + '.glibc.node', 'node.napi.glibc.node', 'node.abi' + versions.modules + '.node', 'node.napi.node']) {
      try {
        return require('@lmdb/lmdb-' + platform + '-' + arch + '/' + file);
      } catch {
        // Another C library, or another place: the next file, and in the end the package's own loader.
      }
    }
    return require('node-gyp-build-optional-packages')(dirname(dirname(require.resolve('lmdb'))));
  }`;

/** lmdb asks for MessagePack when a store without an encoding is opened. The journal has its own encoding. */
const MSGPACK_CODE = `
  export function Encoder(options) {
    const { Encoder } = require('msgpackr');
    return new Encoder(options);
  }`;

/** To find its native part and to require what it offers besides, lmdb asks where it lies; here both are done by name. */
const PLACE_CODE = `
  export const createRequire = () => require;
  export const fileURLToPath = () => '';`;

const leaner = {
  name: 'leaner',
  resolveId(id, importer) {
    if (importer?.includes('/lmdb/') && id === 'node-gyp-build-optional-packages') return '\0native';
    if (importer?.includes('/lmdb/') && id === 'msgpackr') return '\0msgpack';
    if (importer?.includes('/lmdb/') && (id === 'node:module' || id === 'node:url')) return '\0place';
    if (importer?.includes('/ali-oss/') && id === 'agentkeepalive') return '\0agents';
    return UNUSED.some(({ of, ids }) => importer?.includes(of) && ids.includes(id)) ? '\0unused' : undefined;
  },
  load(id) {
    return { '\0unused': UNUSED_CODE, '\0agents': AGENTS_CODE, '\0native': NATIVE_CODE, '\0msgpack': MSGPACK_CODE, '\0place': PLACE_CODE }[id];
  },
  transform: {
    filter: { id: /\/lmdb\/[\w-]+\.js$/ },
    handler: (code) => ({ code: code.replaceAll('import.meta.url', "''"), map: null }),
  },
};

/** Modules of Node's that take milliseconds to load: they do so when something of them is used, and not because a file mentions them. */
const LAZY_BUILTINS = /\b(\w+) ?= ?require\("(node:(?:child_process|crypto|fs\/promises|http|https|net|perf_hooks|stream|timers\/promises|zlib))"\)/g;
/** `import()` of a module of Node's would wake up the loader for ES modules, only to find what `require` has at hand. */
const OUTER_IMPORTS = /\bimport\(([`"'])(node:[\w/]+)\1\)/g;
const LAZILY = 'const lazily = (id) => new Proxy({}, { get: (_, name) => require(id)[name] });\n';

const lazyBuiltins = {
  name: 'lazy-builtins',
  renderChunk(code) {
    let found = false;
    const required = code.replace(OUTER_IMPORTS, (_, quote, id) => `Promise.resolve().then(()=>{const module=require("${id}");return {__proto__:module,default:module}})`);
    const changed = required.replace(LAZY_BUILTINS, (whole, name, id) => {
      if (code.includes(`__toESM(${name}`)) return whole;
      found = true;
      return `${name}=lazily("${id}")`;
    });
    return { code: found ? LAZILY + changed : changed, map: null };
  },
};

/** Other chunks find that of what changes behind `.m`, which loads it. */
const LATE = /\b(require_changing) ?= ?require\(("\.\/changing-[^"]+")\)/;
const LATE_CODE = 'const late = (load) => ({ get m() { const m = load(); Object.defineProperty(this, "m", { value: m }); return m; } });\n';

const lateChanges = {
  name: 'late-changes',
  renderChunk(code) {
    const used = code.replaceAll('require_changing.', 'require_changing.m.');
    const changed = used.replace(LATE, (_, name, id) => `${name}=late(()=>require(${id}))`).replace(/\brequire\("\.\/changing-[^"]+"\);/, '');
    return { code: changed === code ? code : LATE_CODE + changed, map: null };
  },
};

/** `import text from './file?raw'`: a file as text, as the web UI embeds what browsers load. */
const rawFiles = {
  name: 'raw-files',
  resolveId: {
    filter: { id: /\?raw$/ },
    async handler(id, importer) {
      const file = await this.resolve(id.slice(0, -'?raw'.length), importer, { skipSelf: true });
      return file && `\0raw:${file.id}`;
    },
  },
  load: {
    filter: { id: /^\0raw:/ },
    handler: async (id) => ({ code: `export default ${JSON.stringify(await readFile(id.slice('\0raw:'.length), 'utf8'))};`, moduleType: 'js' }),
  },
};

/** bin/code-cache.cjs takes bytes as characters; and a string with one character beyond Latin-1 takes twice the memory. */
function inAscii(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Chunks that are mostly loaded together, as functions in one file: what every command needs, and what opening the file system needs. The first one says where
 * the others are (bin/code-cache.cjs).
 */
const PACKS = { 'packs/start.cjs': [/^main\.cjs$/, /^chunks\/rolldown-runtime-/, /^chunks\/core-/], 'packs/files.cjs': [/^chunks\/settings-/, /^chunks\/files-/] };

function packsOf(chunks) {
  const packs = Object.entries(PACKS).map(([name, members]) => ({ name, chunks: chunks.filter(({ fileName }) => members.some((member) => member.test(fileName))) }));
  const elsewhere = packs.slice(1).map((pack) => `elsewhere("${pack.name}",${JSON.stringify(pack.chunks.map(({ fileName }) => fileName))});`);
  return packs.map(({ name, chunks: members }, at) => {
    const defined = members.map(({ fileName, code }) => `define("${fileName}",function(exports,require,module,__filename,__dirname){${code}\n});`);
    return { name, code: `(function(define,elsewhere){${at === 0 ? elsewhere.join('') : ''}${defined.join('\n')}})` };
  });
}

/** What looks may call what changes, and not need it while it is itself being loaded: each would then find the other half made. */
function requireLateChanges(dist, chunks) {
  const looking = loader(dist);
  looking.start('packs/start.cjs', 'main.cjs');
  for (const { fileName } of chunks) if (/^chunks\/(?:settings|files)-/.test(fileName)) looking.load(fileName);
  const early = looking.scripts.find(({ file }) => file.includes('/changing-'));
  if (early !== undefined) throw new Error('a module that looks uses one that changes while it loads; put it into CHANGING too (scripts/build.mjs)');
}

const WARM_UP_MS = 120_000;

const bundleOptions = {
  cwd: root,
  input: { main: 'src/main.ts' },
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
};

const files = await neededBy(join(root, 'src', 'compose.ts'));

const outputOptions = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  minify: { mangle: false, compress: true, codegen: true },
  codeSplitting: {
    groups: [
      { name: 'core', test: CORE, priority: 2 },
      { name: 'settings', test: SETTINGS, priority: 1 },
      // What its modules import belongs to what looks.
      { name: 'changing', test: (id) => files.has(id) && CHANGING.test(id), priority: 1, includeDependenciesRecursively: false },
      { name: 'files', test: (id) => files.has(id) },
    ],
  },
};

export async function build(plugins = []) {
  const started = performance.now();
  const fresh = join(root, `dist.new.${process.pid}`);
  const old = join(root, `dist.old.${process.pid}`);
  const bundle = await rolldown({
    ...bundleOptions,
    plugins: [leaner, rawFiles, lazyBuiltins, lateChanges, ...plugins],
    // Warnings about packages (an eval, an optional part that is not installed) are not ours to mend.
    onLog(level, log, report) {
      if (!log.message.includes('node_modules')) report(level, log);
    },
  });
  try {
    await mkdir(fresh, { recursive: true });
    const { output } = await bundle.write({ ...outputOptions, dir: fresh });
    const chunks = output.filter(({ code }) => code !== undefined).map(({ fileName, code }) => ({ fileName, code: inAscii(code) }));
    await mkdir(join(fresh, 'packs'));
    await Promise.all([
      ...chunks.map(({ fileName, code }) => writeFile(join(fresh, fileName), code)),
      ...packsOf(chunks).map(({ name, code }) => writeFile(join(fresh, name), code)),
    ]);
    requireLateChanges(fresh, chunks);
    const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' });
    if (git.status === 0) await writeFile(join(fresh, 'REVISION'), git.stdout);
    // Only speed is lost where it fails.
    spawnSync(process.execPath, [join(root, 'scripts', 'warm-up.cjs'), fresh], { stdio: ['ignore', 'ignore', 'inherit'], timeout: WARM_UP_MS });
    await rename(join(root, 'dist'), old).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(fresh, join(root, 'dist'));
    return { files: output.length, bytes: output.reduce((sum, { code }) => sum + (code?.length ?? 0), 0), ms: performance.now() - started };
  } finally {
    await bundle.close();
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, bytes, ms } = await build();
  process.stdout.write(`dist: ${files} files, ${Math.round(bytes / 1024)} KB, ${Math.round(ms)} ms\n`);
}
