import { expect, test } from 'vitest';
import { enter, showRoom } from '../../../../../src/features/chat/client/model/commands.js';
import { onMessage, onSaid, onState } from '../../../../../src/features/chat/client/model/incoming.js';
import {
  activeRoom,
  type Effect,
  type Model,
  newModel,
  type Step,
} from '../../../../../src/features/chat/client/model/model.js';
import type { ServerMessage } from '../../../../../src/features/chat/protocol/messages.js';

/** A client without a view: what the server sends and the person types goes in, effects come out. */
class Viewless {
  model: Model = newModel({ columns: 0, rows: 0, name: 'ada', session: 's', rooms: ['dev', 'ops'] });
  readonly effects: Effect[] = [];

  constructor() {
    this.take(onState(this.model, { at: 'connected' }));
    for (const room of ['dev', 'ops']) {
      this.told({ type: 'joined', room, epoch: 'e', first: 1, last: 0, after: 0, recovered: false, members: 2 });
    }
  }

  take({ model, effects }: Step): void {
    this.model = model;
    this.effects.push(...effects);
  }

  told(message: ServerMessage): void {
    this.take(onMessage(this.model, message));
  }

  entry(room: string, number: number, from: string, body: string): void {
    this.told({ type: 'entry', room, number, time: 0, from, body });
  }

  room(name: string) {
    return this.model.rooms.find((room) => room.name === name);
  }
}

test('a room that is not shown counts what is unread, and knows whether somebody was named', () => {
  const client = new Viewless();
  client.entry('dev', 1, 'bob', 'hello');
  client.entry('ops', 1, 'bob', 'it is down');
  client.entry('ops', 2, 'bob', 'ada, look');
  expect(client.room('dev')).toMatchObject({ unread: 0, called: false });
  expect(client.room('ops')).toMatchObject({ unread: 2, called: true });
  expect(client.effects).toContainEqual({ do: 'bell' });
  client.model = showRoom(client.model, 1);
  expect(activeRoom(client.model)).toMatchObject({ name: 'ops', unread: 0, called: false });
});

test('each room has a draft of its own', () => {
  const client = new Viewless();
  client.model = { ...client.model, input: { ...client.model.input, text: 'half a sent', cursor: 11 } };
  client.model = showRoom(client.model, 1);
  expect(client.model.input.text).toBe('');
  client.model = showRoom(client.model, 0);
  expect(client.model.input.text).toBe('half a sent');
});

test('a message is pending until its entry comes, and fails with a reason where it is rejected', () => {
  const client = new Viewless();
  client.take(enter(client.model, 'one'));
  client.take(enter(client.model, 'two'));
  const [first, second] = client.effects.filter((effect) => effect.do === 'say');
  expect(client.room('dev')?.pending.map(({ body, fate }) => [body, fate])).toEqual([
    ['one', 'sending'],
    ['two', 'sending'],
  ]);
  client.take(onSaid(client.model, first?.id ?? '', { number: 1 }));
  client.entry('dev', 1, 'ada', 'one');
  client.take(onSaid(client.model, second?.id ?? '', { failed: 'the disk is full' }));
  expect(client.room('dev')?.pending).toEqual([]);
  expect(client.room('dev')?.lines).toMatchObject([
    { body: 'one', number: 1, fate: 'sent' },
    { body: 'two', fate: 'failed', why: 'the disk is full' },
  ]);
});

test('a view has commands of its own', () => {
  const client = new Viewless();
  const own = { shout: (model: Model, given: string): Step => enter(model, given.toUpperCase()) };
  client.take(enter(client.model, '/shout hello', own));
  expect(client.effects).toContainEqual(expect.objectContaining({ do: 'say', body: 'HELLO' }));
  client.take(enter(client.model, '/shout hello'));
  expect(activeRoom(client.model).lines.at(-1)).toMatchObject({ kind: 'notice', failure: true });
});
