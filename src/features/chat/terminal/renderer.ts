import { type Colours, paint } from './row.js';
import type { Screen } from './view.js';

/** Taken together: a terminal that knows synchronized output (DEC private mode 2026) shows no half of it. */
const begin = '\x1b[?2026h\x1b[?25l';
const end = '\x1b[?25h\x1b[?2026l';

/**
 * The bytes that make a terminal show a screen: only the rows that differ from what it shows, so that little
 * goes over a slow line and nothing flickers.
 */
export class Renderer {
  #shown: readonly string[] | undefined;
  #cursor = '';

  constructor(readonly colours: Colours) {}

  /** The terminal shows something else, or has another size: the next screen is sent whole. */
  forget(): void {
    this.#shown = undefined;
  }

  frame({ rows, cursor }: Screen, columns: number): string {
    const painted = rows.map((row) => paint(row, columns, this.colours));
    const shown = this.#shown;
    const cursorTo = `\x1b[${cursor.row + 1};${cursor.column + 1}H`;
    const changes = painted.map((row, at) => (shown?.[at] === row ? '' : `\x1b[${at + 1};1H\x1b[2K${row}`)).join('');
    if (shown && changes === '' && cursorTo === this.#cursor) return '';
    this.#shown = painted;
    this.#cursor = cursorTo;
    return `${begin}${shown ? '' : '\x1b[m\x1b[2J'}${changes}${cursorTo}${end}`;
  }
}
