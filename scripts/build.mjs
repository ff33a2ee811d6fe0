// Builds dist/: the command as one file, the library's entries and the benchmarks as ES modules that share
// chunks, and the type declarations. `docs/decisions/start-up.md` says why the command is built differently.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  define: { __VERSION__: JSON.stringify(version) },
  // What only some commands need is loaded from node_modules when they run.
  external: ['cli-progress', 'piscina', '@photostructure/sqlite', 'vitest', 'fast-check'],
  logLevel: 'warning',
};

await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  // A script that is run from its compiled code has no import(): what is loaded late is required late.
  supported: { 'dynamic-import': false },
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [without('node:child_process')],
});
copyFileSync('src/cli/launch.cjs', 'dist/cli.cjs');
chmodSync('dist/cli.cjs', 0o755);

await build({
  ...common,
  entryPoints: {
    demo: 'src/cli/demo.ts',
    tour: 'src/cli/tour.ts',
    index: 'src/index.ts',
    framing: 'src/framing/index.ts',
    services: 'src/services/index.ts',
    testing: 'src/testing/index.ts',
    conformance: 'test/conformance/index.ts',
    'transform-worker': 'src/workers/transform-worker.ts',
    ...(existsSync('benchmarks/index.ts') ? { bench: 'benchmarks/index.ts' } : {}),
  },
  outdir: 'dist',
  splitting: true,
  format: 'esm',
  sourcemap: 'linked',
});

const types = spawnSync(process.execPath, ['node_modules/tsc7/bin/tsc', '-p', 'tsconfig.types.json'], {
  stdio: ['ignore', 2, 2],
});
if (types.status !== 0) process.exit(1);
await compileAhead();
writeFileSync('dist/.built', process.version);

/** commander loads it for sub-commands that are programs of their own, which there are none of, and it takes 3 ms. */
function without(name) {
  return {
    name: 'without',
    setup(bundle) {
      bundle.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'nothing' }));
      bundle.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }));
    },
  };
}

/** Has the command send a file once, and keeps what V8 compiled for that. */
async function compileAhead() {
  const server = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const args = ['dist/cli.cjs', 'send', '127.0.0.1', String(server.address().port), 'package.json'];
  const env = { ...process.env, WIRELINE_BUILD_CACHE: 'dist/main.cache' };
  const [status] = await once(spawn(process.execPath, args, { env, stdio: ['ignore', 2, 2] }), 'exit');
  server.close();
  if (status !== 0) process.exit(1);
}
