import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** UTF-16 units that are cut at a time: the time that V8's segmenter takes grows with the square of the text. */
const pieceUnits = 256;
const ascii = /^[\x20-\x7e]*$/;

/** The characters as a reader sees them: letters with their marks, emoji of several code points. */
export function graphemes(text: string): string[] {
  return ascii.test(text) ? text.split('') : [...eachGrapheme(text, pieceUnits)];
}

/** The same, one after the other: of a long text, little more is looked at than is taken. */
function* eachGrapheme(text: string, units: number): Generator<string, void, void> {
  let at = 0;
  while (at < text.length) {
    // Not between the two halves of a character.
    const half = /[\ud800-\udbff]/.test(text[at + units - 1] ?? '') ? 1 : 0;
    const end = at + units - half;
    let held: string | undefined;
    for (const { segment } of segmenter.segment(text.slice(at, end))) {
      if (held !== undefined) yield held;
      at += held?.length ?? 0;
      held = segment;
    }
    if (held === undefined) return;
    // The last one may go on in what follows. One that fills a piece is taken for whole.
    if (end < text.length && held.length < units - half) continue;
    yield held;
    at += held.length;
  }
}

/** The grapheme of `text` that has the UTF-16 unit `at`: where it begins and where it ends. */
export function graphemeAt(text: string, at: number): { start: number; end: number } {
  const found = segmenter.segment(text).containing(at);
  return found ? { start: found.index, end: found.index + found.segment.length } : { start: at, end: at };
}

/** The widths of graphemes that were asked for: few are used, and each often. */
const known = new Map<string, number>();
const maxKnown = 10_000;

/** The columns that text takes on a terminal: two for wide characters and emoji, none for marks without a place. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  const found = known.get(text);
  if (found !== undefined) return found;
  const width = graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
  if (known.size >= maxKnown) known.clear();
  if (text.length <= 16) known.set(text, width);
  return width;
}

const picture = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
/** Marks that stand over others, and the vowels and ends of Hangul's syllables: these take no column. */
const placeless = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]/u;

/**
 * A letter of several code points, as in Hindi or Tamil, takes a column for each that has a place (wcwidth(3)), though
 * readers take it for one: with less, the terminal would write what follows over its end.
 */
function graphemeWidth(grapheme: string): number {
  const whole = stringWidth(grapheme);
  if (picture.test(grapheme)) return whole;
  const placed = [...grapheme].filter((each) => !placeless.test(each));
  return Math.max(
    whole,
    placed.reduce((sum, each) => sum + (/\p{Mc}/u.test(each) ? 1 : stringWidth(each)), 0),
  );
}

/** Text cut to `columns`, with `~` in the place of what is left out. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const grapheme of graphemes(text)) {
    width += widthOf(grapheme);
    if (width > columns - 1) break;
    kept += grapheme;
  }
  return columns > 0 ? `${kept}~` : '';
}

/** Rows of a text, and whether there is more of it. */
export interface Wrapped {
  readonly rows: string[];
  readonly more: boolean;
}

/**
 * Text as rows of at most `columns`, cut at spaces where there are some, the first row `first` columns shorter.
 * Newlines begin new rows. No row is without a grapheme, however narrow the screen is. Of `most` rows the rest is left out,
 * and not looked at.
 */
export function wrapped(text: string, columns: number, first = 0, most = Infinity): Wrapped {
  const rows: string[] = [];
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    for (let rest = text.slice(start, end); ; ) {
      if (rows.length >= most) return { rows, more: true };
      const row = fitting(rest, Math.max(1, rows.length === 0 ? columns - first : columns));
      rows.push(row.shown);
      if (row.rest === '') break;
      rest = row.rest;
    }
    start = end + 1;
  }
  return { rows, more: false };
}

/** All rows of {@link wrapped}. */
export function wrap(text: string, columns: number, first = 0): string[] {
  return wrapped(text, columns, first).rows;
}

/** The start of a line that fits, up to a space where one is not too far back, and what is left. */
function fitting(line: string, columns: number): { shown: string; rest: string } {
  if (line.length <= columns && ascii.test(line)) return { shown: line, rest: '' };
  let width = 0;
  let end = 0;
  // A row has about as many code units as columns: the segmenter is given little more at a time.
  for (const grapheme of eachGrapheme(line, columns + 16)) {
    width += widthOf(grapheme);
    if (width > columns && end > 0) break;
    end += grapheme.length;
  }
  if (end >= line.length) return { shown: line, rest: '' };
  if (line[end] === ' ') return { shown: line.slice(0, end), rest: line.slice(end + 1) };
  const space = line.lastIndexOf(' ', end - 1);
  if (space > end / 2) return { shown: line.slice(0, space), rest: line.slice(space + 1) };
  return { shown: line.slice(0, end), rest: line.slice(end) };
}
