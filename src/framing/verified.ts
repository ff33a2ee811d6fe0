import { type Hash, WirelineError } from '../core/index.js';
import { HeaderReader, wholeHeader, writeHeader } from './length-header.js';

/** The first frame of a verified stream: what it is, and its version. */
const preface = 'wireline verified stream 1';
/** The longest frame of a verified stream, in bytes. */
const maxVerifiedFrame = 1024 * 1024;
/** The longest preface or verdict, in bytes. */
const shortFrame = 256;

/** The header of each frame: that of the `length` framing. */
const frameHeader = wholeHeader({});

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A stream whose end can be trusted, as frames of the `length` framing: a preface, the bytes in pieces, an empty
 * frame, and a verdict, `{"bytes":N,"sha256":"..."}` with the SHA-256 (FIPS 180-4) in lower-case hexadecimal.
 */
export class VerifiedReader {
  #state: 'preface' | 'pieces' | 'verdict' | 'over' = 'preface';
  #bytes = 0;
  readonly #header = new HeaderReader(frameHeader);
  /** The short frame that is being gathered. */
  #gathered: number[] = [];
  /** Bytes of the frame that are still to come, or -1 in its header. */
  #missing = -1;
  /** The sender's verdict, once it has come and proved right. */
  verdict: string | undefined;

  /** `emit` is given the bytes of the stream as they come, without waiting for a frame to be whole. */
  constructor(
    readonly hash: Hash,
    readonly emit: (bytes: Uint8Array) => void,
  ) {}

  /**
   * Takes the next bytes of the connection. Returns how many of them belong to the stream: fewer than there are where it
   * ends among them. Throws `protocol` where they are not what is due, and where the stream is over.
   */
  push(chunk: Uint8Array): number {
    if (this.#state === 'over' && chunk.length > 0) throw moreAfterEnd();
    let at = 0;
    while (at < chunk.length && (this.#state as string) !== 'over') {
      at = this.#missing < 0 ? this.#readHeader(chunk, at) : this.#addToFrame(chunk, at);
    }
    return at;
  }

  #readHeader(chunk: Uint8Array, from: number): number {
    // No frame is longer than 16 MiB: a plain client shows in its first byte.
    if (this.#header.count === 0 && chunk[from] !== 0) throw this.#tooLong();
    const at = this.#header.read(chunk, from);
    if (!this.#header.whole) return at;
    const size = this.#header.value;
    this.#header.reset();
    if (size > (this.#state === 'pieces' ? maxVerifiedFrame : shortFrame)) throw this.#tooLong();
    this.#missing = size;
    if (size === 0) this.#endFrame();
    return at;
  }

  #tooLong(): WirelineError {
    if (this.#state === 'preface') return notVerified();
    return new WirelineError('protocol', 'the stream was damaged: a frame is too long');
  }

  #addToFrame(chunk: Uint8Array, from: number): number {
    const part = chunk.subarray(from, from + this.#missing);
    this.#missing -= part.length;
    if (this.#state === 'pieces') {
      this.#bytes += part.length;
      this.hash.update(part);
      this.emit(part);
      if (this.#missing === 0) this.#missing = -1;
    } else {
      this.#gathered.push(...part);
      if (this.#missing === 0) this.#endFrame();
    }
    return from + part.length;
  }

  /** A frame that is no piece is whole: the preface, the empty frame, or the verdict. */
  #endFrame(): void {
    this.#missing = -1;
    const words = decoder.decode(Uint8Array.from(this.#gathered));
    this.#gathered = [];
    if (this.#state === 'preface') {
      if (words !== preface) throw notVerified();
      this.#state = 'pieces';
    } else if (this.#state === 'pieces') this.#state = 'verdict';
    else this.#check(words);
  }

  #check(said: string): void {
    const found = verdictOf(this.#bytes, this.hash);
    if (said !== found) throw new WirelineError('protocol', `the stream was damaged: it came as ${found}`);
    this.verdict = said;
    this.#state = 'over';
  }
}

/** Writes what a {@link VerifiedReader} reads. `write` is given the bytes of frames, in order. */
export class VerifiedWriter {
  #bytes = 0;

  constructor(
    readonly hash: Hash,
    readonly write: (bytes: Uint8Array) => boolean,
  ) {
    this.#frame(encoder.encode(preface));
  }

  /** Writes the next bytes of the stream. Returns what the last `write` returned. */
  add(bytes: Uint8Array): boolean {
    this.#bytes += bytes.length;
    this.hash.update(bytes);
    let room = true;
    for (let at = 0; at < bytes.length; at += maxVerifiedFrame) {
      room = this.#frame(bytes.subarray(at, at + maxVerifiedFrame));
    }
    return room;
  }

  /** Ends the stream, and gives the verdict that was written. */
  end(): string {
    const verdict = verdictOf(this.#bytes, this.hash);
    this.#frame(new Uint8Array(0));
    this.#frame(encoder.encode(verdict));
    return verdict;
  }

  #frame(bytes: Uint8Array): boolean {
    const header = new Uint8Array(frameHeader.bytes);
    writeHeader(frameHeader, bytes.length, header);
    const room = this.write(header);
    return bytes.length === 0 ? room : this.write(bytes);
  }
}

/** The error for bytes after the verdict, where nothing else may follow. */
export function moreAfterEnd(): WirelineError {
  return new WirelineError('protocol', 'there is more after the end of the stream');
}

/** The error for a stream that is none of these. */
function notVerified(): WirelineError {
  return new WirelineError('protocol', 'only verified streams are taken here, as wireline send --verify sends them');
}

function verdictOf(bytes: number, hash: Hash): string {
  return JSON.stringify({ bytes, sha256: hash.hex() });
}
