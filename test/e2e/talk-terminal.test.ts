import { describe, expect, test } from 'vitest';
import { until } from '../support/cli.js';
import { freePort } from '../support/free-port.js';
import { ifTerminals, noTerminals, Terminal } from '../support/terminal.js';

/** Two terminals with a talk between them: who listens, and who has connected. `more` is for each command line. */
async function talk(options = '', more: [string, string] = ['', '']): Promise<[Terminal, Terminal]> {
  const listening = new Terminal(`talk --listen 127.0.0.1:0 ${options} ${more[0]}`);
  const [, port] = await listening.shows(/listening on 127\.0\.0\.1:(\d+)/);
  const connected = new Terminal(`talk 127.0.0.1 ${port} ${options} ${more[1]}`);
  await connected.shows(/^>/m);
  return [listening, connected];
}

const over = { status: 0, restored: true };

describe.skipIf(noTerminals)(`talk, typed by hand in two terminals${ifTerminals}`, { timeout: 60_000 }, () => {
  test('what each says, the other sees', async () => {
    const [first, second] = await talk();
    second.enter('hello there');
    await first.shows(/^hello there\n>$/m);
    first.enter('grüße 🦊 zurück');
    await second.shows(/^> hello there\ngrüße 🦊 zurück\n>$/m);
    first.enter('and more');
    await second.shows(/^grüße 🦊 zurück\nand more\n>$/m);
    await first.shows(/^hello there\n> grüße 🦊 zurück\n> and more\n>$/m);
  });

  test('what arrives while a line is typed does not spoil it', async () => {
    const [first, second] = await talk();
    first.type('half a thou');
    await first.shows(/^> half a thou$/m);
    second.enter('one');
    second.enter('two');
    await first.shows(/^one\ntwo\n> half a thou$/m);
    expect(first.screen).not.toMatch(/half a thou[^$]*half a thou/);
    first.enter('ght');
    await second.shows(/^> two\nhalf a thought\n>$/m);
    await first.shows(/^> half a thought\n>$/m);
  });

  test('nor one that fills several rows, nor where the cursor is in its middle', async () => {
    const [first, second] = await talk();
    const long = 'abcdefghij'.repeat(20);
    first.type(long);
    await first.shows(/abcdefghij$/);
    second.enter('in between');
    await first.shows(new RegExp(`^in between\n> ${long}$`, 'm'));
    first.press('Left', 'Left');
    second.enter('once more');
    await first.shows(new RegExp(`^in between\nonce more\n> ${long}$`, 'm'));
    first.enter('X');
    await second.shows(new RegExp(`^${long.slice(0, -2)}Xij\n>$`, 'm'));
  });

  test('a pasted line of 100,000 characters arrives whole, also while the other types', async () => {
    const [first, second] = await talk('', ['> "$OUT"', '']);
    first.type('typing');
    const long = '0123456789'.repeat(10_000);
    second.paste(long);
    second.press('Enter');
    await until(() => first.printed.length > long.length, 'the line has come');
    expect(first.printed === `${long}\n`).toBe(true);
    first.enter(' on');
    await second.shows(/^typing on\n>$/m);
  });

  test('pasted lines are each sent, once and in order', async () => {
    const [first, second] = await talk('', ['> "$OUT"', '']);
    const lines = Array.from({ length: 300 }, (_, at) => `line ${at}\n`).join('');
    second.paste(lines);
    await until(() => first.printed.length >= lines.length, 'the lines have come');
    expect(first.printed).toBe(lines);
  });

  test.each([
    ['Control-D', (terminal: Terminal) => terminal.press('C-d')],
    ['/q', (terminal: Terminal) => terminal.enter('/q')],
  ])(
    '%s at either end ends both, and the terminals are as before',
    async (_, leave) => {
      for (const options of ['', '--turns']) {
        for (const leaver of [0, 1]) {
          const pair = await talk(options);
          pair[1].enter('hello');
          await pair[0].shows(/^hello\n>$/m);
          pair[1 - leaver]?.type('not finished');
          await pair[1 - leaver]?.shows(/not finished$/);
          leave(pair[leaver] as Terminal);
          expect(await Promise.all(pair.map((terminal) => terminal.over()))).toEqual([over, over]);
          // What was typed stays to be seen, and who is left is told why it is over.
          expect(pair[1 - leaver]?.screen).toMatch(/not finished\n\* .* has left$/m);
          expect(/has left/.test(pair[1].screen)).toBe(leaver === 0);
        }
      }
    },
    60_000,
  );

  test('a/q, /quit and /q among words are messages', async () => {
    const [first, second] = await talk();
    for (const words of ['a/q', '/quit', ' /q', '/q now']) second.enter(words);
    await first.shows(/^a\/q\n\/quit\n \/q\n\/q now\n>$/m);
    first.enter('still here');
    await second.shows(/^still here\n>$/m);
  });

  test('in turns, what is typed ahead is used in order, each line once', async () => {
    const [first, second] = await talk('--turns');
    first.enter('b1');
    first.enter('b2');
    first.enter('b3');
    second.enter('a1');
    await second.shows(/^> a1\nb1\n>$/m);
    second.enter('a2');
    second.enter('a3');
    await second.shows(/b3\n>$/);
    expect(second.screen.split('\n').filter((line) => /^b\d$/.test(line))).toEqual(['b1', 'b2', 'b3']);
    expect(first.screen.split('\n').filter((line) => /^a\d$/.test(line))).toEqual(['a1', 'a2', 'a3']);
    second.enter('/q');
    expect(await Promise.all([first.over(), second.over()])).toEqual([over, over]);
  });

  test('what is typed before the other comes is said first', async () => {
    const listening = new Terminal('talk --listen 127.0.0.1:0');
    const [, port] = await listening.shows(/listening on 127\.0\.0\.1:(\d+)/);
    listening.enter('early');
    await listening.shows(/^early$/m);
    listening.enter('bird');
    await listening.shows(/^bird$/m);
    const connected = new Terminal(`talk 127.0.0.1 ${port}`);
    await connected.shows(/^early\nbird\n>$/m);
    connected.enter('worm');
    await listening.shows(/^worm\n>$/m);
  });

  test.each([
    ['Control-D', (terminal: Terminal) => terminal.press('C-d')],
    ['/q', (terminal: Terminal) => terminal.enter('/q')],
  ])('%s before the other comes ends it', async (_, leave) => {
    const listening = new Terminal('talk --listen 127.0.0.1:0');
    await listening.shows(/listening on/);
    leave(listening);
    expect(await listening.over()).toEqual({ status: 1, restored: true });
    expect(listening.screen).toMatch(/^wireline: left before the other came$/m);
  });

  test('where nobody listens, it ends, and the terminal is as before', async () => {
    const alone = new Terminal(`talk 127.0.0.1 ${await freePort()}`);
    expect(await alone.over()).toEqual({ status: 3, restored: true });
  });

  test('in turns, there is a prompt only where it is one’s turn', async () => {
    const [first, second] = await talk('--turns');
    await second.shows(/^>$/m);
    expect(first.screen).not.toMatch(/^>/m);
    second.enter('a1');
    await first.shows(/^a1\n>$/m);
    await second.shows(/^> a1$/m);
    expect(second.screen).toMatch(/> a1$/);
    first.enter('b1');
    await second.shows(/^> a1\nb1\n>$/m);
  });

  test('Control-C ends both, and the terminals are as before', async () => {
    const [first, second] = await talk();
    second.type('half');
    await second.shows(/^> half$/m);
    second.press('C-c');
    expect(await second.over()).toEqual({ status: 130, restored: true });
    expect(await first.over()).toMatchObject({ restored: true });
  });
});
