import { printable } from '../../../core/index.js';
import { cut, widthOf, wrap, wrapped } from '../../../io/width.js';
import type { Line, Notice, Said } from '../client/model/model.js';
import { colourOf, type Row, type Span } from './row.js';

/** From this width on there is place for times. */
const wide = 40;

/** Rows of a message, at most, until more of it is asked for, and UTF-16 units that one row has at most. */
export const foldedRows = 30;
const unitsOfRow = (columns: number) => columns * 4 + 64;

/** The rows of each line at the width that was last asked for: they are asked for again and again. */
const known = new WeakMap<Line, { columns: number; dated: boolean; rows: readonly Row[] }>();

/** The rows of a line, with the date before it where the line before it is of another day. */
export function rowsOf(line: Line, before: Line | undefined, columns: number): readonly Row[] {
  const dated = before !== undefined && dayOf(before.time) !== dayOf(line.time);
  const found = known.get(line);
  if (found?.columns === columns && found.dated === dated) return found.rows;
  const own = line.kind === 'said' ? saidRows(line, columns) : noticeRows(line, columns);
  const rows = dated ? [[{ text: `--- ${dayOf(line.time)} ---`, style: { dim: true } }], ...own] : own;
  known.set(line, { columns, dated, rows });
  return rows;
}

/** Returns true where there is more of a message than is shown. */
export function isFolded(said: Said, columns: number): boolean {
  return rowsOf(said, undefined, columns).length > (said.rows ?? foldedRows);
}

/** A peer's text as the screen shows it: nothing in it moves the cursor, and tabs are spaces. */
function shown(text: string): string {
  return printable(text).replaceAll('\t', '    ');
}

/** The same for what is part of a row: it stays in it. */
export function label(text: string): string {
  return shown(text).replaceAll('\n', ' ');
}

function saidRows(said: Said, columns: number): Row[] {
  const indent = columns >= wide ? 6 : 2;
  const time: Span[] = columns >= wide ? [{ text: `${timeOf(said.time)} `, style: { dim: true } }] : [];
  const place = columns - (columns >= wide ? 6 : 0);
  // Two columns stay for the colon and a space, whatever a server takes for a name.
  const name = cut(label(said.from), place - 2);
  const to = said.to === undefined ? '' : cut(` to ${label(said.to)}`, place - 2 - widthOf(name));
  const style = { bold: said.to !== undefined };
  const from: Span[] = [
    ...time,
    { text: name, style: { ...style, name: colourOf(said.from) } },
    { text: `${to}: `, style },
  ];
  const start = from.reduce((width, { text }) => width + widthOf(text), 0);
  // A long name on a narrow screen leaves too little beside it.
  const below = start > columns / 2;
  const look = said.fate === 'sending' ? { style: { dim: true } } : said.calls ? { style: { bold: true } } : {};
  const most = said.rows ?? foldedRows;
  // Text that is in no row is not even made printable.
  const text = shown(said.body.slice(0, most * unitsOfRow(columns)));
  const body = wrapped(text, columns - indent, below ? 0 : start - indent, most);
  const rows: Span[][] = body.rows.map((text, at) => [
    ...(at === 0 && !below ? from : [{ text: ' '.repeat(indent) }]),
    { text, ...look },
  ]);
  if (body.more || said.body.length > most * unitsOfRow(columns)) {
    const words = cut(`... more: ${said.body.length} characters in all; /more shows it`, columns - indent);
    rows.push([{ text: ' '.repeat(indent) + words, style: { dim: true } }]);
  }
  if (below) rows.unshift(from);
  return withFate(rows, said, columns, indent);
}

/** The fate of our own message, after its last word, or below where there is no place. */
function withFate(rows: Span[][], { fate, why = '' }: Said, columns: number, indent: number): Row[] {
  if (fate === undefined) return rows;
  const failed = fate === 'failed';
  const text = failed ? ` (failed: ${label(why)})` : fate === 'sent' ? ' ✓' : ' (sending)';
  const span: Span = { text, style: failed ? { failure: true } : { dim: true } };
  const last = rows.at(-1) as Span[];
  const width = last.reduce((sum, { text }) => sum + widthOf(text), 0);
  if (width + widthOf(text) <= columns) return [...rows.slice(0, -1), [...last, span]];
  const pieces = wrap(text.trimStart(), columns - indent);
  return [...rows, ...pieces.map((piece) => [{ ...span, text: ' '.repeat(indent) + piece }])];
}

function noticeRows({ time, text, failure }: Notice, columns: number): Row[] {
  // Rows below the first begin further right than messages do: none passes for one.
  const indent = columns >= wide ? 6 : 2;
  const start = columns >= wide ? `${timeOf(time)} ` : '';
  const style = failure ? { failure } : { dim: true };
  return wrap(`* ${shown(text)}`, columns - indent, start.length - indent).map((row, at) => [
    { text: at === 0 ? start : ' '.repeat(indent), style: { dim: true } },
    { text: row, style },
  ]);
}

function timeOf(ms: number): string {
  const date = new Date(ms);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}

/** The day of a time, here. */
export function dayOf(ms: number): string {
  return new Date(ms).toDateString();
}
