/** The methods of a handler. */
const methods = ['data', 'drain', 'end', 'close', 'stopping'] as const;
/** The names that other libraries give to such methods. */
const foreign: Record<string, string> = { message: 'data', open: 'the service itself' };
/** Names of other verbs that are one letter away. */
const others = new Set(['send', 'bend', 'and']);

/** Prototypes of classes that have no misspelt method: looked through once. */
const known = new WeakSet<object>();

/**
 * Throws a `TypeError` where a function of `handler`, its own or inherited, has a name that is a misspelt method of a
 * handler and so would never be called. All other members are the user's.
 */
export function checkNames(handler: object): void {
  for (const name of Object.keys(handler)) checkName(handler, name);
  const prototype: object | null = Object.getPrototypeOf(handler);
  if (!prototype || prototype === Object.prototype || known.has(prototype)) return;
  for (let at = prototype; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) checkName(handler, name);
  }
  known.add(prototype);
}

function checkName(handler: object, name: string): void {
  if ((methods as readonly string[]).includes(name)) return;
  const meant = meantBy(name, handler);
  if (meant === undefined || typeof (handler as Record<string, unknown>)[name] !== 'function') return;
  throw new TypeError(`a handler has no method "${name}", so it would never be called: did you mean ${meant}?`);
}

/** The method that a name is taken for; undefined where it is a name of the user's own. */
function meantBy(name: string, handler: object): string | undefined {
  if (Object.hasOwn(foreign, name)) return foreign[name] === 'data' ? '"data"' : foreign[name];
  if (others.has(name)) return undefined;
  const plain = name.toLowerCase();
  const meant = methods.find((method) => plain === `on${method}` || (!(method in handler) && isNear(plain, method)));
  return meant && `"${meant}"`;
}

/** True if two words are one edit apart, or two where the word is long; swapped neighbours are one edit. */
function isNear(word: string, method: string): boolean {
  const most = method.length < 5 ? 1 : 2;
  return Math.abs(word.length - method.length) <= most && distance(word, method) <= most;
}

/** The edits between two words: letters added, left out, changed, or swapped with the next (Damerau and Levenshtein). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + changed);
      row.push(swapped ? Math.min(least, (before[j - 2] ?? 0) + 1) : least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
