// Builds everything into dist/: the extension, the command line, the panels' browser code.
import { build, transform } from 'esbuild';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { minify } from 'terser';

const production = process.argv.includes('--production');
rmSync('dist', { recursive: true, force: true, maxRetries: 5 });

const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  metafile: true,
};
// ssh2 uses these only if somebody compiled them; it does without.
const optionalNative = ['cpu-features', '*.node'];
const smallest = { ecma: 2020, toplevel: true, compress: { passes: 3 } };
/**
 * ssh2 without its words for its own developers, and without the WebAssembly of ChaCha20-Poly1305, which is not offered
 * (src/ssh/login.ts): 13 KB less, packed.
 */
const leanSsh2 = {
  name: 'lean-ssh2',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]ssh2[\\/]lib[\\/]index\.js$/ }, () => ({ contents: ssh2AtFirstUse() }));
    onLoad({ filter: /[\\/]ssh2[\\/]lib[\\/].*poly1305\.js$/ }, () => ({
      contents: `module.exports = async () => ({ _malloc: () => 0, cwrap: () => undefined });`,
    }));
    onLoad({ filter: /[\\/]ssh2[\\/]lib[\\/].*\.js$/ }, ({ path: file }) => ({
      contents: readFileSync(file, 'utf8')
        .replaceAll(/([\w.]+\._debug|\bdebug)(\s*&&\s*)\1\(/g, 'false$2$1(')
        .replaceAll(/if \([\w.]+\._debug\)/g, 'if (false)'),
    }));
  },
};

/** What ssh2 exports, each part of it read when it is first used: all at once takes a host 40 ms. */
function ssh2AtFirstUse() {
  const from = (/** @type {string} */ file, /** @type {string[]} */ ...names) =>
    names.map((name) => `get ${name}() { return require('./${file}.js').${name}; },`).join('\n');
  return `module.exports = {
    ${from('agent', 'AgentProtocol', 'BaseAgent', 'createAgent', 'CygwinAgent', 'OpenSSHAgent', 'PageantAgent')}
    get Client() { return require('./client.js'); },
    get Server() { return require('./server.js'); },
    utils: {
      ${from('protocol/keyParser', 'parseKey')}
      ${from('keygen', 'generateKeyPair', 'generateKeyPairSync')}
      sftp: { ${from('protocol/SFTP', 'flagsToString', 'OPEN_MODE', 'STATUS_CODE', 'stringToFlags')} },
    },
  };`;
}

const node = { ...common, platform: 'node', format: 'cjs', target: 'node20', plugins: [leanSsh2] };

const panels = readdirSync('webview').filter((panel) => existsSync(`webview/${panel}/main.ts`));

await Promise.all([
  existsSync('src/extension/main.ts') && buildExtensionParts(),
  existsSync('src/cli/main.ts') &&
    build({ ...node, entryPoints: { cli: 'src/cli/main.ts' }, outdir: 'dist', external: optionalNative }),
  panels.length > 0 &&
    build({
      ...common,
      platform: 'browser',
      format: 'iife',
      target: 'chrome132', // Electron 34, VS Code 1.100
      entryPoints: Object.fromEntries(
        panels.map((panel) => [`webview/${panel}`, `webview/${panel}/main.ts`]),
      ),
      outdir: 'dist',
      loader: { '.css': 'text' },
    }),
]);

if (existsSync('src/labs/file/readLab.ts')) await writeLabs();
for (const file of ['media/course/course.schema.json', 'media/labs/lab.schema.json']) writeSchema(file);

/**
 * The extension in parts, so that its start reads a few kilobytes and the rest is read at its first use. esbuild splits
 * only ES modules, and editors before VS Code 1.100 can't start an extension that is one: so each part is turned round.
 */
async function buildExtensionParts() {
  const sourcemap = production ? false : 'inline';
  const { outputFiles, metafile } = await build({
    ...node,
    format: 'esm',
    splitting: true,
    sourcemap,
    write: false,
    entryPoints: { extension: 'src/extension/main.ts' },
    chunkNames: 'extension/[name]-[hash]',
    outdir: 'dist',
    external: ['vscode', ...optionalNative],
    alias: {
      tweetnacl: './src/ssh/sha512.ts',
      yaml: './node_modules/yaml/browser/index.js', // its build that can be shaken
    },
  });
  mkdirSync('dist/extension', { recursive: true });
  const parts = new Map(
    await Promise.all(
      outputFiles.map(async (output) => {
        const file = path.relative('', output.path).replaceAll(path.sep, '/');
        const { code } = await transform(readInTurns(output.text, file, metafile.outputs), {
          format: 'cjs',
          platform: 'node',
          target: 'node20',
          sourcemap,
          supported: { 'dynamic-import': false },
        });
        return /** @type {const} */ ([file, code]);
      }),
    ),
  );
  if (production) startInOne(parts, neededBy('dist/extension.js', metafile.outputs));
  for (const [file, code] of parts)
    writeFileSync(file, production ? ((await minify(code, smallest)).code ?? code) : code);
}

/**
 * What the start needs becomes one file, and each of its parts what is in there: finding and reading a file takes an
 * editor's host longer than running such a part.
 * @param {Map<string, string>} parts
 * @param {readonly string[]} start those of the start, the entry last
 */
function startInOne(parts, start) {
  const codeOf = (/** @type {string} */ file) =>
    (parts.get(file) ?? '').replaceAll(/\brequire\("(\.[^"]+)"\)/g, (whole, to) => {
      const at = start.indexOf(path.posix.join(path.posix.dirname(file), to));
      return at < 0 ? whole : `parts[${at}]`;
    });
  const entry = start.at(-1) ?? '';
  const first = start.slice(0, -1).map((file, at) => {
    const code = codeOf(file);
    if (code.includes('require("./'))
      throw new Error(`${file} of the start loads a part from another folder`);
    return `parts[${at}]=((module)=>{((exports)=>{${code}\n})(module.exports);return module.exports})({exports:{}});`;
  });
  parts.set(entry, `const parts=[];${first.join('')}${codeOf(entry)}\nmodule.exports.parts=parts;`);
  for (const [at, file] of start.slice(0, -1).entries()) {
    const to = path.posix.relative(path.posix.dirname(file), entry);
    parts.set(file, `module.exports=require("${to}").parts[${at}];`);
  }
}

/**
 * What is loaded at its first use is read part by part, each in a turn of the event loop of its own: half a megabyte at
 * once holds up every other extension of the editor for a tenth of a second.
 * @param {string} text
 * @param {string} file of that text, from here
 * @param {import('esbuild').Metafile['outputs']} outputs
 */
function readInTurns(text, file, outputs) {
  const from = path.posix.dirname(file);
  const there = new Set(neededBy(file, outputs));
  const turned = text.replaceAll(/\bimport\(("\.[^"]+")\)/g, (load, to) => {
    const parts = neededBy(path.posix.join(from, JSON.parse(to)), outputs).filter((part) => !there.has(part));
    return `inTurns(()=>${load},${parts.slice(0, -1).map((part) => `"./${path.posix.relative(from, part)}"`)})`;
  });
  const helper =
    'async function inTurns(load,...parts){const turn=()=>new Promise(setImmediate);for(const part of parts){await turn();require(part)}await turn();const whole=await load();await turn();return whole}\n';
  return turned === text ? text : turned.replace(/(\/\/# sourceMappingURL=.*\s*)?$/, `${helper}$1`);
}

/** A part after all that it needs. */
function neededBy(part, outputs, order = new Set()) {
  const needed = outputs[part].imports.filter(({ kind }) => kind === 'import-statement');
  for (const { path: each } of needed)
    if (each in outputs && !order.has(each)) neededBy(each, outputs, order);
  order.add(part);
  return [...order];
}

/** As the editor reads it: a quarter of what is packed of it would be blanks. */
function writeSchema(file) {
  const schema = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(path.join('dist', path.basename(file)), JSON.stringify(schema));
}

/** The labs as data: reading all their YAML takes the extension host more than a second. */
async function writeLabs() {
  const { outputFiles } = await build({
    ...node,
    sourcemap: false,
    entryPoints: ['src/labs/file/readLab.ts'],
    write: false,
  });
  const module = { exports: {} };
  const code = outputFiles[0]?.text ?? '';
  new Function('module', 'exports', 'require', code)(module, module.exports, createRequire(import.meta.url));
  const folder = path.join('media', 'labs');
  const labs = readdirSync(folder)
    .filter((name) => name.endsWith('.lab.yaml'))
    .map((name) => {
      const reading = module.exports.readLab(readFileSync(path.join(folder, name), 'utf8'), name);
      if (reading.lab !== undefined) return reading.lab;
      const [{ line, what }] = reading.problems;
      throw new Error(`${name}:${line}: ${what}`);
    });
  // A package's own compression makes it half as large again.
  writeFileSync(path.join('dist', 'labs.json.br'), brotliCompressSync(JSON.stringify(labs)));
}
