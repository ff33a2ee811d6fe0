import { printable } from '../../../core/index.js';
import { graphemes, widthOf } from '../../../io/width.js';
import type { Editor } from '../client/model/editor.js';

/** The text that is being typed, as rows, and the place of the cursor in them. */
export interface InputRows {
  readonly rows: readonly string[];
  readonly row: number;
  readonly column: number;
}

const prompt = '> ';

/** A row, and where in the text it begins. */
interface LaidRow {
  readonly shown: string;
  readonly start: number;
}

/** The typed text in rows of `columns`, cut between graphemes; of more than `most` rows those around the cursor. */
export function inputRows({ text, cursor }: Editor, columns: number, most: number): InputRows {
  const rows = laidOut(text, Math.max(2, columns - prompt.length));
  const row = Math.max(
    0,
    rows.findLastIndex(({ start }) => start <= cursor),
  );
  const before = text.slice(rows[row]?.start, cursor);
  const column = graphemes(before).reduce((width, grapheme) => width + widthOf(seen(grapheme)), 0);
  const first = Math.max(0, row - most + 1);
  return {
    rows: rows.slice(first, first + most).map(({ shown }, at) => (first + at === 0 ? prompt : '  ') + shown),
    row: row - first,
    column: Math.min(columns - 1, column + prompt.length),
  };
}

/** The last text and its rows: a screen asks for them several times, and a paste may be long. */
let last: { text: string; width: number; rows: readonly LaidRow[] } = { text: '', width: 0, rows: [] };

function laidOut(text: string, width: number): readonly LaidRow[] {
  if (last.text === text && last.width === width) return last.rows;
  const rows: LaidRow[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    layLine(line, start, width, rows);
    start += line.length + 1;
  }
  last = { text, width, rows };
  return rows;
}

function layLine(line: string, from: number, width: number, rows: LaidRow[]): void {
  let shown = '';
  let column = 0;
  let start = from;
  let at = from;
  const next = () => {
    rows.push({ shown, start });
    shown = '';
    column = 0;
    start = at;
  };
  for (const grapheme of graphemes(line)) {
    const text = seen(grapheme);
    const wide = widthOf(text);
    if (column + wide > width) next();
    shown += text;
    column += wide;
    at += grapheme.length;
  }
  // There is always a place for the cursor behind the last character.
  if (column >= width) next();
  next();
}

function seen(grapheme: string): string {
  return grapheme === '\t' ? ' ' : printable(grapheme);
}
