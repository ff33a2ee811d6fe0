import type { Entry } from '../protocol/journal.js';
import type { Encoder } from './encoder.js';

/** Entries of one sender that follow each other, and where they end in the bytes of all. */
interface Run {
  readonly from: string;
  readonly end: number;
}

/** New entries of a room on their way to its members: encoded once for each dialect, however many hear them. */
export class Broadcast {
  readonly #encoded = new Map<Encoder, { readonly bytes: Uint8Array; runs?: readonly Run[] }>();
  #senders: ReadonlySet<string> | undefined;

  constructor(
    readonly room: string,
    readonly entries: readonly Entry[],
  ) {}

  /** Calls `tell` with the encoded entries, without those that the member sent itself under any of these names. May call it more than once. */
  tell(names: ReadonlySet<string>, encoder: Encoder, tell: (bytes: Uint8Array) => void): void {
    if (encoder.echoes || !this.#saidBy(names)) return tell(this.#all(encoder).bytes);
    const { bytes, runs } = this.#inRuns(encoder);
    let from = 0;
    let at = 0;
    for (const run of runs) {
      if (names.has(run.from)) {
        if (at > from) tell(bytes.subarray(from, at));
        from = run.end;
      }
      at = run.end;
    }
    if (at > from) tell(bytes.subarray(from, at));
  }

  #saidBy(names: ReadonlySet<string>): boolean {
    if (names.size === 0) return false;
    this.#senders ??= new Set(this.entries.map(({ from }) => from));
    for (const name of names) if (this.#senders.has(name)) return true;
    return false;
  }

  #all(encoder: Encoder): { readonly bytes: Uint8Array; runs?: readonly Run[] } {
    let encoded = this.#encoded.get(encoder);
    if (!encoded) {
      encoded = { bytes: encoder.entries(this.room, this.entries) };
      this.#encoded.set(encoder, encoded);
    }
    return encoded;
  }

  /** Many members that all send hear all but their own: they share the bytes, and not one is encoded again. */
  #inRuns(encoder: Encoder): { readonly bytes: Uint8Array; readonly runs: readonly Run[] } {
    const encoded = this.#all(encoder);
    encoded.runs ??= this.#runs(encoder);
    return { bytes: encoded.bytes, runs: encoded.runs };
  }

  #runs(encoder: Encoder): Run[] {
    const { entries, room } = this;
    const runs: Run[] = [];
    let end = 0;
    for (let at = 0; at < entries.length; ) {
      const { from } = entries[at] as Entry;
      const first = at;
      while (entries[at]?.from === from) at++;
      end += encoder.entries(room, entries.slice(first, at)).length;
      runs.push({ from, end });
    }
    return runs;
  }
}
