import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../src/core/index.js';
import { echo } from '../../src/features/echo/server.js';
import { type Server, serve } from '../../src/net/index.js';
import { listeningChild } from '../support/child.js';
import { plainClient } from '../support/client.js';
import { rejection } from '../support/code-of.js';
import { temporaryFolder } from '../support/folder.js';

const folder = temporaryFolder();
const servers: Server[] = [];
let sequence = 0;

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serving(address: Address | string): Promise<Server> {
  const server = await serve(echo(), address);
  servers.push(server);
  return server;
}

async function echoed(address: Address, words = 'hello'): Promise<string> {
  const { socket, all } = await plainClient(address);
  socket.end(words);
  return all();
}

function newPath(): string {
  return join(folder, `socket-${sequence++}`);
}

describe('a port', () => {
  test('without a host is served over IPv4 and IPv6', async () => {
    const { address } = await serving('0');
    expect(address.port).toBeGreaterThan(0);
    expect(address.host).toBeUndefined();
    expect(await echoed({ host: '127.0.0.1', port: address.port as number })).toBe('hello');
    expect(await echoed({ host: '::1', port: address.port as number })).toBe('hello');
  });

  test('of 0 is one that is free, and is named', async () => {
    const [one, other] = [await serving('127.0.0.1:0'), await serving('127.0.0.1:0')];
    expect(one.address.host).toBe('127.0.0.1');
    expect(one.address.port).not.toBe(other.address.port);
  });

  test('that is in use is refused in words', async () => {
    const { address } = await serving('127.0.0.1:0');
    const error = await rejection(serve(echo(), address));
    expect(error.code).toBe('unusable');
    expect(error.message).toBe(`cannot listen on 127.0.0.1:${address.port}: address already in use (EADDRINUSE)`);
    expect((error.cause as NodeJS.ErrnoException).code).toBe('EADDRINUSE');
  });

  test('of another machine is refused in words', async () => {
    const error = await rejection(serve(echo(), '192.0.2.1:9000'));
    expect(error.message).toBe('cannot listen on 192.0.2.1:9000: this machine has no such address (EADDRNOTAVAIL)');
  });

  test('of an unknown host is refused in words', async () => {
    const error = await rejection(serve(echo(), 'no-such-host.invalid:9000'));
    expect(error.code).toBe('unusable');
    expect(error.message).toMatch(
      /^cannot listen on no-such-host\.invalid:9000: (unknown host \(ENOTFOUND\)|the name could not be looked up \(EAI_AGAIN\))$/,
    );
  });

  test('may be listened on again at once, also after connections', async () => {
    const first = await serving('127.0.0.1:0');
    for (let round = 0; round < 5; round++) {
      expect(await echoed(first.address)).toBe('hello');
      await plainClient(first.address);
      await servers.splice(0)[0]?.close();
      await serving(first.address);
    }
  });

  test('is free as soon as the server stops listening, while its connections go on', async () => {
    const first = await serving('127.0.0.1:0');
    const { socket, all } = await plainClient(first.address);
    first.stopListening();
    await serving(first.address);
    socket.end('still served');
    expect(await all()).toBe('still served');
  });
});

describe('a Unix socket', () => {
  test('is served, and gone at the end', async () => {
    const path = newPath();
    const server = await serving(`unix:${path}`);
    expect(server.address).toEqual({ path });
    expect(lstatSync(path).isSocket()).toBe(true);
    expect(await echoed({ path })).toBe('hello');
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test('that a killed server left is replaced', async () => {
    const path = newPath();
    const { child } = await listeningChild({ path });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(lstatSync(path).isSocket()).toBe(true);
    await serving(`unix:${path}`);
    expect(await echoed({ path })).toBe('hello');
  });

  test('of a live server is refused and kept', async () => {
    const path = newPath();
    await serving(`unix:${path}`);
    const error = await rejection(serve(echo(), `unix:${path}`));
    expect(error.code).toBe('unusable');
    expect(error.message).toBe(`cannot listen on unix:${path}: another server is listening there (EADDRINUSE)`);
    expect(await echoed({ path })).toBe('hello');
  });

  test('does not take the place of another file', async () => {
    const path = newPath();
    writeFileSync(path, 'precious');
    const link = newPath();
    symlinkSync(path, link);
    for (const taken of [path, link, folder]) {
      const error = await rejection(serve(echo(), `unix:${taken}`));
      expect(error.code).toBe('unusable');
      expect(error.message).toBe(`cannot listen on unix:${taken}: a file that is not a socket is there`);
    }
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('in a folder that is not there is refused in words', async () => {
    const path = join(folder, 'none', 'x');
    const error = await rejection(serve(echo(), `unix:${path}`));
    expect(error.code).toBe('unusable');
    expect(error.message).toBe(`cannot listen on unix:${path}: there is no folder ${join(folder, 'none')} (ENOENT)`);
  });
});
