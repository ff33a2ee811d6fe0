import { graphemes, widthOf } from '../../../io/width.js';

/** The look of text. `name` is the colour of a name, of {@link nameColours}. */
export interface Style {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
  readonly failure?: boolean;
  readonly name?: number;
}

/** Text in one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

/** A row of the screen. */
export type Row = readonly Span[];

/** The number of colours of a terminal: none (also by NO_COLOR), the eight of old, or 256. */
export type Colours = 'none' | 'basic' | 'many';

/**
 * Colours of names: an index of the 256, with a contrast of 4.3 and more on black and on white (WCAG asks for 4.5, which only
 * five have on both), and the nearest of the eight that can be read on white.
 */
export const palette = [
  ...[
    [28, 32],
    [29, 32],
    [30, 36],
    [63, 34],
    [98, 34],
  ],
  ...[
    [130, 31],
    [131, 31],
    [132, 35],
    [163, 35],
    [164, 35],
  ],
] as const;

/** The number of colours for names. */
export const nameColours = palette.length;

/** The colour of a name: the same in every room, on every machine, at any time. FNV-1a of its folded spelling. */
export function colourOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const unit of name.toLowerCase().normalize('NFC')) {
    hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  }
  // The low bits of few letters differ little.
  return ((hash ^ (hash >>> 15)) >>> 0) % nameColours;
}

/** The text of a row, without its looks. */
export function plainText(row: Row): string {
  return row.map(({ text }) => text).join('');
}

/** The columns that a row takes. */
export function rowWidth(row: Row): number {
  return row.reduce((width, { text }) => width + widthOf(text), 0);
}

/**
 * A row as a terminal takes it, cut at `columns`. After a character that not all terminals give the same width, the
 * column is said: what follows stands where it should, whatever the terminal thinks of that emoji.
 */
export function paint(row: Row, columns: number, colours: Colours): string {
  let painted = '';
  let column = 0;
  for (const { text, style } of row) {
    const start = style ? codesOf(style, colours) : '';
    painted += start;
    for (const grapheme of graphemes(text)) {
      const width = widthOf(grapheme);
      if (column + width > columns) return `${painted}\x1b[m`;
      column += width;
      painted += grapheme;
      if (doubtful.test(grapheme)) painted += `\x1b[${column + 1}G`;
    }
    if (start) painted += '\x1b[m';
  }
  return painted;
}

/** More code points than one, or an emoji. */
const doubtful = /^..|\p{Extended_Pictographic}/u;

function codesOf({ bold, dim, inverse, failure, name }: Style, colours: Colours): string {
  const codes = [...(bold ? [1] : []), ...(dim ? [2] : []), ...(inverse ? [7] : [])].map(String);
  if (failure) codes.push(colours === 'none' ? '1' : '31');
  const colour = name === undefined ? undefined : palette[name];
  if (colour && colours !== 'none') codes.push(colours === 'many' ? `38;5;${colour[0]}` : String(colour[1]));
  return codes.length > 0 ? `\x1b[${codes.join(';')}m` : '';
}
