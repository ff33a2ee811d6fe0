import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Where the command keeps what it remembers: not in the home of whoever runs the tests. */
const state = join(import.meta.dirname, 'node_modules', '.cache', 'wireline-tests');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each file in a process of its own: they open sockets, send signals and measure memory.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    // A second, as it is by default, is soon over on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    // Node needs 30 ms more for each start with this set, and hundreds of processes are started.
    env: { NODE_EXTRA_CA_CERTS: '', NO_COLOR: '1', TZ: 'UTC', XDG_STATE_HOME: state, XDG_CACHE_HOME: state },
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
