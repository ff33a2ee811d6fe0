import { expect, onTestFinished, test } from 'vitest';
import { memoryJournal } from '../../../../src/features/chat/journal/memory.js';
import type { Journal } from '../../../../src/features/chat/protocol/journal.js';
import { jsonEncoder } from '../../../../src/features/chat/server/dialects/json-encoder.js';
import { plainEncoder } from '../../../../src/features/chat/server/dialects/plain-encoder.js';
import { FairQueue } from '../../../../src/features/chat/server/fair-queue.js';
import { portionsOf } from '../../../../src/features/chat/server/portions.js';
import { chatInMemory } from '../../../support/chat.js';

const entry = (body: string, number = 1) => ({ number, time: 0, from: '𠀀'.repeat(32), body });

test('the bytes of an entry are a small multiple of its body, whatever is in it', () => {
  for (const character of ['x', '\n', '\x01', '𠀀', '"', '\u202e']) {
    const body = character.repeat(262_144 / character.length);
    for (const encoder of [jsonEncoder, plainEncoder]) {
      expect(encoder.entries('lobby', [entry(body)]).length, `${JSON.stringify(character)}`).toBeLessThan(2_500_000);
    }
  }
});

test('a message of many lines has its sender before each, and a longer one a mark that nobody can say', () => {
  const shown = (body: string) =>
    new TextDecoder().decode(plainEncoder.entries('lobby', [{ ...entry(body), from: 'ann' }]));
  expect(shown('one\ntwo\n')).toBe('[ann] one\n[ann] two\n[ann] \n');
  const long = shown(`one\n${'x'.repeat(5_000)}\n[bob] hi`);
  expect(long.startsWith('[ann] one\n| xxx')).toBe(true);
  expect(long.endsWith('x\n| [bob] hi\n')).toBe(true);
});

test('entries are encoded in portions, and none is cut or left out', () => {
  const entries = Array.from({ length: 5_000 }, (_, at) => entry('x'.repeat(at % 7 === 0 ? 40_000 : 3), at + 1));
  const portions = [...portionsOf(entries)];
  expect(portions.flat()).toEqual(entries);
  const size = (of: readonly { body: string }[]) => of.reduce((sum, { body }) => sum + body.length, 0);
  for (const portion of portions) expect(size(portion)).toBeLessThan(64 * 1024 + 40_000);
});

test('what many members say in one turn is told in pieces, to each dialect, and in order', async () => {
  const chat = chatInMemory();
  const reader = chat.plain();
  await reader.hears('alone');
  const members = Array.from({ length: 10 }, () => chat.json());
  const body = '\n'.repeat(16_384);
  for (const [at, member] of members.entries()) {
    member.say({ type: 'hello', version: 1, name: `${'𠀀'.repeat(31)}${at}` });
    member.say({ type: 'join', room: 'lobby', replay: 0 });
  }
  await Promise.all(members.map((member) => member.next('joined')));
  for (const member of members)
    for (let at = 0; at < 5; at++) member.say({ type: 'say', room: 'lobby', body, id: `${at}` });
  const acknowledged = async (member: (typeof members)[number]) => {
    for (let at = 0; at < 5; at++) await member.next('ack');
  };
  await Promise.all(members.map(acknowledged));
  const [first] = members as [(typeof members)[number]];
  first.say({ type: 'say', room: 'lobby', body: 'the last' });
  await Promise.all([first.hears('the last'), reader.hears('the last')]);
  const entries = first.messages().filter(({ type }) => type === 'entry');
  expect(entries.map(({ number }) => number)).toEqual(Array.from({ length: 51 }, (_, at) => at + 1));
  expect(reader.lines.filter((line) => line === '| ')).toHaveLength(50 * 16_384);
});

test('for a member that does not read, no page is read after the one that it does not take', async () => {
  const journal = memoryJournal();
  const body = 'x'.repeat(262_144);
  await journal.append(
    'lobby',
    Array.from({ length: 32 }, () => ({ from: 'ann', body })),
  );
  let inHand = 0;
  let largest = 0;
  let reads = 0;
  const counting: Journal = {
    ...bound(journal),
    async read(room, range) {
      reads++;
      largest = Math.max(largest, ++inHand);
      const entries = await journal.read(room, range);
      expect(entries.reduce((sum, each) => sum + each.body.length, 0)).toBeLessThan(64 * 1024 + 262_144);
      inHand--;
      return entries;
    },
  };
  const chat = chatInMemory({ journal: counting });
  const members = Array.from({ length: 50 }, () => chat.json());
  for (const member of members) {
    member.say({ type: 'hello', version: 1 });
    member.say({ type: 'join', room: 'lobby', replay: 32 });
    member.pause();
  }
  await expect.poll(() => reads).toBeGreaterThan(49);
  for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
  expect(largest).toBe(1);
  expect(reads).toBeLessThan(150);
});

function bound(journal: Journal): Journal {
  return {
    epoch: journal.epoch,
    append: (room, drafts) => journal.append(room, drafts),
    read: (room, range) => journal.read(room, range),
    bounds: (room) => journal.bounds(room),
    follow: (room, receive) => journal.follow(room, receive),
    close: () => journal.close(),
  };
}

test('a queue of reads gives the event loop its turns, and goes round', async () => {
  const queue = new FairQueue();
  const order: string[] = [];
  let turns = 0;
  const counter = setInterval(() => turns++, 0);
  onTestFinished(() => clearInterval(counter));
  const read = async (name: string) => {
    for (let page = 0; page < 10; page++) {
      await queue.add(async () => {
        order.push(name);
        const until = performance.now() + 2;
        while (performance.now() < until);
      });
    }
  };
  await Promise.all(['a', 'b', 'c'].map(read));
  expect(order.join('')).toBe('abc'.repeat(10));
  expect(turns).toBeGreaterThan(4);
  await expect(queue.add(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('a member that asks for much waits for its answers, and is heard meanwhile', async () => {
  const journal = memoryJournal();
  const body = 'x'.repeat(262_144);
  await journal.append(
    'r',
    Array.from({ length: 8 }, () => ({ from: 'ann', body })),
  );
  const chat = chatInMemory({ journal });
  const [greedy, other] = [chat.json(), chat.json()];
  for (const member of [greedy, other]) {
    member.say({ type: 'hello', version: 1 });
    member.say({ type: 'join', room: 'r', replay: 0 });
    await member.next('joined');
  }
  for (let at = 0; at < 40; at++) greedy.say({ type: 'history', room: 'r', limit: 200 });
  // Each answer is 1 MiB, the price of 64 messages.
  for (let at = 0; at < 2; at++) await greedy.next('history');
  greedy.say({ type: 'say', room: 'r', body: 'heard', id: '1' });
  await greedy.next('ack');
  other.say({ type: 'history', room: 'r' });
  await other.next('history');
  other.say({ type: 'say', room: 'r', body: 'heard too', id: '1' });
  await other.next('ack');
  const answers = () => greedy.messages().filter(({ type }) => type === 'history').length;
  expect(answers()).toBe(2);
  chat.clock.pass(3_000);
  await greedy.next('history');
  expect(answers()).toBe(3);
});
