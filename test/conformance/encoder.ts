import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/features/chat/protocol/journal.js';
import type { ServerMessage } from '../../src/features/chat/protocol/messages.js';
import type { Encoder } from '../../src/features/chat/server/encoder.js';

const hostile = 'x\x1b[31m\n[eve] forged\r\u009b2J\u202e';
const entry = (number: number, body: string, from = 'ann'): Entry => ({
  number,
  time: 1000 * number,
  from,
  body,
  key: 'secret:1',
});

const messages: readonly ServerMessage[] = [
  { type: 'welcome', version: 1, name: 'ann', secret: 's', maxMessage: 1 },
  { type: 'joined', room: 'r', epoch: 'e', first: 1, last: 2, after: 2, recovered: false, members: 1, topic: hostile },
  { type: 'join', room: 'r', name: 'bob' },
  { type: 'leave', room: 'r', name: 'bob' },
  { type: 'entry', room: 'r', number: 1, time: 1, from: 'bob', body: hostile },
  { type: 'ack', room: 'r', id: hostile, number: 1 },
  { type: 'msg', from: 'bob', to: 'ann', body: hostile, time: 1 },
  { type: 'who', room: 'r', names: ['ann', 'bob'] },
  { type: 'history', room: 'r', first: 1, entries: [{ number: 1, time: 1, from: 'bob', body: hostile }] },
  { type: 'topic', room: 'r', name: 'bob', topic: hostile },
  { type: 'nick', from: 'bob', name: 'eve' },
  { type: 'rooms', rooms: [{ room: 'r', members: 1 }] },
  { type: 'ping' },
  { type: 'pong', id: hostile },
  { type: 'notice', message: hostile },
  { type: 'error', code: 'limit', message: hostile, room: 'r' },
  { type: 'bye', reason: 'shutdown', again: 'later', waitMs: 1 },
];

/** A encoder under test, and what a line of it may be. */
export interface VoiceUnderTest {
  readonly name: string;
  readonly encoder: Encoder;
  readonly line: RegExp;
}

/** The contract of {@link Encoder}: what a dialect says is whole lines, the same each time, and forged by nobody. */
export function encoderConformance({ name, encoder, line }: VoiceUnderTest): void {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  const expectLines = (said: string) => {
    if (said === '') return;
    expect(said.endsWith('\n')).toBe(true);
    for (const each of said.slice(0, -1).split('\n')) expect(each).toMatch(line);
  };

  describe(`the encoder ${name}`, () => {
    test.each(messages)('says $type in whole lines, and the same each time', (message) => {
      const said = text(encoder.message(message));
      expectLines(said);
      expect(text(encoder.message(message))).toBe(said);
    });

    test('says entries one after the other as it says each alone', () => {
      const entries = [entry(1, 'one'), entry(2, hostile, 'bob'), entry(3, 'ünï 👋'), entry(4, 'a\nb')];
      const together = text(encoder.entries('r', entries));
      expect(together).toBe(entries.map((each) => text(encoder.entries('r', [each]))).join(''));
      expectLines(together);
      expect(text(encoder.entries('r', []))).toBe('');
      expect(together).not.toContain('secret:1');
    });

    test('says what was stored in lines, or not at all', () => {
      expectLines(
        text(
          encoder.acks('r', [
            { id: hostile, number: 1 },
            { id: 'b', number: 2 },
          ]),
        ),
      );
      expect(text(encoder.acks('r', []))).toBe('');
    });

    test('says what was said before in whole lines too', () => {
      if (!encoder.past || !encoder.present) return expect(encoder.present).toBe(encoder.past);
      expectLines(text(encoder.past([entry(1, 'one'), entry(1e6, hostile)], undefined)));
      expectLines(text(encoder.present()));
    });
  });
}
