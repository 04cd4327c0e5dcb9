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
  const { outputFiles } = await build({
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
  await Promise.all(
    outputFiles.map(async ({ path: file, text }) => {
      const { code } = await transform(text, {
        format: 'cjs',
        platform: 'node',
        target: 'node20',
        minify: production,
        sourcemap,
        supported: { 'dynamic-import': false },
      });
      writeFileSync(file, production ? ((await minify(code, smallest)).code ?? code) : code);
    }),
  );
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
