import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import net from 'node:net';
import { dirname } from 'node:path';
import type { Address } from '../core/index.js';
import { WirelineError } from '../core/index.js';
import { type AddressLike, formatAddress } from './address.js';
import { errorText } from './system-errors.js';

/** Where a server listens: an address, the descriptor of a socket that listens already, or a `net.Server` that does. */
export type ListenTarget = AddressLike | { readonly fd: number } | net.Server;

/** True if a target is a descriptor. */
export function isDescriptor(target: ListenTarget): target is { readonly fd: number } {
  return typeof target === 'object' && 'fd' in target;
}

/**
 * Has `listener` listen on `target` and returns the address it got. A Unix socket whose server is gone is
 * replaced; one with a live server, or another kind of file, is refused. Rejects with a `WirelineError`.
 */
export async function listen(
  listener: net.Server,
  target: Address | { readonly fd: number } | net.Server,
  backlog?: number,
): Promise<Address> {
  if (target instanceof net.Server) {
    if (!target.listening) throw new WirelineError('usage', 'the net.Server that was passed does not listen');
    return boundAddress(target);
  }
  if (isDescriptor(target)) {
    await bind(listener, target, backlog).catch((error) => {
      throw new WirelineError('unusable', `cannot listen on descriptor ${target.fd}: ${errorText(error)}`, {
        cause: error,
      });
    });
    return boundAddress(listener);
  }
  return listenOn(listener, target, backlog);
}

async function listenOn(listener: net.Server, address: Address, backlog?: number): Promise<Address> {
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
  const bound = boundAddress(listener);
  // On all interfaces the port alone is what was asked for.
  return address.path === undefined && address.host === undefined && bound.port !== undefined
    ? { port: bound.port }
    : bound;
}

function boundAddress(listener: net.Server): Address {
  const bound = listener.address();
  if (bound === null) throw new WirelineError('unusable', 'the listener is closed');
  return typeof bound === 'string' ? { path: bound } : { host: bound.address, port: bound.port };
}

function bind(listener: net.Server, address: Address | { readonly fd: number }, backlog?: number): Promise<void> {
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
