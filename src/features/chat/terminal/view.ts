import { cut, widthOf } from '../../../io/width.js';
import { activeRoom, type Model, type RoomState } from '../client/model/model.js';
import { inputRows } from './input-rows.js';
import { dayOf, label } from './lines.js';
import { type Row, rowWidth, type Span } from './row.js';
import { type Page, pageOf } from './scroll.js';

/** The content of the terminal: as many rows as it has, and where the cursor is, counted from 0. */
export interface Screen {
  readonly rows: readonly Row[];
  readonly cursor: { readonly row: number; readonly column: number };
}

/** On a screen lower than this there are no tabs, and on one lower than 3 no state line. */
const leastForTabs = 6;

/** The rows for messages. */
export function messageHeight(model: Model): number {
  return heights(model).messages;
}

/** The whole screen: tabs, messages, a state line, and what is being typed. Pure. */
export function view(model: Model): Screen {
  const { columns } = model;
  const { tabs, messages, state, input } = heights(model);
  const page = datedPage(model, messages);
  const typed = inputRows(model.input, columns, input);
  const blank: Row[] = Array.from({ length: messages - page.rows.length }, () => []);
  const rows = [
    ...(tabs > 0 ? [tabsRow(model)] : []),
    ...blank,
    ...page.rows,
    ...(state > 0 ? [stateRow(model, page.below)] : []),
    ...typed.rows.map((text): Row => [{ text }]),
  ];
  return { rows, cursor: { row: rows.length - typed.rows.length + typed.row, column: typed.column } };
}

/** The page, with its day above it where that is not today. */
function datedPage({ columns, now, ...model }: Model, height: number): Page {
  const room = activeRoom({ columns, now, ...model });
  const page = pageOf(room, columns, height);
  if (page.time === undefined || height < 3 || dayOf(page.time) === dayOf(now)) return page;
  const less = pageOf(room, columns, height - 1);
  const day: Row = [{ text: `--- ${dayOf(less.time ?? page.time)} ---`, style: { dim: true } }];
  return { ...less, rows: [day, ...less.rows] };
}

function heights({ rows, columns, input }: Model) {
  const most = Math.max(1, Math.min(8, Math.floor(rows / 3)));
  const typed = inputRows(input, columns, most).rows.length;
  const tabs = rows >= leastForTabs ? 1 : 0;
  const state = rows >= 3 ? 1 : 0;
  return { tabs, state, input: most, messages: Math.max(0, rows - tabs - state - typed) };
}

/** The rooms, and what waits in each; the one that is shown is always seen. */
function tabsRow(model: Model): Row {
  const tabs = model.rooms.map((room, at) => tabOf(room, at, at === model.active));
  let [first, last] = [0, tabs.length];
  const around = () => [...hidden(model, 0, first, '<'), ...hidden(model, last, tabs.length, '>')];
  const tooWide = () => rowWidth([...tabs.slice(first, last), ...around()]) > model.columns;
  // Rooms on the right go first, as long as the one that is shown stays.
  while (tooWide() && last > model.active + 1) last--;
  while (tooWide() && first < model.active) first++;
  const row: Span[] = [...hidden(model, 0, first, '<')];
  for (const tab of tabs.slice(first, last)) row.push({ ...tab, text: cut(tab.text, model.columns - rowWidth(row)) });
  for (const tab of hidden(model, last, tabs.length, '>'))
    row.push({ ...tab, text: cut(tab.text, model.columns - rowWidth(row)) });
  const topic = label(activeRoom(model).topic);
  const left = model.columns - rowWidth(row);
  return topic && left > 10 ? [...row, { text: cut(`  ${topic}`, left), style: { dim: true } }] : row;
}

/** The rooms that there is no place for, and the number of messages that wait in them. */
function hidden({ rooms }: Model, from: number, to: number, arrow: string): Span[] {
  const out = rooms.slice(from, to);
  if (out.length === 0) return [];
  const unread = out.reduce((sum, room) => sum + room.unread, 0);
  const waiting = unread > 0 ? ` (${unread}${out.some(({ called }) => called) ? '!' : ''})` : '';
  const text = arrow === '<' ? `<${out.length}${waiting}` : ` ${out.length}${waiting}>`;
  return [{ text, style: unread > 0 ? { bold: true } : { dim: true } }];
}

function tabOf({ name, unread, called }: RoomState, at: number, active: boolean): Span {
  const waiting = unread > 0 ? ` (${unread}${called ? '!' : ''})` : '';
  const text = ` ${at + 1} ${label(name)}${waiting} `;
  return active ? { text, style: { bold: true, inverse: true } } : { text, style: unread > 0 ? { bold: true } : {} };
}

/** The state line: our name and room, the connection, and what is not on the screen. */
function stateRow(model: Model, below: number): Row {
  const room = activeRoom(model);
  const sending = model.rooms.reduce((sum, { pending }) => sum + pending.length, 0);
  const parts = [
    linkOf(model, room),
    ...(room.missed > 0 ? [`${room.missed} missed`] : []),
    ...(sending > 0 ? [`${sending} sending`] : []),
    ...(room.loading === undefined ? [] : ['loading older messages']),
    ...(room.anchor ? [`${below} below, Escape shows them`] : []),
    ...(room.joined && room.names.length > 0 ? [`${room.names.length} here`] : []),
    ...(model.completion ? [model.completion.choices.map((choice) => label(choice).trim()).join(' ')] : []),
    ...(model.link.at === 'waiting' ? [label(model.link.why)] : []),
  ];
  const start = ` ${label(model.name)} in ${label(room.name)}: `;
  // The connection matters most: on a narrow screen it stands alone.
  const whole = widthOf(start) + widthOf(parts[0] as string) <= model.columns ? start : ' ';
  const text = cut(`${whole}${parts.join(' | ')}`, model.columns);
  return [{ text: text + ' '.repeat(Math.max(0, model.columns - widthOf(text))), style: { inverse: true } }];
}

/** Milliseconds after which a server that has not acknowledged what we said is named. */
const answerMs = 5_000;

function linkOf({ link, leaving, now, rooms }: Model, room: RoomState): string {
  if (leaving) return 'leaving';
  const sent = rooms.flatMap(({ pending }) => pending.filter(({ fate }) => fate === 'sending').slice(0, 1));
  const waits = now - Math.min(...sent.map(({ time }) => time));
  if (link.at === 'connected' && room.joined && waits > answerMs) return `no answer for ${Math.floor(waits / 1000)} s`;
  if (link.at !== 'waiting') return link.at;
  const seconds = Math.max(1, Math.ceil((link.until - now) / 1000));
  return `reconnecting in ${seconds} s`;
}
