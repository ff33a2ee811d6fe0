import { attributesIn, type FileAttributes } from '../../../core/file-attributes.js';
import { type Clock, type Connection, WirelineError } from '../../../core/index.js';

/** A request of a client of the files service. */
export type Request =
  | { readonly type: 'plain'; readonly path: string }
  | {
      readonly type: 'get';
      readonly path: string;
      /** The first byte that is wanted. */
      readonly offset: number;
      /** SHA-256 of the bytes before `offset`, where the client has them: others than ours are sent again from 0. */
      readonly prefix: string | undefined;
      /** True if the trailer has the SHA-256 of the file. */
      readonly hash: boolean;
    }
  | { readonly type: 'list'; readonly path: string }
  | {
      readonly type: 'put';
      readonly path: string;
      readonly replace: boolean;
      readonly sync: boolean;
      readonly attributes: FileAttributes;
    }
  | { readonly type: 'mkdir'; readonly path: string };

/** The callbacks of a reader of requests. */
export interface RequestReaderOptions {
  readonly peer: Connection;
  readonly clock: Clock;
  readonly onRequest: (line: Uint8Array) => void;
  /** Called when the client has ended and each of its requests was given and let go on. */
  readonly onEnd: () => void;
  /** Called for a request that is too long: nothing is read after it. Its first byte is that of `line`. */
  readonly onTooLong: (line: Uint8Array, error: WirelineError) => void;
}

/** `{`, by which a line of JSON is known. */
export const BRACE = 123;
/** Drops a byte-order mark: it is no part of a name, nor of JSON. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads a request line. Throws `protocol` where it is none. */
export function parseRequest(line: Uint8Array): Request {
  const text = decoded(line);
  if (text === '') throw new WirelineError('protocol', 'an empty line names no file');
  if (!text.startsWith('{')) return { type: 'plain', path: text };
  const request = parsed(text);
  const { get, list, put, mkdir, offset = 0, prefix, hash = true, replace = false, sync = true } = request;
  if (typeof get === 'string' && isWhole(offset)) {
    return {
      type: 'get',
      path: get,
      offset,
      prefix: typeof prefix === 'string' ? prefix : undefined,
      hash: hash !== false,
    };
  }
  if (typeof list === 'string') return { type: 'list', path: list };
  if (typeof mkdir === 'string') return { type: 'mkdir', path: mkdir };
  if (typeof put === 'string') {
    const attributes = attributesIn(request);
    return { type: 'put', path: put, replace: replace === true, sync: sync !== false, attributes };
  }
  throw new WirelineError('protocol', 'a request is {"get":NAME}, {"list":PATH}, {"put":NAME} or {"mkdir":PATH}');
}

/** True if a line that has no end yet is JSON that goes on: what comes late of it is no request of its own. */
export function isIncompleteJson(line: Uint8Array): boolean {
  if (line[0] !== BRACE) return false;
  try {
    JSON.parse(decoder.decode(line));
    return false;
  } catch {
    return true;
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new WirelineError('protocol', 'a request that begins with { is one line of JSON');
  }
}

function decoded(line: Uint8Array): string {
  try {
    return decoder.decode(line);
  } catch {
    throw new WirelineError('protocol', 'a request is text in UTF-8');
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
