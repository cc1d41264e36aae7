'use strict';
/**
 * Loads the files of dist/ with V8's compiled code, which the build keeps beside them together with the source: reading it takes a command a fifth less time than
 * compiling. A file of another V8 has another name, one that does not fit is refused by V8 itself, and without any the code is compiled as always.
 * Files of dist ask for each other by their exact names, so nothing is looked for: Node's own way to a file costs a command a quarter of a millisecond each.
 * Those that are mostly loaded together lie in one pack (scripts/build.mjs), which costs less than each for itself.
 */
const { readFileSync, realpathSync, writeFileSync } = require('node:fs');
const vm = require('node:vm');

const SUFFIX = `.${process.versions.v8}-${process.arch}.cache`;
const PARAMETERS = '(function (exports, require, module, __filename, __dirname) { ';
/** Before source and code: the length of the source. The code begins where V8 wants it, at a multiple of this. */
const HEAD = 8;

/** @returns `require` for the files of that folder, and what `save` needs */
exports.loader = function loader(dist) {
  const asKept = optimizeLater();
  const modules = new Map();
  const scripts = [];
  /** Functions of modules that came in packs, and the packs of those that will. */
  const defined = new Map();
  const packs = new Map();

  function load(name) {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { id: name, filename: `${dist}/${name}`, exports: {} };
    modules.set(name, module);
    try {
      run(module, name);
    } catch (error) {
      modules.delete(name);
      throw error;
    }
    return module.exports;
  }
  function run(module, name) {
    const folder = name.slice(0, name.lastIndexOf('/') + 1);
    const requireFrom = (id) => (id.charCodeAt(0) === 46 ? load(id.charCodeAt(1) === 46 ? id.slice(3) : folder + id.slice(2)) : (process.getBuiltinModule(id) ?? requirePackage(id, module.filename)));
    requireFrom.resolve = require.resolve;
    functionOf(name).call(module.exports, module.exports, requireFrom, module, module.filename, `${dist}/${folder}`.slice(0, -1));
  }
  function functionOf(name) {
    const pack = packs.get(name);
    if (pack !== undefined && !defined.has(name)) unpack(pack);
    return defined.get(name) ?? compile(name, (source) => `${PARAMETERS}${source}\n})`);
  }
  function unpack(pack) {
    compile(pack, (source) => source)((name, fn) => defined.set(name, fn), (other, names) => names.forEach((name) => packs.set(name, other)));
  }
  function compile(name, wrap) {
    const file = `${dist}/${name}`;
    const { source, cachedData } = kept(file) ?? { source: wrap(readFileSync(file, 'latin1')) };
    const script = asKept(() => new vm.Script(source, { filename: file, cachedData, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }));
    scripts.push({ file, source, script });
    return script.runInThisContext();
  }
  return {
    /** A file of the folder by itself. */
    load,
    /** One that is in a pack. */
    start(pack, name) {
      unpack(pack);
      return load(name);
    },
    scripts,
    asKept,
  };
};

/** Work that V8 lets a function do before it looks whether to optimize it; what V8 11 has by itself, and ours. */
const [USUAL_BUDGET, LATE_BUDGET] = [67584, 500000];
const LONG_MS = 150;

/**
 * A listing of a thousand files is over before V8 has optimized what made it, and then waits at its end for the optimizer: so code becomes hot seven times later,
 * until a command has turned out to be a long one. `require('v8')` takes as long as is gained. Where Node no longer has this way, nothing is lost but time; where V8
 * does not know the flag (that of Node 22 and 24), it would complain on stderr.
 *
 * @returns runs a function that compiles or keeps code, with the one setting that code is kept for
 */
function optimizeLater() {
  let budget = (bytes) => undefined;
  if (/^11\./.test(process.versions.v8)) {
    const shown = process.noDeprecation;
    process.noDeprecation = true;
    try {
      const v8 = process.binding('v8');
      budget = (bytes) => v8.setFlagsFromString(`--interrupt-budget=${bytes}`);
    } catch {
      // As said.
    }
    process.noDeprecation = shown;
  }
  let usual = false;
  budget(LATE_BUDGET);
  setTimeout(() => {
    usual = true;
    budget(USUAL_BUDGET);
  }, LONG_MS).unref();
  return (compile) => {
    if (!usual) return compile();
    budget(LATE_BUDGET);
    try {
      return compile();
    } finally {
      budget(USUAL_BUDGET);
    }
  };
}

/** Keeps the code of all that was loaded, with the functions that have run. */
exports.save = function save({ scripts, asKept }) {
  for (const { file, source, script } of scripts) {
    // The build leaves no character beyond ASCII.
    const text = Buffer.alloc(codeStart(source.length));
    text.writeUInt32LE(source.length);
    text.write(source, HEAD, 'latin1');
    writeFileSync(file + SUFFIX, Buffer.concat([text, asKept(() => script.createCachedData())]));
  }
};

function kept(file) {
  let bytes;
  try {
    bytes = readFileSync(file + SUFFIX);
  } catch {
    return undefined;
  }
  const size = bytes.readUInt32LE(0);
  return { source: bytes.latin1Slice(HEAD, HEAD + size), cachedData: bytes.subarray(codeStart(size)) };
}

function codeStart(sourceSize) {
  return HEAD + Math.ceil(sourceSize / HEAD) * HEAD;
}

/** From here, where the packages lie beside dist; where dist is a link to another place, from there. */
function requirePackage(id, filename) {
  try {
    return require(id);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return require('node:module').createRequire(realpathSync(filename))(id);
  }
}
