import { isIPv6 } from 'node:net';
import { type Address, formatPeer, WirelineError } from '../core/index.js';

/** An address as a caller may give it: parsed, as the text of the command line, or as the number of a TCP port. */
export type AddressLike = Address | string | number;

const hostAndPort = /^(?:\[(?<v6>[^\]]*)\]|(?<host>[^:[\]]*)):(?<port>\d+)$/;
const bracketed = /^\[([^\]]+)\]$/;

/**
 * Reads an address to listen on: `PORT` (all interfaces, IPv6 and IPv4), `HOST:PORT`, `[v6]:PORT` or
 * `unix:PATH`. Throws a `WirelineError` of code `usage`.
 */
export function parseListenAddress(text: string): Address {
  if (/^\d+$/.test(text)) return { port: parsePort(text, text, 0) };
  return parseUnix(text) ?? parseHostAndPort(text, text, 0);
}

/** Returns the address to listen on; a number is that port of all interfaces. Throws as {@link parseListenAddress} does. */
export function listenAddressOf(address: AddressLike): Address {
  return typeof address === 'object' ? address : parseListenAddress(String(address));
}

/** Returns the address to dial; a number is that port of localhost. Throws as {@link parseTarget} does. */
export function targetOf(address: AddressLike): Address {
  if (typeof address === 'number') return { host: 'localhost', port: parsePort(String(address), String(address), 1) };
  if (typeof address === 'object') return address;
  const { address: target, rest } = parseTarget(address.split(' '));
  if (rest.length > 0) throw usage(`${address} is not an address: HOST:PORT, [v6]:PORT or unix:PATH`);
  return target;
}

/**
 * Reads an address to dial: `HOST PORT` as two words, or `HOST:PORT`, `[v6]:PORT`, `unix:PATH`, `tcp://HOST:PORT`
 * as one. Returns the words that are left. Throws a `WirelineError` of code `usage`.
 */
export function parseTarget(words: readonly string[]): { address: Address; rest: string[] } {
  const [first, second, ...rest] = words;
  if (first === undefined) throw usage('an address is missing: HOST PORT, HOST:PORT or unix:PATH');
  const one = parseOneWord(first);
  if (one) return { address: one, rest: words.slice(1) };
  if (first === '') throw usage('the host is empty');
  if (second === undefined) throw usage(`the port is missing after ${first}: HOST PORT or HOST:PORT`);
  return { address: { host: first.replace(bracketed, '$1'), port: parsePort(second, second, 1) }, rest };
}

function parseOneWord(word: string): Address | undefined {
  const unix = parseUnix(word);
  if (unix) return unix;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(word);
  if (scheme?.[1]?.toLowerCase() === 'tcp') return parseHostAndPort((scheme[2] ?? '').replace(/\/$/, ''), word, 1);
  if (scheme) throw usage(`${word}: only tcp:// and unix: addresses can be dialled`);
  // Node's test for IPv6 costs 5 ms the first time, so it is asked only where there is a doubt.
  if (!word.includes(':') || bracketed.test(word) || (word.split(':').length > 2 && isIPv6(word))) return undefined;
  return parseHostAndPort(word, word, 1);
}

function parseUnix(text: string): Address | undefined {
  const path = /^unix:(?:\/\/)?(.*)$/s.exec(text)?.[1];
  if (path === undefined) return undefined;
  if (path === '') throw usage('a path is missing after unix:');
  // The kernel has room for 108 bytes and a zero (unix(7)), and Node cuts a longer path without a word.
  if (Buffer.byteLength(path) > 107) throw usage(`unix:${path}: the path is over 107 bytes`);
  return { path };
}

function parseHostAndPort(text: string, whole: string, least: number): Address {
  const groups = hostAndPort.exec(text)?.groups;
  if (!groups) throw usage(`${whole} is not an address: PORT, HOST:PORT, [v6]:PORT or unix:PATH`);
  const host = groups.v6 ?? groups.host ?? '';
  if (host === '') throw usage(`${whole}: the host is missing before the port`);
  return { host, port: parsePort(groups.port ?? '', whole, least) };
}

function parsePort(digits: string, whole: string, least: number): number {
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(port >= least && port <= 65_535)) throw usage(`${whole}: a port is a number from ${least} to 65535`);
  return port;
}

function usage(message: string): WirelineError {
  return new WirelineError('usage', message);
}

/** The address as it is written on the command line: `127.0.0.1:9000`, `[::1]:9000`, `unix:/run/x`. */
export function formatAddress(address: Address): string {
  return formatPeer(address.path === undefined ? { host: '::', ...address } : address);
}
