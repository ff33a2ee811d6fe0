import { commandHelp } from '../../protocol/commands.js';
import type { ClientMessage } from '../../protocol/messages.js';
import { roomKey } from '../positions.js';
import {
  activeRoom,
  type Model,
  newRoom,
  type RoomState,
  type Said,
  type Step,
  step,
  withNotice,
  withRoom,
} from './model.js';

const help = [
  ...commandHelp('client'),
  'Alt-1 to Alt-9, Control-N and Control-P go from one room to another, Alt-A to the next one with something unread.',
  'Enter sends, Alt-Enter or Control-J begins a new line. Tab completes. Up and Down show what was typed before.',
  'Control-C clears the line, and leaves where it is empty.',
];

/** Entries that are loaded at a time. */
const page = 100;

/** Enter: what was typed is said, or done. A view may have commands of its `own`. */
export function enter(model: Model, text: string, own: Commands = {}): Step {
  // Without a server nobody hears it.
  if (text === 'Bye') return model.link.at === 'connected' ? both(say(model, text), leave) : leave(model);
  if (text.startsWith('//')) return say(model, text.slice(1));
  if (text.startsWith('/')) return command(model, text, own);
  return say(model, text);
}

/** Says bye; again, gives up waiting for the answer. */
export function leave(model: Model): Step {
  return step({ ...model, leaving: true }, { do: 'close' });
}

/** One step after the other. */
function both(first: Step, next: (model: Model) => Step): Step {
  const then = next(first.model);
  return step(then.model, ...first.effects, ...then.effects);
}

/** Another room is shown: it has been read, and has its own draft. */
export function showRoom(model: Model, index: number): Model {
  const room = model.rooms[index];
  if (!room || index === model.active) return model;
  const left = withRoom(model, activeRoom(model).name, (each) => ({ ...each, draft: model.input }));
  const input = { ...room.draft, cut: model.input.cut };
  return withRoom({ ...left, active: index, input }, room.name, (each) => ({ ...each, unread: 0, called: false }));
}

/** The next room with something unread is shown, first of all one in which somebody says our name. */
export function showUnread(model: Model): Model {
  const order = model.rooms.map((_, at) => (model.active + 1 + at) % model.rooms.length);
  const next =
    order.find((at) => model.rooms[at]?.called) ?? order.find((at) => (model.rooms[at] as RoomState).unread > 0);
  return next === undefined ? model : showRoom(model, next);
}

/** Asks for older entries of the room that is shown; a view scrolls up by `rows` once they are there. */
export function older(model: Model, rows: number, limit = page): Step {
  const room = activeRoom(model);
  if (!room.joined || room.loading !== undefined || room.oldest <= room.first) return step(model);
  const message = { type: 'history', room: room.name, before: room.oldest, limit } as const;
  return step(
    withRoom(model, room.name, (each) => ({ ...each, loading: rows })),
    { do: 'ask', message },
  );
}

function say(model: Model, body: string): Step {
  const room = activeRoom(model);
  const key = model.made + 1;
  const id = `${model.session}-${key}`;
  const said: Said = { kind: 'said', key, id, time: model.now, from: model.name, body, fate: 'sending' };
  const follow = ({ anchor: _, ...each }: RoomState): RoomState => ({
    ...each,
    missed: 0,
    pending: [...each.pending, said],
  });
  return step(withRoom({ ...model, made: key }, room.name, follow), { do: 'say', room: room.name, body, id });
}

function command(model: Model, text: string, own: Commands): Step {
  const [, name = '', given = ''] = /^\/(\S*)\s*(.*)$/su.exec(text) ?? [];
  const known = { ...commands, ...own };
  const run = Object.hasOwn(known, name.toLowerCase()) ? known[name.toLowerCase()] : undefined;
  if (run) return run(model, given.trim());
  return failed(model, `there is no command /${name}: /help says which there are, and //TEXT says text with a slash`);
}

/** Commands by name; `given` is the text after the name. */
export type Commands = Readonly<Record<string, (model: Model, given: string) => Step>>;

const commands: Commands = {
  nick: (model, name) => (name ? ask(model, { type: 'nick', name }) : failed(model, '/nick NAME')),
  join: (model, name) => (name ? join(model, roomKey(name)) : failed(model, '/join ROOM')),
  leave: (model, name) => leaveRoom(model, name ? roomKey(name) : activeRoom(model).name),
  rooms: (model) => ask(model, { type: 'rooms' }),
  who,
  msg(model, given) {
    const [, to = '', body = ''] = /^(\S+)\s+(.+)$/su.exec(given) ?? [];
    return body ? ask(model, { type: 'msg', to, body }) : failed(model, '/msg NAME TEXT');
  },
  topic(model, topic) {
    const room = activeRoom(model);
    if (topic) return ask(model, { type: 'topic', room: room.name, topic: topic === '-' ? '' : topic });
    return step(withNotice(model, room.topic ? `topic: ${room.topic}` : 'there is no topic'));
  },
  history,
  help: (model) => step(help.reduce((next, words) => withNotice(next, words), model)),
  quit: leave,
  q: leave,
};

function who(model: Model, given: string): Step {
  const name = given ? roomKey(given) : activeRoom(model).name;
  const asked = ask(model, { type: 'who', room: name });
  const showing = (room: RoomState): RoomState => ({ ...room, asked: [...room.asked, 'show'] });
  return asked.effects.length > 0 ? step(withRoom(model, name, showing), ...asked.effects) : asked;
}

function history(model: Model, count: string): Step {
  if (count && !/^[1-9]\d{0,5}$/.test(count)) return failed(model, '/history [N], a number');
  if (model.link.at !== 'connected') return failed(model, offline);
  const { oldest, first } = activeRoom(model);
  if (oldest <= first) return step(withNotice(model, 'there is nothing older'));
  return older(model, count ? Number(count) : page, count ? Number(count) : page);
}

function join(model: Model, name: string): Step {
  if (name === '') return failed(model, '/join ROOM');
  const known = model.rooms.findIndex((room) => room.name === name);
  if (known >= 0) return step(showRoom(model, known));
  const asked = { ...newRoom(name), from: activeRoom(model).name };
  return step(showRoom({ ...model, rooms: [...model.rooms, asked] }, model.rooms.length), { do: 'join', room: name });
}

function leaveRoom(model: Model, name: string): Step {
  const at = model.rooms.findIndex((room) => room.name === name);
  if (at < 0) return failed(model, `not in the room ${name}`);
  if (model.rooms.length === 1) return failed(model, 'this is the only room: /join another first, or /quit');
  if ((model.rooms[at] as RoomState).pending.length > 0) return failed(model, 'what was said here is not sent yet');
  return step(withoutRoom(model, at), { do: 'leave', room: name });
}

/** The model without a room; where it was shown, the one that was shown before it is asked for, or its neighbour. */
export function withoutRoom(model: Model, at: number, back?: string): Model {
  const rooms = model.rooms.filter((_, index) => index !== at);
  if (model.active !== at) return { ...model, rooms, active: model.active > at ? model.active - 1 : model.active };
  const index = Math.max(
    0,
    back === undefined ? Math.min(at, rooms.length - 1) : rooms.findIndex(({ name }) => name === back),
  );
  const room = rooms[index] as RoomState;
  const shown = { ...model, rooms, active: index, input: { ...room.draft, cut: model.input.cut } };
  return withRoom(shown, room.name, (each) => ({ ...each, unread: 0, called: false }));
}

const offline = 'there is no connection: try again in a moment';

/** Asks the server something that it is not asked again where it is not there. */
function ask(model: Model, message: ClientMessage): Step {
  if (model.link.at === 'connected') return step(model, { do: 'ask', message });
  return failed(model, offline);
}

function failed(model: Model, text: string): Step {
  return step(withNotice(model, text, { failure: true }));
}
