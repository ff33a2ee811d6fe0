import type { Hash } from '../../../core/index.js';
import type { OpenFile, ServedTree } from '../protocol/tree.js';
import type { Request } from './request.js';

/** A request for a file's bytes. */
export type Get = Extract<Request, { type: 'get' | 'plain' }>;

/** Hashes a file while it is sent, only as far as the request needs, and goes on from a hash that is remembered. */
export class FileHash {
  #hash: Hash | undefined;
  /** Bytes from the beginning that are in the hash. */
  #at = 0;
  readonly #wanted: boolean;

  constructor(
    readonly folder: ServedTree,
    readonly file: OpenFile,
    readonly request: Get,
  ) {
    this.#wanted = request.type === 'get' && request.hash;
  }

  /** Returns which byte must be read first, where `from` is the first that is sent: those before it may have to be hashed. */
  begin(from: number): number {
    const { request, folder, file } = this;
    if (!this.#works && (request.type === 'plain' || request.prefix === undefined)) return from;
    const known = file.checkpoint(from);
    this.#hash = known?.hash ?? folder.hash();
    this.#at = known?.at ?? 0;
    return this.#at;
  }

  /** Adds the next bytes of the file. */
  update(bytes: Uint8Array): void {
    if (!this.#hash) return;
    this.#hash.update(bytes);
    this.#at += bytes.length;
    this.file.passed(this.#at, this.#hash);
  }

  /** True if the client has the bytes that were added. If not, the file is hashed anew, as it is sent anew. */
  isPrefix(): boolean {
    const { request, folder } = this;
    const prefix = request.type === 'get' ? request.prefix : undefined;
    const same = prefix === undefined || prefix === this.#hash?.copy().hex();
    if (!this.#works) this.#hash = undefined;
    else if (!same) {
      this.#hash = folder.hash();
      this.#at = 0;
    }
    return same;
  }

  /** The hash of the whole file, where it is wanted: called when all of it was added, and it has not changed. */
  hex(): string | undefined {
    if (!this.#wanted || !this.#hash) return this.#wanted ? this.file.known : undefined;
    const hex = this.#hash.hex();
    this.file.learn(hex);
    return hex;
  }

  /** True if the whole file has to be hashed. */
  get #works(): boolean {
    return this.#wanted && this.file.known === undefined;
  }
}
