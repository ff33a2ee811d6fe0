import { Refusal } from './refusal.js';

/** Characters of a message's id, and of a secret, at most. */
export const maxId = 128;

/** The refusal of a message of more than `max` bytes. */
export const tooLong = (max: number) => new Refusal('too-long', `a message has at most ${max} bytes`);

/** A field of a message: `read` returns its value, or throws a `Refusal` of code `bad-message` or `too-long`. */
export interface Field<T> {
  read(value: unknown, name: string): T;
}

/** A text of `min` to `max` characters. */
function text(min = 1, max = 1024): Field<string> {
  const words = min > 1 ? ` of ${min} to ${max} characters` : min > 0 ? ' that is not empty' : '';
  return {
    read(value, name) {
      if (typeof value !== 'string' || value.length < min)
        throw new Refusal('bad-message', `${name} must be a text${words}`);
      if (value.length > max) throw new Refusal('too-long', `${name} is too long`);
      return value;
    },
  };
}

const whole: Field<number> = {
  read(value, name) {
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw new Refusal('bad-message', `${name} must be a whole number`);
  },
};

/** A field that may be missing. */
function optional<T>({ read }: Field<T>): Field<T | undefined> {
  return { read: (value, name) => (value === undefined ? undefined : read(value, name)) };
}

/** A field that is not checked here: its handler compares it with what it expects, whatever it is. */
const unchecked = <T>(): Field<T> => ({ read: (value) => value as T });

const room = text();
const id = optional(text(1, maxId));
/** The body of a message: the server has its own limit of bytes. */
const body = text(1, Number.POSITIVE_INFINITY);

/** The requests of a client, with their fields. The type of a request, its checks and a test of the reference are made of it. */
export const requests = {
  hello: {
    /** Another version than ours is a refusal of its own. */
    version: unchecked<number>(),
    name: optional(text()),
    secret: optional(text(16, maxId)),
    /** Tells connections of one run of a client from those of another that has the same secret. */
    session: optional(text(1, maxId)),
    /** The client answers a `ping` of the server: one that then does not has vanished. */
    pong: unchecked<boolean | undefined>(),
  },
  join: { room, replay: optional(whole), epoch: optional(text()), after: optional(whole) },
  leave: { room },
  say: { room, body, id },
  msg: { to: text(), body, id },
  who: { room },
  history: { room, before: optional(whole), limit: optional(whole) },
  topic: { room, topic: text(0) },
  nick: { name: text() },
  rooms: {},
  ping: { id: optional(text(0, maxId)) },
  pong: { id: unchecked<string | undefined>() },
  bye: {},
} as const satisfies Record<string, Readonly<Record<string, Field<unknown>>>>;

type Requests = typeof requests;
type ValueOf<F> = F extends Field<infer T> ? T : never;
type OptionalKey<F> = { [K in keyof F]: undefined extends ValueOf<F[K]> ? K : never }[keyof F];
type FieldsOf<F> = { readonly [K in Exclude<keyof F, OptionalKey<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKey<F>]?: Exclude<ValueOf<F[K]>, undefined>;
};

/** A request of a client. `requestOf` returns one whose fields were checked. */
export type ChatRequest = { [T in keyof Requests]: { readonly type: T } & FieldsOf<Requests[T]> }[keyof Requests];

/** The fields of each request, listed once. */
const fieldsOf = new Map<unknown, [string, Field<unknown>][]>(
  Object.entries(requests).map(([type, fields]) => [type, Object.entries(fields)]),
);

/**
 * Checks the fields of a message. Returns undefined where its type is not known: a later version may have it. Throws a `Refusal` where
 * a field is wrong; fields that are not known are left out.
 */
export function requestOf(message: object): ChatRequest | undefined {
  const { type } = message as { type?: unknown };
  const fields = fieldsOf.get(type);
  if (!fields) return undefined;
  const request: Record<string, unknown> = { type };
  for (const [name, field] of fields) {
    const value = field.read((message as Record<string, unknown>)[name], name);
    if (value !== undefined) request[name] = value;
  }
  return request as unknown as ChatRequest;
}

/** The bytes, about, that a message costs beside its number: only bodies are long. */
export function sizeOf(message: object): number {
  const { body: said } = message as { body?: unknown };
  return typeof said === 'string' ? said.length : 0;
}
