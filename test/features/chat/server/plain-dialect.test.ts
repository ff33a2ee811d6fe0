import { describe, expect, test } from 'vitest';
import { WirelineError } from '../../../../src/core/index.js';
import { memoryJournal } from '../../../../src/features/chat/journal/memory.js';
import { jsonDialect } from '../../../../src/features/chat/server/dialects/json.js';
import { plainDialect } from '../../../../src/features/chat/server/dialects/plain.js';
import { wrongProtocol } from '../../../../src/features/chat/server/dialects/wrong-protocol.js';
import { detect, memoryPair } from '../../../../src/net/index.js';
import { type ChatEnd, chatInMemory } from '../../../support/chat.js';
import { Recorder } from '../../../support/recorder.js';

/** A plain client in the lobby, under a name of its own. */
async function person(end: ChatEnd, name: string): Promise<ChatEnd> {
  end.send(`/nick ${name}\n`);
  await end.hears(`is now ${name}\n`);
  return end;
}

describe('a plain client', () => {
  test('is greeted with the name that it is given and the room that it is in', async () => {
    const end = chatInMemory({ lobby: 'chat' }).plain();
    await end.hears('* welcome: you are guest-1. /nick NAME changes that; /help says more\n');
    await end.hears('* you are in chat, alone\n');
  });

  test('hears others, each line with its sender, and not itself', async () => {
    const chat = chatInMemory();
    const ann = await person(chat.plain(), 'ann');
    const bob = await person(chat.plain(), 'bob');
    ann.send('hello\n\n\r\nagain\r\n');
    await bob.hears('[ann] hello\n[ann] again\n');
    bob.send('hi\n');
    await ann.hears('[bob] hi\n');
    // A client that never sends a newline.
    chat.plain().send('no newline');
    await ann.hears('] no newline\n');
    expect(ann.text()).not.toContain('[ann]');
  });

  test('may say its name and its first words in one piece', async () => {
    const chat = chatInMemory();
    const ann = await person(chat.plain(), 'ann');
    chat.plain().send('/nick bob\nhello\n');
    await ann.hears('* guest-2 is now bob\n');
    await ann.hears('[bob] hello\n');
  });

  test('takes a name in one piece with its words, and hears none of them; others hear all in order', async () => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    ann.send('one\n/nick cat\ntwo\n');
    // The name is free when the directory has answered, and what was said under it is still on its way.
    for (let promise = 0; promise < 8; promise++) await null;
    bob.send('/nick ann\n');
    await bob.hears('[ann] one\n[cat] two\n* ann is now cat\n* bob is now ann\n');
    bob.send('three\n');
    await ann.hears('[ann] three\n');
    expect(ann.text()).not.toMatch(/\] (one|two)/);
    expect(bob.text()).not.toContain('three');
  });

  test('receives what is said to it alone under the name that it has, in any case, and under no name of before', async () => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    bob.send('/nick rob\n');
    await ann.hears('* bob is now rob\n');
    ann.send('/msg bob lost\n/msg ROB found\n');
    await bob.hears('[ann to rob] found\n');
    await ann.hears('* nobody of that name is here\n[ann to rob] found\n');
    const eve = await person(chat.plain(), 'bob');
    ann.send('/msg bob for eve\n');
    await eve.hears('[ann to bob] for eve\n');
    bob.cut();
    await ann.hears('* rob has left lobby\n');
    ann.send('/msg rob nobody\n/msg bob still here\n');
    await eve.hears('[ann to bob] still here\n');
  });

  test('is told what was said before it came', async () => {
    const chat = chatInMemory({ replay: 2 });
    const ann = await person(chat.plain(), 'ann');
    const carol = await person(chat.plain(), 'carol');
    ann.send('one\ntwo\nthree\n');
    await carol.hears('[ann] three\n');
    carol.cut();
    await ann.hears('* carol has left lobby\n');
    const bob = chat.plain();
    await bob.hears('* you are in lobby, with 1 other\n* ');
    await bob.hears('\n[ann] two\n[ann] three\n* what follows is said now\n');
    expect(bob.text()).toMatch(/^\* \d{4}-\d\d-\d\d \d\d:\d\d\n\[ann\] two$/m);
    expect(bob.text()).not.toContain('one');
    bob.send('/history 3\n');
    await bob.hears('[ann] one\n[ann] two\n[ann] three\n');
  });

  test('commands rooms, whispers, topics, and is told of what it does wrong', async () => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    bob.send('/join #Dev\n');
    await bob.hears('* you are in dev, alone\n');
    await ann.hears('* bob has left lobby\n');
    ann.send('/rooms\n/msg bob only you\n/msg carol x\n/msg bob\n/topic sockets\n');
    await ann.hears('* rooms: lobby (1), dev (1)\n[ann to bob] only you\n* nobody of that name is here\n');
    await ann.hears('* /msg NAME TEXT\n');
    await ann.hears('* ann has set the topic: sockets\n');
    ann.send('/topic\n/who dev\n/who none\n');
    await ann.hears('* topic: sockets\n* in dev: bob\n* in none: nobody\n');
    await bob.hears('[ann to bob] only you\n');
    bob.send('/join a b\n/join lobby\n');
    await bob.hears("* a room's name is of letters");
    await bob.hears('* you are in lobby, with 1 other\n* topic: sockets\n');
    ann.send('/nick BOB\n/nick a b\n/what\n');
    await ann.hears('* the name bob is in use\n* a name is of letters');
    await ann.hears('* there is no command /what: /help says which there are\n');
    ann.send('/topic -\n');
    await ann.hears('* ann has cleared the topic\n');
    ann.send('/topic\n');
    await ann.hears('* there is no topic\n');
    ann.send('/help\n');
    await ann.hears('* /nick NAME       take another name\n');
    expect(chat.journal.bounds('lobby').last).toBe(0);
  });

  test('says what begins with a slash with two of them', async () => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    ann.send('//etc/hosts\n');
    await bob.hears('[ann] /etc/hosts\n');
  });

  test.each(['Bye', '/q', '/quit'])('leaves by %s, and what it said before is kept', async (word) => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    ann.send(`last\n${word}\nnever\n`);
    await ann.hears('* goodbye\n');
    expect((await ann.closed).reason).toBe('ended');
    await bob.hears('[ann] last\n');
    await bob.hears('* ann has left lobby\n');
    expect(bob.text()).not.toContain('never');
    const other = chat.plain();
    await person(other, 'ann');
  });

  test.each(['goodbye', ' Bye', 'bye', 'Bye!'])('does not leave by %j', async (words) => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    ann.send(`${words}\n`);
    await bob.hears(`[ann] ${words}\n`);
  });

  test('that ends its side is answered first', async () => {
    const chat = chatInMemory();
    const ann = chat.plain();
    ann.send('hello\n/history\n');
    ann.end();
    await ann.closed;
    expect(chat.journal.bounds('lobby').last).toBe(1);
    expect(ann.text()).toContain('you are in lobby');
  });

  test('cannot forge a line, move the cursor or hide what it says', async () => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    ann.send('x\r[bob] forged\n\x1b[2J\x07 \u202egnihton\u2028[bob] no\n');
    await bob.hears('[ann] x^M[bob] forged\n[ann] ^[[2J^G <U+202E>gnihton<U+2028>[bob] no\n');
    ann.send('/topic \x1b]0;title\x07\n');
    await bob.hears('* ann has set the topic: ^[]0;title^G\n');
    const json = chat.json();
    json.say({ type: 'hello', version: 1, name: 'eve' });
    json.say({ type: 'join', room: 'lobby' });
    json.say({ type: 'say', room: 'lobby', body: 'one\n[bob] two\r\nthree' });
    await bob.hears('[eve] one\n[eve] [bob] two\n[eve] three\n');
  });

  test('has a line that is too long dropped whole, with a word, and goes on', async () => {
    const chat = chatInMemory({ maxMessage: 1000 });
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    for (let i = 0; i < 50; i++) ann.send('x'.repeat(100));
    ann.send(`\n${'y'.repeat(1001)}\nshort\n${'z'.repeat(1000)}\n`);
    await ann.hears('* a line was too long, and is dropped\n* a line was too long, and is dropped\n');
    await bob.hears('[ann] short\n');
    await bob.hears(`[ann] ${'z'.repeat(1000)}\n`);
    expect(bob.text()).not.toContain('xx');
    expect(bob.text()).not.toContain('yy');
  });

  test('has bytes that are no UTF-8 shown as such, and what it says in UTF-8 unchanged', async () => {
    const chat = chatInMemory();
    const [ann, bob] = [await person(chat.plain(), 'ann'), await person(chat.plain(), 'bob')];
    ann.send('héllo 👩‍👩‍👧 日本語\n');
    await bob.hears('[ann] héllo 👩‍👩‍👧 日本語\n');
  });

  test('that is too fast is delayed, with a word', async () => {
    const chat = chatInMemory({ rateLimit: { rate: 10, burst: 3, maxDelayMs: 60_000 } });
    const ann = chat.plain();
    await ann.hears('alone\n');
    ann.send('1\n2\n3\n4\n5\n');
    await ann.hears('* you are sending faster than is allowed: messages are delayed\n');
    for (let i = 0; i < 5; i++) {
      chat.clock.pass(1000);
      await new Promise(setImmediate);
    }
    expect((await chat.journal.read('lobby', { after: 0, limit: 9 })).map(({ body }) => body)).toEqual([...'12345']);
  });

  test('is told that what it said was not stored', async () => {
    const journal = memoryJournal();
    const chat = chatInMemory({
      journal: Object.assign(journal, { append: () => Promise.reject(new Error('disk full')) }),
    });
    const ann = chat.plain();
    ann.send('hello\n');
    await ann.hears('* not stored: disk full\n');
  });
});

test('a journal that cannot be read is told, and harms nobody else', async () => {
  const journal = memoryJournal();
  const chat = chatInMemory({ journal });
  const ann = await person(chat.plain(), 'ann');
  ann.send('/history\nhello\n');
  await ann.hears('* nothing is kept of what was said here\n');
  const bob = chat.plain();
  await bob.hears('[ann] hello\n');
  await person(bob, 'bob');
  const gone = new WirelineError('failed', 'the journal /home/x: the disk is gone', {
    cause: new Error('the disk is gone'),
  });
  Object.assign(journal, { read: () => Promise.reject(gone) });
  ann.send('/history\n');
  await ann.hears('* cannot be read: the disk is gone\n');
  bob.send('still here\n');
  await ann.hears('[bob] still here\n');
  const late = chat.plain();
  await late.hears('* cannot be read: the disk is gone\n* goodbye\n');
});

test('a journal that fails as soon as it is looked at is told, and takes nobody with it', async () => {
  const journal = memoryJournal();
  const chat = chatInMemory({ journal, rateLimit: { rate: 1, burst: 1, maxDelayMs: 60_000 } });
  const ann = await person(chat.plain(), 'ann');
  Object.assign(journal, {
    bounds: () => {
      throw new WirelineError('failed', 'the journal /home/x: the disk is gone', {
        cause: new Error('the disk is gone'),
      });
    },
  });
  const bob = chat.plain();
  await bob.hears('* cannot be read: the disk is gone\n');
  ann.send('/history\n/join dev\n/rooms\n');
  await ann.hears('delayed');
  for (let i = 0; i < 10; i++) {
    chat.clock.pass(1000);
    await new Promise(setImmediate);
  }
  await ann.hears('* cannot be read: the disk is gone\n* cannot be read: the disk is gone\n* rooms: lobby (1)\n');
});

test('a full lobby leaves a client in no room, and says so', async () => {
  const chat = chatInMemory({ maxMembers: 1 });
  const ann = await person(chat.plain(), 'ann');
  const bob = chat.plain();
  await bob.hears('* lobby is full\n');
  bob.send('hello\n/who\n/history\n');
  await bob.hears('* you are in no room: /join ROOM\n* you are in no room: /join ROOM\n* you are in no room');
  bob.send('/join other\n');
  await bob.hears('* you are in other, alone\n');
  expect(ann.text()).not.toContain('hello');
});

describe('telnet', () => {
  const iac = '\xff';

  test.each([
    ['offers of options', `${iac}\xfb\x18${iac}\xfd\x01hello\r\n`],
    ['a subnegotiation', `he${iac}\xfa\x18\0xterm${iac}${iac}\xf0${iac}\xf0llo\r\n`],
    ['a command', `hel${iac}\xf1lo\r\n`],
  ])('has %s swallowed, also byte by byte', async (_what, text) => {
    for (const pieces of [[text], [...text]]) {
      const chat = chatInMemory();
      const ann = await person(chat.plain(), 'ann');
      const bob = chat.plain();
      for (const piece of pieces) bob.sendBytes(Buffer.from(piece, 'latin1'));
      await ann.hears('[guest-2] hello\n');
    }
  });
});

describe('a stranger', () => {
  test.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', /^HTTP\/1\.1 400 .*try nc/s],
    ['TLS', '\x16\x03\x01\x02\0', /^\* This port is a chat without TLS/],
  ])('of %s gets one line of explanation', async (_name, first, answer) => {
    const client = new Recorder();
    memoryPair(
      client.service,
      detect(wrongProtocol, () => ({ data() {} })),
    );
    client.peer.write(Buffer.from(first, 'latin1'));
    await client.closed;
    expect(client.text).toMatch(answer);
  });
});

test('after the greeting, people may write capitals and braces', async () => {
  const strange = chatInMemory();
  const service = detect([jsonDialect(strange.chat), ...wrongProtocol], plainDialect(strange.chat), {
    clock: strange.clock,
  });
  const heard = await person(strange.plain(), 'ann');
  for (const words of ['GET well soon', 'PUT the kettle on', '{ curly }']) {
    const client = new Recorder();
    memoryPair(client.service, service);
    strange.clock.pass(300);
    await client.until(() => client.text.includes('welcome'));
    client.peer.write(`${words}\n`);
    await heard.hears(`] ${words}\n`);
  }
  const program = new Recorder();
  memoryPair(program.service, service);
  strange.clock.pass(300);
  await program.until(() => program.text.includes('welcome'));
  program.peer.write('{"type":"hello","version":1}\n');
  await program.until(() => program.text.includes('"type":"welcome"'));
});
