import { enter, leave, older, showRoom, showUnread } from '../client/model/commands.js';
import { edits, insert, vertical, withText } from '../client/model/editor.js';
import { onMessage, onSaid, onState } from '../client/model/incoming.js';
import {
  activeRoom,
  type Line,
  type Model,
  type Said,
  type Step,
  step,
  withNotice,
  withRoom,
} from '../client/model/model.js';
import type { ChatState } from '../client/options.js';
import type { Gap } from '../client/positions.js';
import type { ServerMessage } from '../protocol/messages.js';
import { complete } from './complete.js';
import type { KeyEvent } from './keys.js';
import { foldedRows, isFolded } from './lines.js';
import { scrolled } from './scroll.js';
import { messageHeight } from './view.js';

/** An event of the program. */
export type Event =
  | { readonly type: 'stroke'; readonly stroke: KeyEvent }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'state'; readonly state: ChatState }
  | { readonly type: 'message'; readonly message: ServerMessage; readonly missed?: Gap | undefined }
  | { readonly type: 'said'; readonly id: string; readonly outcome: { number: number } | { failed: string } }
  /** Time has passed. */
  | { readonly type: 'tick' };

/** Lines of a paste that are many for a message. */
const manyLines = 6;
/** Lines typed before that are known. */
const maxTyped = 500;

/** The one way in which the model changes: what happened, at a time in milliseconds since 1970. Pure. */
export function update(before: Model, event: Event, now: number): Step {
  const model = { ...before, now };
  switch (event.type) {
    case 'stroke':
      return onStroke(model, event.stroke);
    case 'resize':
      return step({ ...model, columns: event.columns, rows: event.rows }, { do: 'redraw' });
    case 'state':
      return onState(model, event.state);
    case 'message':
      return revealed(onMessage(model, event.message, event.missed));
    case 'said':
      return onSaid(model, event.id, event.outcome);
    case 'tick':
      return step(model);
  }
}

function onStroke(model: Model, stroke: KeyEvent): Step {
  if ('text' in stroke) return step(typing(model, stroke.text));
  if ('paste' in stroke) return step(onPaste(model, pasted(stroke.paste)));
  const key = names[stroke.key] ?? stroke.key;
  if (key === 'tab' || key === 'shift-tab') return step(complete(model, key === 'tab' ? 1 : -1));
  const { completion: _, ...rest } = model;
  return onKey(rest, key);
}

/** Newlines as they are here; the one at the end of a copied line is not meant. Other control characters go. */
function pasted(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n$/, '')
    .replace(/[^\P{Cc}\n\t]/gu, '');
}

/** Pasted text is typed; a notice tells of a long one, as Enter sends it to all. */
function onPaste(model: Model, text: string): Model {
  const typed = typing(model, text);
  const lines = text.split('\n').length;
  if (lines < manyLines) return typed;
  return withNotice(typed, `${lines} lines pasted: Enter says them, Control-C throws them away`);
}

function typing({ completion: _, ...model }: Model, text: string): Model {
  return { ...model, input: insert(model.input, text) };
}

/** Keys by the action that they stand for. */
const names: Record<string, string> = {
  ...{ 'ctrl-b': 'left', 'ctrl-f': 'right', 'ctrl-a': 'home', 'ctrl-e': 'end', 'ctrl-h': 'backspace' },
  ...{
    'ctrl-u': 'cut-start',
    'ctrl-k': 'cut-end',
    'ctrl-w': 'cut-word',
    'alt-backspace': 'cut-word',
    'ctrl-y': 'paste',
  },
  ...{ 'ctrl-left': 'word-left', 'alt-left': 'word-left', 'alt-b': 'word-left', 'alt-d': 'cut-word-right' },
  ...{ 'ctrl-right': 'word-right', 'alt-right': 'word-right', 'alt-f': 'word-right' },
  ...{ 'alt-enter': 'new-line', 'shift-enter': 'new-line', 'ctrl-enter': 'new-line', 'ctrl-j': 'new-line' },
};

function onKey(model: Model, key: string): Step {
  const edit = Object.hasOwn(edits, key) ? edits[key] : undefined;
  if (edit) return step({ ...model, input: edit(model.input) });
  if (/^alt-[1-9]$/.test(key)) return step(showRoom(model, Number(key.slice(4)) - 1));
  const run = Object.hasOwn(actions, key) ? actions[key] : undefined;
  return run ? run(model) : step(model);
}

const actions: Record<string, (model: Model) => Step> = {
  enter: submit,
  'new-line': (model) => step(typing(model, '\n')),
  up: (model) => step(recall(model, -1)),
  down: (model) => step(recall(model, 1)),
  'page-up': (model) => scroll(model, Math.max(1, messageHeight(model) - 1)),
  'page-down': (model) => scroll(model, -Math.max(1, messageHeight(model) - 1)),
  'ctrl-n': (model) => step(showRoom(model, (model.active + 1) % model.rooms.length)),
  'ctrl-p': (model) => step(showRoom(model, (model.active + model.rooms.length - 1) % model.rooms.length)),
  'ctrl-c': (model) => (model.input.text === '' ? leave(model) : step(cleared(model))),
  'alt-a': (model) => step(showUnread(model)),
  'ctrl-d': (model) => (model.input.text === '' ? leave(model) : onKey(model, 'delete')),
  'ctrl-l': (model) => step(model, { do: 'redraw' }),
  'ctrl-z': (model) => step(model, { do: 'suspend' }),
  escape: (model) => step(followed(model)),
};

/** Control-C: nothing is typed. Control-Y gives it back. */
function cleared(model: Model): Model {
  const { text } = model.input;
  return { ...model, input: { ...withText(model.input, ''), cut: text } };
}

/** Escape: the newest again, and what was missed is known. */
function followed(model: Model): Model {
  return withRoom(newest(model), activeRoom(model).name, (room) => ({ ...room, missed: 0 }));
}

function newest(model: Model): Model {
  return withRoom(model, activeRoom(model).name, ({ anchor: _, ...room }) => room);
}

function submit(model: Model): Step {
  // Completion leaves a space behind.
  const text = model.input.text.replace(/ +$/, '');
  if (text.trim() === '') return step({ ...model, input: withText(model.input, '') });
  const others = model.typed.lines.filter((line) => line !== text).slice(-maxTyped + 1);
  const typed = { lines: [...others, text], at: others.length + 1, draft: '' };
  // A person who sends something wants to see it, and the answer.
  return enter(newest({ ...model, input: withText(model.input, ''), typed }), text, { more });
}

/** Up and Down: another line of a text of several, or else what was typed before. */
function recall(model: Model, by: -1 | 1): Model {
  const moved = vertical(model.input, by);
  if (moved) return { ...model, input: moved };
  const { lines, at, draft } = model.typed;
  const next = at + by;
  if (next < 0 || next > lines.length) return model;
  const kept = at === lines.length ? model.input.text : draft;
  const text = next === lines.length ? kept : (lines[next] as string);
  return { ...model, input: withText(model.input, text), typed: { lines, at: next, draft: kept } };
}

function scroll(model: Model, by: number): Step {
  const room = activeRoom(model);
  const moved = scrolled(room, model.columns, messageHeight(model), by);
  const next = withRoom(model, room.name, () => moved.room);
  return moved.short > 0 ? older(next, moved.short) : step(next);
}

/** Older entries have come: scrolls up to them. */
function revealed({ model, effects }: Step): Step {
  const room = model.rooms.find(({ reveal }) => reveal !== undefined);
  if (!room) return { model, effects };
  const { reveal = 0, ...rest } = room;
  const { room: moved } = scrolled(rest, model.columns, messageHeight(model), reveal);
  return { model: withRoom(model, room.name, () => moved), effects };
}

/** Shows ten times as much of the last message of the room that is not shown whole. */
function more(model: Model): Step {
  const room = activeRoom(model);
  const long = room.lines.findLast((line) => line.kind === 'said' && isFolded(line, model.columns)) as Said | undefined;
  if (!long) return step(withNotice(model, 'every message is shown whole'));
  const change = (line: Line): Line => (line === long ? { ...long, rows: (long.rows ?? foldedRows) * 10 } : line);
  return step(withRoom(model, room.name, (each) => ({ ...each, lines: each.lines.map(change) })));
}
