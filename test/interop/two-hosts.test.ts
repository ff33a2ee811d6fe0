import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { noise } from '../support/bytes.js';
import { digest } from '../support/cli.js';
import { folder } from '../support/folder.js';
import { type Host, type HostProcess, type TwoHosts, twoHosts, whyNoHosts, whyNoNetem } from '../support/hosts.js';

const MiB = 1024 * 1024;
const unable = whyNoHosts();
const noNetem = unable ?? whyNoNetem();

/** A cable between the hosts. A bad one delays and loses: by the kernel, or by a proxy on the way of each client. */
const cables = [
  { name: 'a good cable', netem: false, proxy: false, echoed: 16 * MiB, file: 4 * MiB },
  noNetem === undefined
    ? { name: 'delay and loss by tc netem', netem: true, proxy: false, echoed: MiB, file: MiB }
    : { name: 'delay and stalls by a proxy, no netem here', netem: false, proxy: true, echoed: MiB, file: MiB },
];

const skipped = unable ? ` (skipped: ${unable})` : '';
for (const cable of cables)
  describe.skipIf(unable !== undefined)(`between two hosts, ${cable.name}${skipped}`, () => {
    let hosts: TwoHosts;
    const running: HostProcess[] = [];

    beforeAll(() => {
      hosts = twoHosts(cable.netem);
    });

    afterEach(() => {
      for (const { child } of running.splice(0)) child.kill('SIGKILL');
    });

    afterAll(() => hosts?.down());

    function start(host: Host, ...args: string[]): HostProcess {
      const started = host.run(process.execPath, args);
      running.push(started);
      return started;
    }

    function wireline(host: Host, ...args: string[]): HostProcess {
      return start(host, 'dist/cli.cjs', ...args);
    }

    /** Starts a server on host a. Gives what a client on host b is to dial. */
    async function serving(...args: string[]): Promise<{ server: HostProcess; port: string; dial: string[] }> {
      const server = wireline(hosts.a, 'serve', ...args, '0');
      while (!/listening on \S*:\d+\n/.test(server.stderr())) await once(stream(server, 'stderr'), 'data');
      const port = /listening on \S*:(\d+)/.exec(server.stderr())?.[1] ?? '';
      if (!cable.proxy) return { server, port, dial: [hosts.a.address, port] };
      const proxy = start(hosts.b, 'test/support/bad-cable.mjs', '7', hosts.a.address, port);
      const [line] = await once(stream(proxy, 'stdout'), 'data');
      return { server, port, dial: [hosts.b.address, String(line).trim()] };
    }

    function stream({ child }: HostProcess, name: 'stdout' | 'stderr'): NodeJS.ReadableStream {
      return child[name] as NodeJS.ReadableStream;
    }

    test(`echoes a line of ${cable.echoed / MiB} MiB`, { timeout: 120_000 }, async () => {
      const { dial } = await serving('echo');
      const line = Buffer.alloc(cable.echoed, 'wireline ');
      const asking = wireline(hosts.b, 'ask', ...dial);
      asking.child.stdin?.end(Buffer.concat([line, Buffer.from('\n')]));
      const { stdout, status } = await asking.done;
      expect(status).toBe(0);
      expect(stdout.length).toBe(line.length + 1);
      expect(digest(stdout.subarray(0, -1))).toBe(digest(line));
    });

    test('acknowledges in the order of receipt', { timeout: 60_000 }, async () => {
      const { port, server, dial } = await serving('order');
      const bob = wireline(hosts.b, 'announce', ...dial, '--as', 'Y', '--name', 'Bob');
      // Asked for at once: it may have spoken before the server has logged that it came.
      const said = once(stream(bob, 'stdout'), 'data');
      while (!server.stderr().includes('connected')) await once(stream(server, 'stderr'), 'data');
      await said;
      const alice = wireline(hosts.a, 'announce', hosts.a.address, port, '--as', 'X', '--name', 'Alice');
      const lines = await Promise.all([alice.done, bob.done]);
      const order = String(lines[0]?.stdout).split('\n')[1] ?? '';
      expect(['Y: Bob received before X: Alice', 'X: Alice received before Y: Bob']).toContain(order);
      expect(String(lines[1]?.stdout)).toBe(`Client Y: Bob\n${order}\n`);
      const { status, stdout } = await server.done;
      expect(status).toBe(0);
      // What the server prints first is what it says that it received first.
      expect(String(stdout).startsWith(`Client ${order[0]}: `)).toBe(true);
    });

    test('sends a stream with a verdict', { timeout: 120_000 }, async () => {
      const { server, dial } = await serving('sink', '--verify', '--once');
      const content = noise(cable.file);
      const sending = wireline(hosts.b, 'send', '--verify', ...dial);
      sending.child.stdin?.end(content);
      expect((await sending.done).status).toBe(0);
      const { stdout, status } = await server.done;
      expect(status).toBe(0);
      expect(digest(stdout)).toBe(digest(content));
    });

    test('gets, puts and lists files, and a tree of them', { timeout: 120_000 }, async () => {
      const [there, here] = [folder(), folder()];
      const content = noise(cable.file);
      writeFileSync(join(there, 'large'), content);
      mkdirSync(join(there, 'tree', 'deep er'), { recursive: true });
      const small = { 'tree/ñ 🦊': 'one', 'tree/deep er/two': 'two\n', 'tree/deep er/empty': '' };
      for (const [name, text] of Object.entries(small)) writeFileSync(join(there, name), text);
      const { dial } = await serving('files', there, '--writable');
      const listed = await wireline(hosts.b, 'ls', ...dial, '--json').done;
      const entries = String(listed.stdout).trim().split('\n');
      expect(entries.map((line) => JSON.parse(line))).toMatchObject([
        { name: 'large', type: 'file', size: content.length },
        { name: 'tree', type: 'folder' },
      ]);
      const [file, tree] = await Promise.all([
        wireline(hosts.b, 'get', ...dial, 'large', '-o', join(here, 'large')).done,
        wireline(hosts.b, 'get', ...dial, 'tree', '-o', join(here, 'tree')).done,
      ]);
      expect([file.status, tree.status]).toEqual([0, 0]);
      expect(digest(readFileSync(join(here, 'large')))).toBe(digest(content));
      for (const [name, text] of Object.entries(small)) expect(readFileSync(join(here, name), 'utf8')).toBe(text);
      const putting = wireline(hosts.b, 'put', ...dial, join(here, 'large'), '--name', 'back/again');
      expect((await putting.done).status).toBe(0);
      expect(digest(readFileSync(join(there, 'back', 'again')))).toBe(digest(content));
      expect(readdirSync(join(there, 'back'))).toEqual(['again']);
    });
  });
