import { defineConfig } from 'vitest/config';

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
    env: { NODE_EXTRA_CA_CERTS: '', NO_COLOR: '1', TZ: 'UTC' },
    reporters: ['default', './test/support/closing-line.ts'],
  },
});
