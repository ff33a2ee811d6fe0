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

/** How far something has come. */
export interface Stage {
  /** What it is, printable; may be empty. */
  readonly name: string;
  readonly bytes: number;
  /** Of how many bytes; undefined where nobody knows. */
  readonly size: number | undefined;
  /** Bytes a second. */
  readonly rate: number;
}

const widestBar = 40;
const widestName = 24;

/** The line of a progress bar, of up to `columns` characters: the name and the bar give way to the numbers. */
export function progressLine({ name, bytes, size, rate }: Stage, columns: number): string {
  const speed = `${readableSize(Math.round(rate))}/s`;
  if (size === undefined) return joined(shortened(name, columns), `${readableSize(bytes)}, ${speed}`);
  const part = size === 0 ? 1 : Math.min(1, bytes / size);
  const left = rate > 0 ? `${readableTime((size - bytes) / rate)} left` : '';
  const done = `${readableSize(bytes)} of ${readableSize(size)}`;
  const percent = `${Math.floor(part * 100)}%`;
  const texts = [`${percent} ${done}`, speed, left].filter((text) => text !== '');
  // On a narrow terminal the last of them give way whole: half a number says something else.
  while (texts.length > 1 && texts.join(', ').length > columns) texts.pop();
  const numbers = texts.join(', ').length > columns ? percent : texts.join(', ');
  const label = shortened(name, Math.min(widestName, columns - numbers.length - 12));
  const width = Math.min(widestBar, columns - numbers.length - label.length - 3);
  const full = Math.round(part * width);
  return joined(label, width > 3 ? `${'='.repeat(full)}${'-'.repeat(width - full)}` : '', numbers);
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function shortened(name: string, length: number): string {
  if (name.length <= length) return name;
  return length < 2 ? '' : `${name.slice(0, length - 1)}…`;
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
