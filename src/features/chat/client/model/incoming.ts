import type { Joined, SentEntry, ServerMessage } from '../../protocol/messages.js';
import { describe } from '../../protocol/phrases.js';
import type { ChatState } from '../options.js';
import { describeGap, type Gap } from '../positions.js';
import { withoutRoom } from './commands.js';
import {
  activeRoom,
  type Effect,
  type Link,
  type Model,
  type RoomState,
  roomNamed,
  type Said,
  type Step,
  step,
  withLine,
  withNotice,
  withRoom,
} from './model.js';
import { onMove } from './moves.js';

/** The connection has changed. */
export function onState(model: Model, state: ChatState): Step {
  const link: Link = state.at === 'waiting' ? { at: 'waiting', until: model.now + state.ms, why: state.why } : state;
  if (state.at === 'connected') return step({ ...model, link });
  // Requests on the connection that is lost get no answer.
  const rooms = model.rooms.map(({ loading: _, ...room }): RoomState => {
    const were = room.joined ? room.names : room.were;
    return { ...room, joined: false, asked: [], were };
  });
  return step({ ...model, link, rooms });
}

/** The server has said something. */
export function onMessage(model: Model, message: ServerMessage, missed?: Gap): Step {
  switch (message.type) {
    case 'welcome':
      return step({ ...model, name: message.name });
    case 'joined':
      return onJoined(model, message, missed);
    case 'entry':
      return onEntry(model, message.room, message);
    case 'history':
      return step(onHistory(model, message));
    case 'msg':
      return onWhisper(model, message);
    case 'who':
      return step(onWho(model, message));
    case 'rooms': {
      const heard = message.rooms.map(({ room }) => room);
      return step(withNotice({ ...model, heard }, describe(message) ?? ''));
    }
    case 'error':
      return onError(model, message);
    case 'notice':
      return step(withNotice(model, message.message));
    default:
      return step(onHappened(model, message));
  }
}

/** A message of ours was acknowledged or rejected. */
export function onSaid(model: Model, id: string, outcome: { number: number } | { failed: string }): Step {
  const room = model.rooms.find(({ pending }) => pending.some((said) => said.id === id));
  const said = room?.pending.find((each) => each.id === id);
  if (!room || !said) return step(model);
  const others = room.pending.filter((each) => each !== said);
  const placed =
    'number' in outcome && room.lines.some((line) => line.kind === 'said' && line.number === outcome.number);
  const change = (): Partial<RoomState> => {
    if ('failed' in outcome)
      return { pending: others, lines: [...room.lines, { ...said, fate: 'failed', why: outcome.failed }] };
    if (placed) return { pending: others };
    const sent: Said = { ...said, fate: 'sent', number: outcome.number };
    return { pending: room.pending.map((each) => (each === said ? sent : each)) };
  };
  return step(withRoom(model, room.name, (before) => ({ ...before, ...change() })));
}

function onJoined(model: Model, joined: Joined, missed?: Gap): Step {
  const { room: name, epoch, first, last, after, topic = '' } = joined;
  const known = roomNamed(model, name);
  if (!known) return step(model);
  const again = known.epoch !== undefined;
  const renewed = again && known.epoch !== epoch;
  const next = withRoom(model, name, (room) => ({
    ...room,
    ...{ joined: true, epoch, first, topic, asked: ['know'] },
    ...(again ? {} : { before: last, oldest: after + 1 }),
    // The lines above are of another life of the journal: nothing is between them and what comes.
    ...(renewed ? { before: after, oldest: after + 1, first: after + 1 } : {}),
    missed: room.missed + (missed?.entries ?? 0),
  }));
  const told = missed ? withNotice(next, describeGap(missed), { room: name, failure: true }) : next;
  return step(told, { do: 'ask', message: { type: 'who', room: name } });
}

function onEntry(model: Model, name: string, entry: SentEntry): Step {
  const room = roomNamed(model, name);
  if (!room) return step(model);
  const fresh = entry.number > room.before;
  // Our message may come back after we took another name.
  const ours = (said: Said) => (entry.from === model.name || entry.from === said.from) && isOf(said, entry);
  const pending = fresh ? room.pending.find(ours) : undefined;
  const own = entry.from === model.name || pending !== undefined;
  const calling = !own && calls(entry.body, model.name) ? { calls: true } : {};
  const line = { number: entry.number, time: entry.time, from: entry.from, body: entry.body, ...calling };
  const shown = roomNamed(model, name) === activeRoom(model);
  const called = fresh && 'calls' in calling;
  const placed = withRoom(model, name, (before) => ({
    ...before,
    pending: before.pending.filter((said) => said !== pending),
    unread: before.unread + (shown || own || !fresh ? 0 : 1),
    called: before.called || (called && !shown),
  }));
  const next = withLine(placed, name, pending ? { ...line, fate: 'sent' } : line);
  return step(next, ...(called ? [bell] : []));
}

const bell: Effect = { do: 'bell' };

/** True if an entry is what we said: the one that was acknowledged, or the oldest with these words. */
function isOf(said: Said, entry: SentEntry): boolean {
  return said.number === undefined ? said.body === entry.body : said.number === entry.number;
}

function calls(body: string, name: string): boolean {
  const [text, wanted] = [body.toLowerCase(), name.toLowerCase()];
  const around = (index: number) => /[\p{L}\p{N}]/u.test(text[index] ?? '');
  for (let at = text.indexOf(wanted); wanted !== '' && at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (!around(at - 1) && !around(at + wanted.length)) return true;
  }
  return false;
}

function onHistory(model: Model, { room: name, first, entries }: ServerMessage & { type: 'history' }): Model {
  const room = roomNamed(model, name);
  if (!room) return model;
  const older = entries.filter(({ number }) => number < room.oldest);
  const lines = older.map((entry, at): Said => ({ kind: 'said', key: model.made + 1 + at, ...entry }));
  const { loading = 0, ...rest } = room;
  // Only a view knows how many rows that makes.
  const reveal = loading > 0 ? { reveal: loading } : {};
  const oldest = older[0]?.number ?? room.oldest;
  const whole: RoomState = {
    ...rest,
    ...reveal,
    lines: [...lines, ...room.lines],
    oldest,
    first: older.length > 0 ? first : oldest,
  };
  return withRoom({ ...model, made: model.made + lines.length }, name, () => whole);
}

function onWhisper(model: Model, { from, to, body, time }: ServerMessage & { type: 'msg' }): Step {
  const next = withLine(model, activeRoom(model).name, { time, from, to, body });
  return step(next, ...(from === model.name ? [] : [bell]));
}

function onWho(model: Model, answer: ServerMessage & { type: 'who' }): Model {
  const { room: name, names } = answer;
  const sentence = describe(answer) ?? '';
  if (!roomNamed(model, name)) return withNotice(model, sentence);
  const [why, ...asked] = roomNamed(model, name)?.asked ?? [];
  const known = withRoom(model, name, (room) => ({ ...room, names, asked }));
  return why === 'show' ? withNotice(known, sentence) : known;
}

function onError(model: Model, { room: name, message, code }: ServerMessage & { type: 'error' }): Step {
  const room = name === undefined ? undefined : roomNamed(model, name);
  if (name !== undefined && !room && code === 'not-in-room') return step(model);
  // It may be the answer to a question for history, or for who is there.
  const settled = room?.joined
    ? withRoom(model, room.name, ({ loading: _, ...each }) => ({ ...each, asked: [] }))
    : model;
  if (!room || room.joined) return step(withNotice(settled, message, { room: name, failure: true }));
  // A room that will not have us is no room of ours.
  if (model.rooms.length === 1) return step(model, { do: 'fail', why: `cannot join ${name}: ${message}` });
  const left = withoutRoom(model, model.rooms.indexOf(room), room.from);
  return step(withNotice(left, `cannot join ${name}: ${message}`, { failure: true }), { do: 'leave', room: room.name });
}

function onHappened(model: Model, message: ServerMessage): Model {
  switch (message.type) {
    case 'join':
      return onMove(withNames(model, message.room, [message.name], []), message.room, 'joined', message.name);
    case 'leave':
      return onMove(withNames(model, message.room, [], [message.name]), message.room, 'left', message.name);
    case 'topic': {
      const { room: name, topic } = message;
      const told = withNotice(model, describe(message) ?? '', { room: name });
      return withRoom(told, name, (room) => ({ ...room, topic }));
    }
    case 'nick':
      return onNick(model, message);
    default:
      return model;
  }
}

function onNick(model: Model, renamed: ServerMessage & { type: 'nick' }): Model {
  const { from, name } = renamed;
  let next = from === model.name ? { ...model, name } : model;
  for (const { name: room, names } of model.rooms) {
    if (from !== model.name && !names.includes(from)) continue;
    next = withNotice(withNames(next, room, [name], [from]), describe(renamed) ?? '', { room });
  }
  return next;
}

function withNames(model: Model, name: string, added: readonly string[], removed: readonly string[]): Model {
  return withRoom(model, name, (room) => ({
    ...room,
    names: [...room.names.filter((each) => !removed.includes(each) && !added.includes(each)), ...added],
  }));
}
