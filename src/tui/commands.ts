import { roomKey } from '../clients/index.js';
import type { ClientMessage } from '../core/index.js';
import {
  activeRoom,
  type Model,
  newRoom,
  type Room,
  type Said,
  type Step,
  step,
  withNotice,
  withRoom,
} from './model.js';

const help = [
  '/nick NAME       take another name',
  '/join ROOM       be in a room too; Alt-1 to Alt-9, Control-N and Control-P go from one to another',
  '/leave [ROOM]    leave a room',
  '/rooms           the rooms there are',
  '/who             who is here',
  '/msg NAME TEXT   say something to one member alone; it is not kept',
  '/topic [TEXT]    set the topic, or show it',
  '/history [N]     load older messages; so does Page Up at the top',
  '/quit            leave; so do /q, Bye, Control-C and Control-D',
  '//TEXT           say something that begins with a slash',
  'Enter says it, Alt-Enter or Control-J begins a new line. Tab completes. Up and Down give what was typed before.',
];

/** Entries that are loaded at a time. */
const page = 100;

/** Enter: what was typed is said, or done. */
export function enter(model: Model, text: string): Step {
  if (text === 'Bye') return leave(model);
  if (text.startsWith('//')) return say(model, text.slice(1));
  if (text.startsWith('/')) return command(model, text);
  return say(model, text);
}

/** Says bye; again, gives up waiting for the answer. */
export function leave(model: Model): Step {
  return step({ ...model, leaving: true }, { do: 'close' });
}

/** Another room is shown: it has been read. */
export function show(model: Model, index: number): Model {
  const room = model.rooms[index];
  if (!room) return model;
  return withRoom({ ...model, active: index }, room.name, (each) => ({ ...each, unread: 0, called: false }));
}

/** Asks for older entries of the room that is shown; `rows` more are to be seen once they are there. */
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
  const follow = ({ anchor: _, ...each }: Room): Room => ({ ...each, missed: 0, pending: [...each.pending, said] });
  return step(withRoom({ ...model, made: key }, room.name, follow), { do: 'say', room: room.name, body, id });
}

function command(model: Model, text: string): Step {
  const [, name = '', given = ''] = /^\/(\S*)\s*(.*)$/su.exec(text) ?? [];
  const run = Object.hasOwn(commands, name.toLowerCase()) ? commands[name.toLowerCase()] : undefined;
  if (run) return run(model, given.trim());
  return failed(model, `there is no command /${name}: /help says which there are, and //TEXT says text with a slash`);
}

const commands: Record<string, (model: Model, given: string) => Step> = {
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
    if (topic) return ask(model, { type: 'topic', room: room.name, topic });
    return step(withNotice(model, room.topic ? `topic: ${room.topic}` : 'there is no topic'));
  },
  history,
  help: (model) => step(help.reduce((next, words) => withNotice(next, words), model)),
  quit: leave,
  q: leave,
};

function who(model: Model): Step {
  const { name } = activeRoom(model);
  const asked = ask(model, { type: 'who', room: name });
  const showing = (room: Room): Room => ({ ...room, asked: [...room.asked, 'show'] });
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
  const known = model.rooms.findIndex((room) => room.name === name);
  if (known >= 0) return step(show(model, known));
  return step(
    { ...model, rooms: [...model.rooms, newRoom(name)], active: model.rooms.length },
    { do: 'join', room: name },
  );
}

function leaveRoom(model: Model, name: string): Step {
  const at = model.rooms.findIndex((room) => room.name === name);
  if (at < 0) return failed(model, `not in the room ${name}`);
  if (model.rooms.length === 1) return failed(model, 'this is the only room: /join another first, or /quit');
  if ((model.rooms[at] as Room).pending.length > 0) return failed(model, 'what was said here is not sent yet');
  const active = model.active > at || model.active === model.rooms.length - 1 ? model.active - 1 : model.active;
  const next = { ...model, rooms: model.rooms.filter((_, index) => index !== at) };
  return step(show(next, active), { do: 'leave', room: name });
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
