import { WirelineError } from './reason.js';

/** The meaning of each code of the system, in words that a user knows. */
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
  EDQUOT: 'the quota is used up',
  EFBIG: 'too large for a file there',
  EROFS: 'it is read-only',
  EIO: 'input or output error',
  EMFILE: 'too many open files',
  EINVAL: 'invalid argument',
  ENAMETOOLONG: 'the name is too long',
};

/** The system's error in words and with its code: `address already in use (EADDRINUSE)`. */
export function errorText(error: unknown): string {
  const known = rootOf(error);
  const code = known.code;
  if (!code || error instanceof WirelineError) return known.message;
  return words[code] ? `${words[code]} (${code})` : `${known.message} (${code})`;
}

/** The system's words where it is short of something, or the disk fails: they say nothing about the file in question. */
const short = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'EAGAIN', 'EINTR']);

/** Returns true where the system is short of something that may be there later. */
export function isShort(error: unknown): boolean {
  return short.has(String(rootOf(error).code));
}

/** The fields that Node adds to an error of the system. */
type SystemError = Error & { readonly code?: string };

/** Node tries each address of a name and reports an error of errors: the first one stands for all. */
function rootOf(error: unknown): SystemError {
  if (error instanceof AggregateError && error.errors.length > 0) return rootOf(error.errors[0]);
  return error instanceof Error ? error : new Error(String(error));
}
