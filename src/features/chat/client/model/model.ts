import { roomKey } from '../positions.js';
import { type Editor, emptyEditor } from './editor.js';

/** A message or an event of a room: it takes one row of the screen or more. */
export type Line = Said | Notice;

/** Something that somebody said. */
export interface Said {
  readonly kind: 'said';
  /** Tells lines apart, whatever they say. */
  readonly key: number;
  readonly time: number;
  readonly from: string;
  /** The one member that received it. */
  readonly to?: string;
  readonly body: string;
  /** Rows of it that are shown, where that are more than at first. */
  readonly rows?: number;
  /** It names us. */
  readonly calls?: boolean;
  /** Its place in the room, once the server has given it one. */
  readonly number?: number;
  /** The fate of a message of our own; undefined for those of others. */
  readonly fate?: 'sending' | 'sent' | 'failed';
  readonly why?: string;
  /** By what we know our own until it is in its place. */
  readonly id?: string;
}

/** Something that the program says: what happened, an answer, a failure. */
export interface Notice {
  readonly kind: 'notice';
  readonly key: number;
  readonly time: number;
  readonly text: string;
  readonly failure: boolean;
  /** The names that have come and left, where the notice says nothing else: the next such notice joins it. */
  readonly moves?: { readonly joined: readonly string[]; readonly left: readonly string[] };
}

/** The line at the bottom of the screen, and how many of its rows are below it. */
export interface Anchor {
  readonly key: number;
  readonly below: number;
}

/** A room as it is shown. */
export interface RoomState {
  readonly name: string;
  readonly topic: string;
  /** True if the server has let us in. */
  readonly joined: boolean;
  readonly epoch?: string;
  readonly lines: readonly Line[];
  /** Messages of ours that are not in their place yet: shown after the lines. */
  readonly pending: readonly Said[];
  readonly names: readonly string[];
  /** The purpose of each `who` that was asked, in order: to know the names, or to show them. */
  readonly asked: readonly ('know' | 'show')[];
  /** Entries up to this number were said before we came. */
  readonly before: number;
  /** The oldest entry that is shown, and the oldest that the server has. */
  readonly oldest: number;
  readonly first: number;
  /** Rows to scroll up once older entries have come, while they are on their way. */
  readonly loading?: number;
  /** Rows that a view scrolls up by now, as older entries have come. The view takes it away. */
  readonly reveal?: number;
  readonly unread: number;
  /** True if somebody said our name. */
  readonly called: boolean;
  /** Entries that came while we were away, and that the server has no more. */
  readonly missed: number;
  /** The text that was being typed when another room was shown. */
  readonly draft: Editor;
  /** The room that was shown when this one was asked for. */
  readonly from?: string;
  /** Names that were here before we were cut off, and may come back without a word. */
  readonly were: readonly string[];
  /** Where it is scrolled to; nothing where it shows the newest. */
  readonly anchor?: Anchor;
}

/** The state of the connection to the server. `until` is a time, in milliseconds since 1970. */
export type Link =
  | { readonly at: 'connecting' | 'connected' | 'closed' }
  | { readonly at: 'waiting'; readonly until: number; readonly why: string };

/** The lines typed before, the newest last, and which one is shown. */
export interface InputHistory {
  readonly lines: readonly string[];
  /** The index of the one that is shown; their number where a new one is being typed. */
  readonly at: number;
  /** The new one, while an old one is shown. */
  readonly draft: string;
}

/** The words that Tab has found, and the one that stands in the input. */
export interface Completion {
  readonly start: number;
  readonly end: number;
  readonly choices: readonly string[];
  readonly at: number;
}

/**
 * A chat as its client sees it: rooms, unread messages, drafts, mentions, what is not sent yet. It knows no terminal: a page is
 * another view of it. `columns` and `rows` are the size of a view that has one.
 */
export interface Model {
  readonly columns: number;
  readonly rows: number;
  readonly name: string;
  readonly now: number;
  readonly link: Link;
  readonly rooms: readonly RoomState[];
  /** The index of the room that is shown. */
  readonly active: number;
  readonly input: Editor;
  readonly typed: InputHistory;
  readonly completion?: Completion;
  /** Rooms that the server has told of, for Tab. */
  readonly heard: readonly string[];
  readonly leaving: boolean;
  /** The number of keys and ids that were given. */
  readonly made: number;
  /** Begins the ids of what we say: no two sessions have the same. */
  readonly session: string;
}

/** An action outside of the model, which the program must perform. */
export type Effect =
  | { readonly do: 'say'; readonly room: string; readonly body: string; readonly id: string }
  | { readonly do: 'ask'; readonly message: import('../../protocol/messages.js').ClientMessage }
  | { readonly do: 'join' | 'leave'; readonly room: string }
  | { readonly do: 'fail'; readonly why: string }
  | { readonly do: 'close' | 'redraw' | 'suspend' | 'bell' };

/** A new model, and the actions that follow. */
export interface Step {
  readonly model: Model;
  readonly effects: readonly Effect[];
}

/** Lines that a room keeps: older ones are loaded again. */
const maxLines = 5_000;

/** The model of a program that has just started. */
export function newModel(
  given: Pick<Model, 'columns' | 'rows' | 'name' | 'session'> & { rooms: readonly string[] },
): Model {
  const names = [...new Set(given.rooms.map(roomKey))];
  return {
    ...given,
    rooms: names.map(newRoom),
    active: 0,
    now: 0,
    link: { at: 'connecting' },
    input: emptyEditor,
    typed: { lines: [], at: 0, draft: '' },
    heard: [],
    leaving: false,
    made: 0,
  };
}

/** A room that we want to be in. */
export function newRoom(name: string): RoomState {
  return {
    ...{ name, topic: '', joined: false, lines: [], pending: [], names: [], asked: [] },
    ...{ before: 0, oldest: 0, first: 0, unread: 0, called: false, missed: 0, draft: emptyEditor, were: [] },
  };
}

/** A step that does `effects`. */
export function step(model: Model, ...effects: Effect[]): Step {
  return { model, effects };
}

/** The room that is shown. */
export function activeRoom(model: Model): RoomState {
  return model.rooms[model.active] as RoomState;
}

/** The room of a name, which is spelled as the server spells it. */
export function roomNamed(model: Model, name: string): RoomState | undefined {
  return model.rooms.find((room) => room.name === name);
}

/** The model with one room changed. */
export function withRoom(model: Model, name: string, change: (room: RoomState) => RoomState): Model {
  return { ...model, rooms: model.rooms.map((room) => (room.name === name ? change(room) : room)) };
}

/** The model with a line at the end of a room, given its key. Of a room that follows, the oldest lines are dropped. */
export function withLine(
  model: Model,
  name: string,
  line: Omit<Said, 'key' | 'kind'> | Omit<Notice, 'key' | 'kind'>,
): Model {
  const key = model.made + 1;
  const kept: Line = 'body' in line ? { kind: 'said', key, ...line } : { kind: 'notice', key, ...line };
  return withRoom({ ...model, made: key }, name, (room) => trimmed({ ...room, lines: [...room.lines, kept] }));
}

/** The model with a notice in a room, or in the one that is shown. */
export function withNotice(model: Model, text: string, { room, failure = false }: NoticeOptions = {}): Model {
  const name = room !== undefined && roomNamed(model, room) ? room : activeRoom(model).name;
  return withLine(model, name, { time: model.now, text, failure });
}

interface NoticeOptions {
  readonly room?: string | undefined;
  readonly failure?: boolean;
}

/** A room that is scrolled up keeps more, so that what is read stays for a while; it moves on where that is too much. */
function trimmed(room: RoomState): RoomState {
  if (room.lines.length <= maxLines * (room.anchor ? 2 : 1.1)) return room;
  const lines = room.lines.slice(-maxLines);
  const oldest = lines.find((line) => line.kind === 'said' && line.number !== undefined) as Said | undefined;
  const stays = room.anchor && lines.some(({ key }) => key === room.anchor?.key);
  const anchor = room.anchor && !stays ? { anchor: { key: (lines[0] as Line).key, below: 0 } } : {};
  return { ...room, lines, oldest: oldest?.number ?? room.oldest, ...anchor };
}
