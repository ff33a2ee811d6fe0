import { printable } from '../core/index.js';
import type { Editor } from './editor.js';
import { graphemes, widthOf } from './width.js';

/** What is being typed, as rows, and where the cursor is in them. */
export interface InputRows {
  readonly rows: readonly string[];
  readonly row: number;
  readonly column: number;
}

const prompt = '> ';

/** The typed text in rows of `columns`, cut between graphemes; of more than `most` rows those around the cursor. */
export function inputRows({ text, cursor }: Editor, columns: number, most: number): InputRows {
  const width = Math.max(2, columns - prompt.length);
  const rows = [''];
  let column = 0;
  let at = 0;
  let place = { row: 0, column: 0 };
  const newRow = () => {
    rows.push('');
    column = 0;
  };
  for (const grapheme of graphemes(text)) {
    const seen = grapheme === '\t' ? ' ' : printable(grapheme);
    const wide = seen === '\n' ? 0 : widthOf(seen);
    if (column + wide > width) newRow();
    if (at === cursor) place = { row: rows.length - 1, column };
    at += grapheme.length;
    if (seen === '\n') newRow();
    else {
      rows[rows.length - 1] += seen;
      column += wide;
    }
  }
  if (column >= width && cursor === text.length) newRow();
  if (cursor === text.length) place = { row: rows.length - 1, column };
  const first = Math.max(0, place.row - most + 1);
  const shown = rows.slice(first, first + most);
  return {
    rows: shown.map((row, index) => (first + index === 0 ? prompt : '  ') + row),
    row: place.row - first,
    column: Math.min(columns - 1, place.column + prompt.length),
  };
}
