import { cut, widthOf } from '../io/width.js';
import { readableSize, readableTime } from './readable.js';

/** The progress of a transfer. */
export interface Stage {
  /** Its name, printable; may be empty. */
  readonly name: string;
  readonly bytes: number;
  /** Of how many bytes; undefined where nobody knows. */
  readonly size: number | undefined;
  /** Bytes a second. */
  readonly rate: number;
}

const widestBar = 40;
const widestName = 24;

/**
 * The line of a progress bar, of up to `columns` columns: the name and the bar give way to the numbers, and of these
 * those to the share that is done. None is cut, so that no `2.1 GiB` becomes `2`.
 */
export function progressLine({ name, bytes, size, rate }: Stage, columns: number): string {
  const speed = `${readableSize(Math.round(rate))}/s`;
  if (size === undefined) {
    const numbers = fitting([[readableSize(bytes), speed], [readableSize(bytes)]], columns);
    return joined(cut(name, columns - numbers.length - 1), numbers);
  }
  const part = size === 0 ? 1 : Math.min(1, bytes / size);
  const left = rate > 0 ? `${readableTime((size - bytes) / rate)} left` : '';
  const share = `${Math.floor(part * 100)}%`;
  const done = `${share} ${readableSize(bytes)} of ${readableSize(size)}`;
  const numbers = fitting([[done, speed, left], [done, speed], [share, speed, left], [share, speed], [share]], columns);
  const label = cut(name, Math.min(widestName, columns - numbers.length - 12));
  const width = Math.min(widestBar, columns - numbers.length - widthOf(label) - 3);
  const full = Math.round(part * width);
  return joined(label, width > 3 ? `${'='.repeat(full)}${'-'.repeat(width - full)}` : '', numbers);
}

/** The first of some lists, the richest first, that fits into a line. */
function fitting(lists: readonly (readonly string[])[], columns: number): string {
  const lines = lists.map((parts) => parts.filter((text) => text !== '').join(', '));
  return lines.find((line) => line.length <= columns) ?? '';
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
