import { type Reason, WirelineError } from '../core/index.js';

/** What a code of the system means, in words that a user knows. */
const words: Record<string, string> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by the peer',
  ECONNABORTED: 'connection aborted',
  EPIPE: 'the other end is gone',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'the name could not be looked up',
  EAI_NONAME: 'unknown host',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'no answer',
  ENOENT: 'no such file',
  EISDIR: 'is a folder',
  ENOTSOCK: 'is not a socket',
  ENOTDIR: 'is not a folder',
  EEXIST: 'exists already',
  ENOSPC: 'no space left',
  EIO: 'input or output error',
  EMFILE: 'too many open files',
  EINVAL: 'invalid argument',
  ENAMETOOLONG: 'the name is too long',
};

const cut = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ENOTCONN', 'ERR_STREAM_DESTROYED']);

/** The reason for which a socket's error ends its connection. */
export function reasonOf(error: Error & { readonly code?: string | undefined }): Reason {
  if (error instanceof WirelineError) return error.code;
  if (cut.has(error.code ?? '')) return 'reset';
  return error.code === 'ETIMEDOUT' ? 'timeout' : 'failed';
}

/** The system's error in words and with its code: `address already in use (EADDRINUSE)`. */
export function inWords(error: unknown): string {
  const known = rootOf(error);
  const code = known.code;
  if (!code || error instanceof WirelineError) return known.message;
  return words[code] ? `${words[code]} (${code})` : `${known.message} (${code})`;
}

/** Node tries each address of a name and reports an error of errors: the first one stands for all. */
function rootOf(error: unknown): NodeJS.ErrnoException {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  return error instanceof Error ? error : new Error(String(error));
}
