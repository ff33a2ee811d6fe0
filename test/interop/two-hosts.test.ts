import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Host, type HostProcess, type TwoHosts, twoHosts, whyNoHosts } from '../support/hosts.js';

const unable = whyNoHosts();

describe.skipIf(unable !== undefined)(`between two hosts${unable ? ` (skipped: ${unable})` : ''}`, () => {
  let hosts: TwoHosts;
  const running: HostProcess[] = [];

  beforeAll(() => {
    hosts = twoHosts();
    console.log(`on the cable between the hosts: ${hosts.impairment}`);
  });

  afterAll(() => {
    for (const { child } of running) child.kill('SIGKILL');
    hosts?.down();
  });

  function wireline(host: Host, ...args: string[]): HostProcess {
    const started = host.run(process.execPath, ['dist/cli.cjs', ...args]);
    running.push(started);
    return started;
  }

  /** Starts a server on host a, and gives its port once it listens. */
  async function serving(...args: string[]): Promise<{ port: string; server: HostProcess }> {
    const server = wireline(hosts.a, 'serve', ...args, '0');
    for (;;) {
      const port = /listening on \S*:(\d+)/.exec(server.stderr())?.[1];
      if (port) return { port, server };
      await once(server.child.stderr as NodeJS.ReadableStream, 'data');
    }
  }

  test('echoes a line of 16 MiB', { timeout: 120_000 }, async () => {
    const { port } = await serving('echo');
    const line = Buffer.alloc(16 * 1024 * 1024, 'wireline ');
    const asking = wireline(hosts.b, 'ask', hosts.a.address, port);
    asking.child.stdin?.end(Buffer.concat([line, Buffer.from('\n')]));
    const { stdout, status } = await asking.done;
    expect(status).toBe(0);
    expect(stdout.length).toBe(line.length + 1);
    expect(stdout.subarray(0, -1).equals(line)).toBe(true);
  });

  test('acknowledges in the order of receipt', { timeout: 60_000 }, async () => {
    const { port, server } = await serving('order');
    const bob = wireline(hosts.b, 'announce', hosts.a.address, port, '--as', 'Y', '--name', 'Bob');
    // Asked for at once: it may have spoken before the server has logged that it came.
    const said = once(bob.child.stdout as NodeJS.ReadableStream, 'data');
    while (!server.stderr().includes('connected')) await once(server.child.stderr as NodeJS.ReadableStream, 'data');
    await said;
    const alice = wireline(hosts.a, 'announce', hosts.a.address, port, '--as', 'X', '--name', 'Alice');
    const lines = await Promise.all([alice.done, bob.done]);
    const order = String(lines[0]?.stdout).split('\n')[1] ?? '';
    expect(['Y: Bob received before X: Alice', 'X: Alice received before Y: Bob']).toContain(order);
    expect(String(lines[1]?.stdout)).toBe(`Client Y: Bob\n${order}\n`);
    expect((await server.done).status).toBe(0);
  });

  test('sends a stream with a verdict', { timeout: 120_000 }, async () => {
    const { port, server } = await serving('sink', '--verify', '--once');
    const content = Buffer.alloc(3_000_000, 'stream ');
    const sending = wireline(hosts.b, 'send', '--verify', hosts.a.address, port);
    sending.child.stdin?.end(content);
    expect((await sending.done).status).toBe(0);
    const { stdout, status } = await server.done;
    expect(status).toBe(0);
    expect(stdout.equals(content)).toBe(true);
  });
});
