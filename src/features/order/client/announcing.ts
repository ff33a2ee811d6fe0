import {
  type Clock,
  type Handler,
  type Output,
  printable,
  refusalPrefix,
  type Timer,
  WirelineError,
} from '../../../core/index.js';
import type { Outcome } from '../../../net/run-client.js';

const LF = 10;
const notice = '* ';
/** Bytes of a notice or a refusal that are shown. */
const maxWords = 512;
/** Bytes of a name by which its place in the order is known. */
const nameBytes = 64;
/** Milliseconds of silence after the order in which the server may say more, and those within a long line. */
const silentMs = 1_000;
const longSilentMs = 5_000;
const longLine = 1_024;

/** Options of {@link OrderReader}. */
export interface OrderReaderOptions {
  readonly output: Output;
  readonly outcome: Outcome;
  readonly clock: Clock;
  readonly remote: string;
  /** The name that the order has in it. */
  readonly name: Uint8Array;
  readonly onNotice: (words: string) => void;
  /** Called when the order has come: nothing more must be sent. */
  readonly onOrder: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

/**
 * Writes what a server of order says as it comes, and knows the order by its words: ` before ` and the client's own
 * name. Lines that begin with `* ` are notices, and one that begins with `error: ` is a refusal; they are not written.
 */
export class OrderReader implements Handler {
  /** Bytes of a line's beginning that may become a notice or a refusal, and of one that has. */
  #held = Buffer.alloc(0);
  #line: 'beginning' | 'shown' | 'words' = 'beginning';
  #shown = 0;
  #lineBytes = 0;
  readonly #needles: Set<Buffer>;
  /** The last bytes that were looked at: a needle may stand across two chunks. */
  #tail = Buffer.alloc(0);
  #silence: Timer | undefined;

  constructor(readonly options: OrderReaderOptions) {
    this.#needles = new Set([Buffer.from(' before '), Buffer.from(options.name.subarray(0, nameBytes))]);
  }

  data(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const lf = bytes.indexOf(LF, at);
      const end = lf === -1 ? bytes.length : lf + 1;
      this.#take(bytes.subarray(at, end));
      at = end;
    }
    this.#hush();
  }

  end(): void {
    if (this.#line !== 'shown') this.#endLine();
    if (this.#shown > 0) this.#done();
    else
      this.options.outcome.fail(new WirelineError('reset', `${this.options.remote} closed before it sent the order`));
  }

  close(): void {
    this.#silence?.stop();
  }

  /** A line, or a part of one. */
  #take(part: Uint8Array): void {
    if (this.#line === 'shown') this.#show(part);
    else if (this.#line === 'words') this.#hold(part.subarray(0, maxWords - this.#held.length));
    else this.#begin(part);
    if (part[part.length - 1] === LF) this.#endLine();
  }

  /** The first bytes of a line, at most those of {@link refusalPrefix}, are held until they say what it is. */
  #begin(part: Uint8Array): void {
    const start = Buffer.concat([this.#held, part.subarray(0, refusalPrefix.length)]).toString('latin1');
    if (start.startsWith(notice) || start.startsWith(refusalPrefix)) {
      this.#line = 'words';
      this.#hold(part.subarray(0, maxWords));
    } else if (notice.startsWith(start) || refusalPrefix.startsWith(start)) this.#hold(part);
    else {
      this.#line = 'shown';
      this.#show(this.#held);
      this.#show(part);
    }
  }

  #hold(part: Uint8Array): void {
    this.#held = Buffer.concat([this.#held, part]);
  }

  #show(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#shown += part.length;
    this.#lineBytes += part.length;
    this.#search(part);
    const { output, pause, resume } = this.options;
    if (output.write(part)) return;
    pause();
    output.whenDrained(resume);
  }

  /** Looks for what makes the order an order. */
  #search(part: Uint8Array): void {
    if (this.#needles.size === 0) return;
    const hay = Buffer.concat([this.#tail, part]);
    for (const needle of this.#needles) if (hay.includes(needle)) this.#needles.delete(needle);
    this.#tail = Buffer.from(hay.subarray(-nameBytes));
    if (this.#needles.size === 0) this.options.onOrder();
  }

  #endLine(): void {
    const words = printable(this.#held.toString('utf8').replace(/\r?\n$/, ''));
    if (this.#line === 'words') this.#hear(words);
    else if (this.#line === 'beginning') this.#show(this.#held);
    this.#line = 'beginning';
    this.#held = Buffer.alloc(0);
    this.#lineBytes = 0;
  }

  #hear(words: string): void {
    if (words.startsWith(notice)) return this.options.onNotice(words);
    const why = `refused by the server: ${words.slice(refusalPrefix.length)}`;
    this.options.outcome.fail(new WirelineError('refused', why));
  }

  /** After the order, a silence ends the client: not every server closes. */
  #hush(): void {
    if (this.#needles.size > 0) return;
    this.#silence?.stop();
    const long = this.#line === 'shown' && this.#lineBytes > longLine;
    this.#silence = this.options.clock.after(long ? longSilentMs : silentMs, () => this.#done());
  }

  #done(): void {
    this.#silence?.stop();
    const { output, outcome } = this.options;
    if (this.#line === 'shown') output.write(Uint8Array.of(LF));
    output.whenDrained(() => outcome.done());
  }
}
