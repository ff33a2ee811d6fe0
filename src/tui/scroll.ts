import { rowsOf } from './lines.js';
import type { Anchor, Line, Room } from './model.js';
import type { Row } from './row.js';

/** What of a room is on the screen: its rows, and how many lines are below them. */
export interface Page {
  readonly rows: readonly Row[];
  readonly below: number;
}

/** The rows of a room that fit. Where there are too few above the anchor, those below it fill the screen. */
export function pageOf(room: Room, columns: number, height: number): Page {
  const lines = [...room.lines, ...room.pending];
  const { at, hidden } = placeOf(lines, room.anchor);
  const rowsAt = (index: number) => rowsOf(lines[index] as Line, lines[index - 1], columns);
  let rows: Row[] = [];
  for (let index = at; index >= 0 && rows.length < height; index--) {
    const own = rowsAt(index);
    rows = [...(index === at ? own.slice(0, Math.max(1, own.length - hidden)) : own), ...rows];
  }
  rows = rows.slice(-height);
  // A line may have more rows than a call takes arguments.
  for (let index = at + 1; index < lines.length && rows.length < height; index++) rows = rows.concat(rowsAt(index));
  return { rows: rows.slice(0, height), below: Math.max(0, lines.length - 1 - at) };
}

/**
 * A room scrolled up by `by` rows, down where it is negative. `short` is how many rows there were too few to scroll
 * up: older entries may have them.
 */
export function scrolled(room: Room, columns: number, height: number, by: number): { room: Room; short: number } {
  const lines = [...room.lines, ...room.pending];
  const heights = lines.map((line, index) => rowsOf(line, lines[index - 1], columns).length);
  const total = heights.reduce((sum, rows) => sum + rows, 0);
  const { at, hidden } = placeOf(lines, room.anchor);
  const from = heights.slice(at + 1).reduce((sum, rows) => sum + rows, hidden);
  const most = Math.max(0, total - height);
  const offset = Math.min(most, Math.max(0, from + by));
  const { anchor: _, ...rest } = room;
  const short = Math.max(0, from + by - most);
  if (offset === 0) return { room: rest, short };
  return { room: { ...rest, anchor: anchorAt(lines, heights, offset) }, short };
}

/** The line that has the row `offset` rows from the end. */
function anchorAt(lines: readonly Line[], heights: readonly number[], offset: number): Anchor {
  let below = offset;
  let index = lines.length - 1;
  while (index > 0 && below >= (heights[index] as number)) below -= heights[index--] as number;
  return { key: (lines[index] as Line).key, below };
}

function placeOf(lines: readonly Line[], anchor: Anchor | undefined): { at: number; hidden: number } {
  const at = anchor ? lines.findLastIndex(({ key }) => key === anchor.key) : -1;
  return anchor && at >= 0 ? { at, hidden: anchor.below } : { at: lines.length - 1, hidden: 0 };
}
