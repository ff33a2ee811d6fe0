import { expect, test } from 'vitest';
import { Budget, type Connection } from '../../../../src/core/index.js';
import { memoryJournal } from '../../../../src/features/chat/journal/memory.js';
import { jsonEncoder } from '../../../../src/features/chat/server/dialects/json-encoder.js';
import { FairQueue } from '../../../../src/features/chat/server/fair-queue.js';
import { Member } from '../../../../src/features/chat/server/member.js';
import { Subscription } from '../../../../src/features/chat/server/subscription.js';

/** A connection that takes nothing until it is told to. */
class Clogged implements Connection {
  readonly id = 1;
  readonly address = { name: 'test' };
  readonly remote = 'test';
  readonly secure = false;
  state = 'open' as const;
  readonly paused = false;
  backlog = 0;
  written = '';

  write(bytes: Uint8Array): boolean {
    this.written += new TextDecoder().decode(bytes);
    this.backlog += bytes.length;
    return this.backlog < 64 * 1024;
  }
  flush() {}
  pause() {}
  resume() {}
  end() {}
  close() {}
  fail() {}
}

/** What is promised by what was promised, until nothing more happens. */
const quiet = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
};

test('who catches up is told as much as it takes, and the rest once, whatever the length of the entries', async () => {
  const journal = memoryJournal();
  const sizes = Array.from({ length: 80 }, (_, i) => (i % 10 === 0 ? 200_000 : i * 100));
  await journal.append(
    'a',
    sizes.map((size) => ({ from: 'ann', body: 'x'.repeat(size) })),
  );
  const peer = new Clogged();
  const member = new Member(peer, jsonEncoder, 1_000_000, new Budget(1e9));
  new Subscription('a', journal, new FairQueue(), member, 0).start();
  for (let told = -1; peer.written.length > told; ) {
    await quiet();
    expect(peer.backlog).toBeLessThan(64 * 1024 + 64 * 1024 + 200_000 + 10_000);
    told = peer.written.length;
    peer.backlog = 0;
    member.onDrain();
    await quiet();
  }
  const entries = peer.written.split('\n').slice(0, -1);
  const told = entries.map((line) => JSON.parse(line) as { number: number; body: string });
  expect(told.map(({ number }) => number)).toEqual(sizes.map((_, i) => i + 1));
  expect(told.map(({ body }) => body.length)).toEqual(sizes);
});
