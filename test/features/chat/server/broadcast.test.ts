import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Broadcast } from '../../../../src/features/chat/server/broadcast.js';
import { plainEncoder } from '../../../../src/features/chat/server/dialects/plain-encoder.js';

test('a member of a dialect without echo is told all but its own, in order', () => {
  const senders = fc.array(fc.constantFrom('ann', 'bob', 'cec'), { maxLength: 20 });
  fc.assert(
    fc.property(senders, (names) => {
      const entries = names.map((from, at) => ({ from, body: `number ${at}\nof ${from}`, number: at + 1, time: 7 }));
      const news = new Broadcast('lobby', entries);
      for (const name of ['ann', 'bob', 'cec', 'dan']) {
        const told: Uint8Array[] = [];
        news.tell(new Set([name]), plainEncoder, (bytes) => told.push(bytes));
        const others = entries.filter(({ from }) => from !== name);
        expect(Buffer.concat(told)).toEqual(Buffer.from(plainEncoder.entries('lobby', others)));
      }
    }),
  );
});
