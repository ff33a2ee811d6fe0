import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import type { ChatDiagnostic } from '../../../../src/features/chat/server/events.js';
import { chatInMemory } from '../../../support/chat.js';

test('the diagnostics channel of a chat has names, appended and delivered messages', async () => {
  const events: ChatDiagnostic[] = [];
  const onEvent = (event: unknown) => void events.push(event as ChatDiagnostic);
  subscribe('wireline:chat', onEvent);
  onTestFinished(() => void unsubscribe('wireline:chat', onEvent));
  const chat = chatInMemory();
  const [ann, bob] = [chat.plain(), chat.plain()];
  ann.send('/nick ann\n');
  await ann.hears('ann\n');
  bob.send('/nick bob\n');
  await ann.hears('bob\n');
  ann.send('hello\n');
  await bob.hears('hello\n');
  await expect.poll(() => events.map(({ type }) => type)).toContain('appended');
  expect(events.flatMap((event) => (event.type === 'named' ? [event.name] : []))).toEqual(
    expect.arrayContaining(['ann', 'bob']),
  );
  expect(events).toContainEqual({ type: 'delivered', room: 'lobby', count: 1, members: 2 });
  expect(events).toContainEqual({ type: 'appended', room: 'lobby', count: 1, last: 1 });
});
