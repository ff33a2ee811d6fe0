import type { Entry } from '../protocol/journal.js';
import type { Voice } from './encoder.js';

/** Entries of one sender that follow each other, and where they end in the bytes of all. */
interface Run {
  readonly from: string;
  readonly end: number;
}

/** New entries of a room on their way to its members: encoded once for each dialect, however many hear them. */
export class News {
  readonly #encoded = new Map<Voice, { readonly bytes: Uint8Array; runs?: readonly Run[] }>();
  #senders: ReadonlySet<string> | undefined;

  constructor(
    readonly room: string,
    readonly entries: readonly Entry[],
  ) {}

  /** Gives `tell` what a member is to be told that said some of them, under these names, in a piece or more. */
  tell(names: ReadonlySet<string>, voice: Voice, tell: (bytes: Uint8Array) => void): void {
    if (voice.echoes || !this.#saidBy(names)) return tell(this.#all(voice).bytes);
    const { bytes, runs } = this.#inRuns(voice);
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

  #all(voice: Voice): { readonly bytes: Uint8Array; runs?: readonly Run[] } {
    let encoded = this.#encoded.get(voice);
    if (!encoded) {
      encoded = { bytes: voice.entries(this.room, this.entries) };
      this.#encoded.set(voice, encoded);
    }
    return encoded;
  }

  /** Many members that all send hear all but their own: they share the bytes, and not one is encoded again. */
  #inRuns(voice: Voice): { readonly bytes: Uint8Array; readonly runs: readonly Run[] } {
    const encoded = this.#all(voice);
    encoded.runs ??= this.#runs(voice);
    return { bytes: encoded.bytes, runs: encoded.runs };
  }

  #runs(voice: Voice): Run[] {
    const { entries, room } = this;
    const runs: Run[] = [];
    let end = 0;
    for (let at = 0; at < entries.length; ) {
      const { from } = entries[at] as Entry;
      const first = at;
      while (entries[at]?.from === from) at++;
      end += voice.entries(room, entries.slice(first, at)).length;
      runs.push({ from, end });
    }
    return runs;
  }
}
