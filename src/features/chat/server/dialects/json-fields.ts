import type { ClientMessage } from '../../protocol/messages.js';
import { Refusal } from '../../protocol/refusal.js';

/** Characters of a message's id, and of a secret. */
export const maxId = 128;

/** The refusal of a message of more than `max` bytes. */
export const tooLong = (max: number) => new Refusal('too-long', `a message has at most ${max} bytes`);

/** A field that must be a text. Throws `bad-message` or `too-long` where it is none. */
export function text(value: unknown, field: string, min = 1, max = 1024): string {
  if (typeof value !== 'string' || value.length < min) {
    throw new Refusal(
      'bad-message',
      `${field} must be a text${min > 1 ? ` of ${min} to ${max} characters` : min > 0 ? ' that is not empty' : ''}`,
    );
  }
  if (value.length > max) throw field === 'body' ? tooLong(max) : new Refusal('too-long', `${field} is too long`);
  return value;
}

/** A field that may be missing, and must else be a whole number from 0 on. */
export function number(value: unknown, field: string): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Refusal('bad-message', `${field} must be a whole number`);
  }
  return value as number;
}

/** The id that a client gave a message, if it did. */
export function idOf({ id }: { id?: unknown }): string | undefined {
  return id === undefined ? undefined : text(id, 'id', 1, maxId);
}

/** Where a client was in a room, as its join says. */
export function positionOf({ epoch, after, replay }: ClientMessage & { type: 'join' }) {
  return {
    epoch: epoch === undefined ? undefined : text(epoch, 'epoch'),
    after: number(after, 'after'),
    replay: number(replay, 'replay'),
  };
}

/** A field for an answer, where the question has one. */
export function optional(key: 'id', value: unknown): { id?: string } {
  return value === undefined ? {} : { [key]: text(value, key, 0, maxId) };
}

/** The bytes, about, that a message costs beside its number: only what is said is long. */
export function sizeOf(message: object): number {
  const { body } = message as { body?: unknown };
  return typeof body === 'string' ? body.length : 0;
}
