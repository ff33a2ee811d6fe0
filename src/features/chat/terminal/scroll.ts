import type { Anchor, Line, RoomState } from '../client/model/model.js';
import { rowsOf } from './lines.js';
import type { Row } from './row.js';

/** The part of a room that is on the screen: its rows, and the number of lines below them. */
export interface Page {
  readonly rows: readonly Row[];
  readonly below: number;
  /** The time of the line at the top. */
  readonly time: number | undefined;
}

/** The rows of a room that fit. Where there are too few above the anchor, those below it fill the screen. */
export function pageOf(room: RoomState, columns: number, height: number): Page {
  const lines = [...room.lines, ...room.pending];
  const { at, hidden } = placeOf(lines, room.anchor);
  const rowsAt = (index: number) => rowsOf(lines[index] as Line, lines[index - 1], columns);
  let rows: Row[] = [];
  let first = at;
  for (let index = at; index >= 0 && rows.length < height; index--) {
    const own = rowsAt(index);
    first = index;
    rows = [...(index === at ? own.slice(0, Math.max(1, own.length - hidden)) : own), ...rows];
  }
  rows = rows.slice(-height);
  // A line may have more rows than a call takes arguments.
  for (let index = at + 1; index < lines.length && rows.length < height; index++) rows = rows.concat(rowsAt(index));
  return { rows: rows.slice(0, height), below: Math.max(0, lines.length - 1 - at), time: lines[first]?.time };
}

/**
 * A room scrolled up by `by` rows, down where it is negative. `short` is how many rows there were too few to scroll
 * up: older entries may have them. Only the lines between here and there are laid out.
 */
export function scrolled(
  room: RoomState,
  columns: number,
  height: number,
  by: number,
): { room: RoomState; short: number } {
  const lines = [...room.lines, ...room.pending];
  const heightAt = (index: number) => rowsOf(lines[index] as Line, lines[index - 1], columns).length;
  const { anchor: _, ...rest } = room;
  if (lines.length === 0) return { room: rest, short: Math.max(0, by) };
  const from = placeOf(lines, room.anchor);
  const wanted = movedBy(lines, heightAt, from, by);
  // The screen is full: there are as many rows from the bottom one up.
  const missing = height - rowsUpTo(heightAt, wanted.place, height);
  const place = missing > 0 ? movedBy(lines, heightAt, wanted.place, -missing).place : wanted.place;
  const short = by > 0 ? Math.max(0, wanted.short + Math.max(0, missing)) : 0;
  const last = place.at === lines.length - 1 && place.hidden === 0;
  return {
    room: last ? rest : { ...rest, anchor: { key: (lines[place.at] as Line).key, below: place.hidden } },
    short,
  };
}

/** A row of a room, counted from the bottom: the line that it is in, and how many rows of that are below it. */
interface Place {
  readonly at: number;
  readonly hidden: number;
}

/** The row that is `by` rows above a place, or below where it is negative; `short` rows fewer where there are no more. */
function movedBy(
  lines: readonly Line[],
  heightAt: (index: number) => number,
  { at, hidden }: Place,
  by: number,
): { place: Place; short: number } {
  let below = hidden + by;
  let index = at;
  while (below < 0 && index < lines.length - 1) below += heightAt(++index);
  if (below <= 0) return { place: { at: index, hidden: 0 }, short: 0 };
  for (let own = heightAt(index); below >= own; own = heightAt(index)) {
    if (index === 0) return { place: { at: 0, hidden: own - 1 }, short: below - own + 1 };
    below -= own;
    index--;
  }
  return { place: { at: index, hidden: below }, short: 0 };
}

/** Returns the number of rows from a place up, at most `most`. */
function rowsUpTo(heightAt: (index: number) => number, { at, hidden }: Place, most: number): number {
  let rows = -hidden;
  for (let index = at; index >= 0 && rows < most; index--) rows += heightAt(index);
  return Math.min(rows, most);
}

function placeOf(lines: readonly Line[], anchor: Anchor | undefined): Place {
  const at = anchor ? lines.findLastIndex(({ key }) => key === anchor.key) : -1;
  return anchor && at >= 0 ? { at, hidden: anchor.below } : { at: lines.length - 1, hidden: 0 };
}
