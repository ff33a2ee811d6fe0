import { inspect } from 'node:util';
import { builtIn } from '../server/transforms.js';
import type { TransformTask } from './task.js';

// Stdout is for payload, and not for what a module of the user's prints.
process.stdout.write = process.stderr.write.bind(process.stderr);

/** The export of a user's module: a function of a message, as text, or as bytes where `bytes` is true. */
interface TransformModule {
  readonly default?: unknown;
  readonly transform?: unknown;
  readonly bytes?: boolean;
}

type OfMessage = (message: Uint8Array) => unknown;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
let loaded: Promise<OfMessage> | undefined;

/** Runs one task; what it throws is the reply's `error: ...`. */
export default async function run({ transform, message }: TransformTask): Promise<Uint8Array> {
  loaded ??= load(transform);
  const ofMessage = await loaded;
  if (!message) return new Uint8Array(0);
  const reply = await replyOf(ofMessage, message);
  if (reply instanceof Uint8Array) return reply;
  if (typeof reply === 'string' || typeof reply === 'number') return encoder.encode(String(reply));
  throw new TypeError(`the transform gave ${reply === null ? 'null' : typeof reply} and not text or bytes`);
}

/** Gives the pool an error of its own for whatever was thrown: it takes a thrown `null` for none, and cannot copy just anything. */
async function replyOf(ofMessage: OfMessage, message: Uint8Array): Promise<unknown> {
  try {
    return await ofMessage(message);
  } catch (thrown) {
    if (thrown instanceof Error) throw new Error(String(thrown.message));
    throw new Error(typeof thrown === 'string' ? thrown : `the transform threw ${inspect(thrown)}`);
  }
}

async function load(transform: string): Promise<OfMessage> {
  const known = builtIn(transform);
  if (known) return known();
  const module: TransformModule = await import(transform);
  // A CommonJS module that exports `transform` has all that it exports as its default.
  const found = [module.default, module.transform].find(isFunction);
  if (!found) throw new TypeError('it exports no function, as default or transform');
  return module.bytes ? (message) => found(message) : (message) => found(decoder.decode(message));
}

function isFunction(value: unknown): value is (message: unknown) => unknown {
  return typeof value === 'function';
}
