/**
 * A request of a client, one JSON object on a line. `docs/reference/files-protocol.md` describes the wire.
 */
export type RequestLine =
  | { readonly get: string; readonly offset?: number; readonly prefix?: string; readonly hash?: boolean }
  | { readonly list: string }
  | {
      readonly put: string;
      readonly replace?: boolean;
      readonly sync?: boolean;
      readonly mode?: string;
      readonly time?: number;
    }
  | { readonly mkdir: string }
  /** The end of a file that is put: the bytes that were sent, and their hash. */
  | { readonly bytes: number; readonly sha256: string };

/** A line of the server: the header before the bytes of an answer, the trailer after them, or an answer without bytes. */
export type AnswerLine =
  | {
      readonly get: string;
      readonly size: number;
      readonly offset: number;
      readonly time: number;
      readonly mode?: string;
    }
  /** `get` names a folder. */
  | { readonly folder: string }
  | { readonly list: string; readonly size: number }
  | { readonly bytes: number; readonly sha256?: string | undefined }
  /** The server awaits the bytes of the file. */
  | { readonly put: string; readonly ready: true }
  | { readonly put: string; readonly bytes: number; readonly sha256: string }
  | { readonly mkdir: string }
  | { readonly error: string };

/** An answer as the client reads it, before its fields are checked: any field may be missing, or of any type. */
export type Answer = Readonly<Partial<Record<KeyOf<AnswerLine>, unknown>>>;

type KeyOf<T> = T extends unknown ? keyof T : never;

const encoder = new TextEncoder();

/** Returns the line of a request or an answer. */
export function jsonLine(message: RequestLine | AnswerLine): Uint8Array {
  return encoder.encode(`${JSON.stringify(message)}\n`);
}
