import { type Command, InvalidArgumentError, Option, type OptionValues } from '@commander-js/extra-typings';

/** The units in which sizes are written. */
const sizeUnits: Record<string, number> = { '': 1, B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };
/** The units in which sizes are read, in small letters without the last `b` or `ib`: dd, curl and others have these. */
const sizeFactors: Record<string, number> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const timeUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a size such as `64KiB`, `64k`, `16MB` or `4096` (bytes), in bytes; the units are powers of 1024. */
export function size(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text) ?? [];
  const factor = sizeFactors[unit.toLowerCase().replace(/i?b$/, '')];
  if (digits === undefined || factor === undefined) throw new InvalidArgumentError('A size is like 64KiB or 16MiB.');
  return Math.round(Number(digits) * factor);
}

/** Reads a time such as `500ms`, `5s` or `2m`, in milliseconds. */
export function time(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text) ?? [];
  const factor = text === '0' ? 0 : timeUnits[unit];
  if (digits === undefined || factor === undefined) throw new InvalidArgumentError('A time is like 500ms or 5s.');
  const ms = Math.round(Number(digits) * factor);
  // A longer timer would fire at once: Node holds its delay in 31 bits.
  if (ms > 2 ** 31 - 1) throw new InvalidArgumentError('A time is at most 24 days.');
  return ms;
}

/** Writes a value as its option takes it, in the largest unit that fits: `16MiB`, `30s`. */
export function inUnits(value: number, read: typeof size | typeof time): string {
  const units = Object.entries(read === size ? sizeUnits : timeUnits).reverse();
  const [unit, factor] = units.find(([, factor]) => value > 0 && value % factor === 0) ?? ['', 1];
  return `${value / factor}${unit}`;
}

/** Reads a whole number of at least 1. */
export function count(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
}

/** Reads a whole number of at least 0. */
export function number(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of at least 0.');
  return Number(text);
}

/** Reads a range such as `1..100`. */
export function range(text: string): { from: number; to: number } {
  const [, from, to] = /^(-?\d{1,15})\.\.(-?\d{1,15})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to)) {
    throw new InvalidArgumentError('A range is like 1..100.');
  }
  return { from: Number(from), to: Number(to) };
}

/** Counts how often a flag such as `-v` is given. */
export function countFlag(_flag: string, times: number): number {
  return times + 1;
}

/** Gathers the values of an option that may be given more than once. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Makes options that were renamed an error, whose line has the new form. `former` has the new form of each old flag. */
export function refuseFormer<Args extends unknown[], Opts extends OptionValues>(
  command: Command<Args, Opts>,
  former: Readonly<Record<string, string>>,
): void {
  for (const [flag, replacement] of Object.entries(former)) {
    command.addOption(new Option(`${flag} [value]`).hideHelp());
    command.on(`option:${flag.slice(2)}`, () => command.error(`error: option '${flag}' is now '${replacement}'`));
  }
}
