import { concat } from '../../core/index.js';
import { withoutMark } from '../../framing/index.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The message of a client of the order service: its name, and the whole message as it came. */
export interface Announcement {
  /** `X` of `Client X: Alice`; undefined where the message is only a name. */
  readonly label: string | undefined;
  /** `Alice`, in the bytes that came. */
  readonly name: Uint8Array;
  /** The message as it came. */
  readonly message: Uint8Array;
}

/** Bytes at the beginning of a message in which its label has to be. */
const labelWithin = 256;

/** Reads `Client X: Alice`, or a name alone. A label `error` is none, as the order would look like a refusal. The bytes are copied: they are kept until all have announced. */
export function parseAnnouncement(bytes: Uint8Array): Announcement {
  const message = new Uint8Array(withoutMark(bytes));
  const label = /^Client (?!error:)([^\s:]{1,64}): ?/u.exec(decoder.decode(message.subarray(0, labelWithin)));
  const prefix = label ? encoder.encode(label[0]).length : 0;
  return { label: label?.[1], name: message.subarray(prefix), message };
}

/** The label of the nth client (from 0) that brings none of its own: X, Y, Z, then A to W, then X2 and so on. */
export function labelOf(n: number): string {
  const letter = String.fromCharCode(65 + ((n + 23) % 26));
  return n < 26 ? letter : `${letter}${Math.floor(n / 26) + 1}`;
}

/** An announcement with the time of its receipt: a number that grows with each read of any client. */
export type Received = Announcement & { receipt: number };

/** An announcement with its label: its own, or one that was given. */
export type Announced = Received & { label: string };

/**
 * Puts announcements, given in order of connection, in order of receipt. One without a label gets a label that
 * nobody brought.
 */
export function byReceipt(said: readonly Received[]): Announced[] {
  const brought = new Set(said.map(({ label }) => label));
  let next = 0;
  const free = (): string => {
    const label = labelOf(next++);
    return brought.has(label) ? free() : label;
  };
  return said.map((one) => ({ ...one, label: one.label ?? free() })).sort((a, b) => a.receipt - b.receipt);
}

/** `X: Alice received before Y: Bob`, with its newline. */
export function acknowledgment(parties: readonly Announced[]): Uint8Array {
  const parts = parties.flatMap(({ label, name }, at) => [`${at === 0 ? '' : ' received before '}${label}: `, name]);
  return concat([...parts, '\n']);
}

/** The lines that the server of a round prints: the messages as they came, the `line` that it sends, and that it sent it. */
export function* transcript(parties: readonly Announced[], line: Uint8Array): Generator<Uint8Array> {
  for (const { message } of parties) yield concat([message, '\n']);
  yield line;
  yield concat([`Sent acknowledgment to ${listed(parties.map(({ label }) => label))}\n`]);
}

/** `both X and Y`, or `X, Y and Z`. */
function listed(labels: readonly string[]): string {
  const sorted = [...labels].sort();
  const last = sorted.pop() ?? '';
  return `${sorted.length === 1 ? 'both ' : ''}${sorted.join(', ')}${sorted.length > 0 ? ' and ' : ''}${last}`;
}
