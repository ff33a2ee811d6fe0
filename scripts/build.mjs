// Builds dist/: the command, the library's entries and the benchmarks as ES modules that share chunks, and
// the type declarations. A sub-command's code is a chunk of its own, loaded when it is used: that keeps
// `wireline send` near the start-up time of Node itself.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('dist', { recursive: true, force: true });

await build({
  entryPoints: {
    cli: 'src/cli/main.ts',
    demo: 'src/cli/demo.ts',
    index: 'src/index.ts',
    framing: 'src/framing/index.ts',
    services: 'src/services/index.ts',
    ...(existsSync('benchmarks/index.ts') ? { 'benchmarks/index': 'benchmarks/index.ts' } : {}),
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: 'linked',
  define: { __VERSION__: JSON.stringify(version) },
  // Only what every start needs is in the bundle; the rest is loaded from node_modules by who uses it.
  external: ['@bomb.sh/tab', 'cli-progress', 'pino', 'pino-pretty'],
  // CommonJS packages in the bundle call require for Node's own modules.
  banner: { js: 'const require = (name) => process.getBuiltinModule(name);' },
  logLevel: 'warning',
});
chmodSync('dist/cli.js', 0o755);

const { status } = spawnSync(process.execPath, ['node_modules/tsc7/bin/tsc', '-p', 'tsconfig.types.json'], {
  stdio: ['ignore', 2, 2],
});
if (status !== 0) process.exit(1);
writeFileSync('dist/.built', '');
