import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool } from '../core/index.js';

/** Bytes that a spool keeps in memory; what comes after goes to its file. */
const memoryOfOne = 1024 * 1024;
/** Bytes that all spools of a budget keep in memory. */
const memoryOfAll = 16 * 1024 * 1024;
/** Bytes that are read back from the file at a time. */
const readSize = 256 * 1024;

/** The memory and disk that all spools of a server may hold together. */
export class SpoolBudget {
  used = 0;
  memory = 0;

  constructor(
    /** Bytes in all, in memory and on disk. */
    readonly max: number,
  ) {}

  /** A new, empty spool of this budget. */
  spool(): Spool {
    return new BudgetedSpool(this);
  }
}

let files = 0;

class BudgetedSpool implements Spool {
  /** Held in memory, before what is in the file. */
  #chunks: Uint8Array[] = [];
  /** Held in memory after what is in the file, which the disk did not take. */
  #late: Uint8Array[] = [];
  #inMemory = 0;
  #fd: number | undefined;
  #written = 0;
  #read = 0;
  #buffer: Buffer | undefined;

  constructor(readonly budget: SpoolBudget) {}

  get size(): number {
    return this.#inMemory + this.#written - this.#read;
  }

  add(bytes: Uint8Array): boolean {
    this.budget.used += bytes.length;
    const within = this.budget.used < this.budget.max;
    if (this.#late.length > 0) return this.#addToMemory(this.#late, bytes);
    // Once a part is in the file, what follows has to go there too: it comes after.
    const fits = this.#inMemory + bytes.length <= memoryOfOne && this.budget.memory + bytes.length <= memoryOfAll;
    if (fits && this.#written === 0) this.#addToMemory(this.#chunks, bytes);
    else if (!this.#addToFile(bytes)) return this.#addToMemory(this.#late, bytes);
    return within;
  }

  take(): Uint8Array | undefined {
    if (this.#chunks.length > 0) return this.#takeFromMemory(this.#chunks);
    if (this.#written > 0) return this.#takeFromFile();
    return this.#late.length > 0 ? this.#takeFromMemory(this.#late) : undefined;
  }

  discard(): void {
    this.budget.used -= this.size;
    this.budget.memory -= this.#inMemory;
    this.#chunks = [];
    this.#late = [];
    this.#inMemory = 0;
    this.#written = 0;
    this.#read = 0;
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Returns false: the caller says whether more may come. */
  #addToMemory(list: Uint8Array[], bytes: Uint8Array): false {
    list.push(new Uint8Array(bytes));
    this.#inMemory += bytes.length;
    this.budget.memory += bytes.length;
    return false;
  }

  #takeFromMemory(list: Uint8Array[]): Uint8Array | undefined {
    const chunk = list.shift();
    const size = chunk?.length ?? 0;
    this.#inMemory -= size;
    this.budget.memory -= size;
    this.budget.used -= size;
    return chunk;
  }

  /** False where the disk takes nothing: the bytes are then held in memory, and the source is stopped. */
  #addToFile(bytes: Uint8Array): boolean {
    try {
      this.#fd ??= openUnlinked();
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#written + at);
      this.#written += bytes.length;
      return true;
    } catch {
      return false;
    }
  }

  #takeFromFile(): Uint8Array {
    this.#buffer ??= Buffer.allocUnsafeSlow(readSize);
    // Where the disk was full, the file may end with a part of what is held in memory.
    const wanted = Math.min(readSize, this.#written - this.#read);
    const size = readSync(this.#fd as number, this.#buffer, 0, wanted, this.#read);
    this.#read += size;
    this.budget.used -= size;
    if (this.#read === this.#written) {
      // The file begins anew, so that a long stream behind a slow output takes only the space of what waits.
      ftruncateSync(this.#fd as number);
      this.#read = 0;
      this.#written = 0;
    }
    return this.#buffer.subarray(0, size);
  }
}

/** Opens a file that has no name any more, so that it goes with the process however that ends. */
function openUnlinked(): number {
  const path = join(process.getBuiltinModule('node:os').tmpdir(), `wireline-${process.pid}-${++files}.spool`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return fd;
}
