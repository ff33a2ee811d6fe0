import { printable } from '../core/index.js';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A count of bytes for people: `1.5 MiB`. */
export function readableSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/** A number of seconds for people: `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function readableTime(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A file's name, which may be a peer's, on one line and with no control characters. */
export function readableName(name: string): string {
  return printable(name).replaceAll('\n', '^J');
}

/** A value as one line of JSON that is safe on a terminal too: what {@link printable} would show otherwise is escaped. */
export function escapedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
