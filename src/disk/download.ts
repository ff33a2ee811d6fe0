import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Download, type Hash, WirelineError } from '../core/index.js';
import { sha256 } from './hash.js';

/** Bytes that are read back of a part at a time. */
const readSize = 1024 * 1024;

/**
 * Begins or goes on with the download to `path`. Until it is whole it is another file, `.NAME.wireline-part` beside
 * it, which stays there when the connection is lost. Throws `refused` where a file is there and
 * `replace` is not set.
 */
export function download(path: string, replace: boolean): Download {
  if (!replace && existsSync(path)) throw exists(path);
  mkdirSync(dirname(path), { recursive: true });
  const part = join(dirname(path), `.${basename(path)}.wireline-part`);
  const fd = openSync(part, existsSync(part) ? 'r+' : 'wx+');
  let hash = hashed(fd);
  let at = statSync(part).size;
  let open = true;
  const close = () => {
    if (open) closeSync(fd);
    open = false;
  };
  return {
    offset: at,
    prefix: hash.copy().hex(),
    get hash() {
      return hash;
    },
    restart() {
      ftruncateSync(fd);
      at = 0;
      hash = sha256();
      return hash;
    },
    write(bytes) {
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done);
      at += bytes.length;
    },
    finish() {
      fsyncSync(fd);
      close();
      if (replace) return renameSync(part, path);
      link(part, path);
      unlinkSync(part);
    },
    keep: close,
    drop() {
      close();
      unlinkSync(part);
    },
  };
}

function hashed(fd: number): Hash {
  const hash = sha256();
  const buffer = Buffer.allocUnsafe(readSize);
  for (let at = 0; ; ) {
    const size = readSync(fd, buffer, 0, readSize, at);
    if (size === 0) return hash;
    hash.update(buffer.subarray(0, size));
    at += size;
  }
}

function link(part: string, path: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw exists(path);
  }
}

function exists(path: string): WirelineError {
  return new WirelineError('refused', `${path} exists already: --force replaces it`);
}
