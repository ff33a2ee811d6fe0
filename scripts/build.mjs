// Builds dist/: the command as CommonJS files, of which one run loads only what it needs; the library's entries, and the
// programs for contributors, as ES modules that share chunks; the type declarations; and the licences of what is bundled.
// `docs/decisions/0007-start-up.md` says why the command is built differently.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });

const common = {
  platform: 'node',
  // Peers that a user installs where they are wanted, and a package that the pool of threads can do without.
  external: ['@photostructure/sqlite', 'vitest', 'fast-check', '@napi-rs/nice'],
  transform: { target: 'node20.19', define: { __VERSION__: JSON.stringify(version) } },
};

const bundled = new Set();

await bundle(
  {
    ...common,
    input: { main: 'src/main/main.ts' },
    plugins: [without('node:child_process', /commander/)],
  },
  {
    dir: 'dist/command',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // What is loaded late is required late: a require() is a few times faster than an import().
    dynamicImportInCjs: false,
    minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
    codeSplitting: {
      groups: [
        // What every server and nearly every client needs: a file more costs more than its unused lines.
        {
          name: 'base',
          test: /rolldown\/runtime|node_modules\/(commander|@commander-js)\/|src\/(core|net|framing)\/|src\/main\/(main|commands|serve)\.ts|src\/io\/(sparse|temp-names)\.ts|src\/cli\/(max-bytes|stdio|job-control|run-server|option-table|options|help|signals|process|gathered|stderr|closed-descriptor|connection-lines|logger|readable|refusals|client-options|framing-option|text-options|line-end-option)\.ts/,
        },
      ],
    },
  },
);
inlineRuntime('dist/command');
// The pool of threads starts a `worker.js` beside itself.
await bundle(
  { ...common, input: { worker: 'node_modules/piscina/dist/worker.js' } },
  { dir: 'dist/command', format: 'cjs', entryFileNames: '[name].js' },
);
writeFileSync('dist/command/package.json', '{ "type": "commonjs" }\n');
copyFileSync('src/main/launch.cjs', 'dist/cli.cjs');
chmodSync('dist/cli.cjs', 0o755);

const modules = { format: 'esm', chunkFileNames: 'chunk-[hash].js' };
await bundle(
  {
    ...common,
    input: {
      index: 'src/index.ts',
      framing: 'src/framing/index.ts',
      files: 'src/features/files/index.ts',
      chat: 'src/features/chat/index.ts',
      net: 'src/net/entry.ts',
      services: 'src/features/index.ts',
      testing: 'src/testing/index.ts',
      conformance: 'test/conformance/index.ts',
      'transform-worker': 'src/features/transform/worker/transform-worker.ts',
    },
  },
  { ...modules, dir: 'dist' },
);
writeFileSync('dist/LICENSES.txt', licences());

// What is for a clone alone, and is not published.
await bundle(
  {
    ...common,
    input: { demo: 'dev/demo.ts', tour: 'dev/tour.ts', manual: 'dev/manual.ts', bench: 'benchmarks/index.ts' },
  },
  { ...modules, dir: 'dist/dev', sourcemap: true },
);

// `man wireline` after a global install.
const page = spawnSync(process.execPath, ['dist/dev/manual.js'], { stdio: ['ignore', 'pipe', 2] });
if (page.status !== 0) process.exit(1);
writeFileSync('dist/wireline.1', page.stdout);

const types = spawnSync(process.execPath, ['node_modules/tsc7/bin/tsc', '-p', 'tsconfig.types.json'], {
  stdio: ['ignore', 2, 2],
});
if (types.status !== 0) process.exit(1);
writeFileSync('dist/.built', '');

async function bundle(input, output) {
  const made = await rolldown(input);
  const { output: files } = await made.write(output);
  for (const id of files.flatMap((file) => file.moduleIds ?? [])) {
    const [path] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? [];
    if (path) bundled.add(path);
  }
}

/** Puts the bundler's few helper functions into the file that every run loads: a file more takes 0.4 ms to load. */
function inlineRuntime(folder) {
  const runtime = readdirSync(folder).find((file) => file.startsWith('rolldown-runtime'));
  const code = readFileSync(join(folder, runtime), 'utf8');
  const wanted = `require("./${runtime}")`;
  for (const file of readdirSync(folder)) {
    const source = readFileSync(join(folder, file), 'utf8');
    const own =
      file === 'main.cjs'
        ? `(()=>{const exports={};${code};return module.exports.runtime=exports})()`
        : 'require("./main.cjs").runtime';
    writeFileSync(join(folder, file), source.replaceAll(wanted, own));
  }
  rmSync(join(folder, runtime));
}

/** commander loads it for sub-commands that are programs of their own, which there are none of, and it takes 3 ms. */
function without(name, importers) {
  const nothing = '\0nothing';
  return {
    name: 'without',
    resolveId: (id, importer) => (id === name && importers.test(importer ?? '') ? nothing : undefined),
    load: (id) => (id === nothing ? 'export default {}' : undefined),
  };
}

/** The licences of the bundled packages, which ask to be kept with every copy. */
function licences() {
  const texts = [...bundled].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(path, file), 'utf8').trim() : `${license}. It has no file of its licence.`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return `The files of this folder contain code of these packages.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`;
}
