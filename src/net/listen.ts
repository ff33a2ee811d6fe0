import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';
import { WirelineError } from '../core/index.js';
import { type Address, formatAddress } from './address.js';
import { errorText } from './system-errors.js';

/**
 * Has `listener` listen on `address` and gives the address it got. A Unix socket whose server is gone is
 * replaced; one with a live server, or another kind of file, is refused. Rejects with a `WirelineError`.
 */
export async function listen(listener: net.Server, address: Address, backlog?: number): Promise<Address> {
  try {
    await bind(listener, address, backlog);
  } catch (error) {
    // For a path in no folder libuv says that permission is denied, as Windows does (src/unix/pipe.c).
    if (address.path !== undefined && !existsSync(dirname(address.path)))
      throw cannotListen(address, new Error(`there is no folder ${dirname(address.path)} (ENOENT)`));
    if (address.path === undefined || codeOf(error) !== 'EADDRINUSE') throw cannotListen(address, error);
    await removeStale(address.path)
      .then(() => bind(listener, address, backlog))
      .catch((again) => {
        throw again instanceof WirelineError ? again : cannotListen(address, again);
      });
  }
  const bound = listener.address();
  if (bound === null || typeof bound === 'string') return address;
  return address.host === undefined ? { port: bound.port } : { host: bound.address, port: bound.port };
}

function bind(listener: net.Server, address: Address, backlog?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(error);
    listener.once('error', onError);
    listener.listen({ ...address, ...(backlog === undefined ? {} : { backlog }) }, () => {
      listener.off('error', onError);
      resolve();
    });
  });
}

async function removeStale(path: string): Promise<void> {
  if (!lstatSync(path).isSocket()) throw cannotListen({ path }, new Error('a file that is not a socket is there'));
  if (await answers(path)) throw cannotListen({ path }, new Error('another server is listening there (EADDRINUSE)'));
  unlinkSync(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    // Only a refusal says that nobody is there: a full backlog (EAGAIN) or missing rights do not.
    probe.once('error', (error) => resolve(codeOf(error) !== 'ECONNREFUSED'));
  });
}

function cannotListen(address: Address, cause: unknown): WirelineError {
  return new WirelineError('unusable', `cannot listen on ${formatAddress(address)}: ${errorText(cause)}`, { cause });
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
