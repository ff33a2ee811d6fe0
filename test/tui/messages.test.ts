import { describe, expect, test } from 'vitest';
import { keys, Typist } from '../support/typist.js';

describe('messages', () => {
  test('are rows with a time, and what is being typed stays while they come', () => {
    const typist = Typist.joined().type('half a sen');
    typist.entry('hello').entry('more');
    expect(typist.screen).toEqual(
      [
        ' 1 dev',
        ...['', '', '', ''],
        '12:00 bob: hello',
        '12:00 bob: more',
        ' ada in dev: connected',
        '> half a sen',
      ].toSpliced(1, 0, ''),
    );
    expect(typist.cursor).toEqual({ row: 9, column: 12 });
    typist.type('tence', keys.enter);
    expect(typist.sayings).toEqual(['dev: half a sentence']);
    expect(typist.input).toBe('>');
  });

  test('of our own are sending, then sent, or failed with the reason', () => {
    const typist = Typist.joined().type('one', keys.enter).type('two', keys.enter);
    expect(typist.messages).toEqual(['12:00 ada: one (sending)', '12:00 ada: two (sending)']);
    expect(typist.stateLine).toContain('2 sending');
    const [one, two] = typist.effects.flatMap((effect) => (effect.do === 'say' ? [effect.id] : []));
    typist.entry('meanwhile').entry('one', { from: 'ada' });
    typist.said(one as string, { number: 2 }).said(two as string, { failed: 'too many messages' });
    expect(typist.messages).toEqual([
      '12:00 bob: meanwhile',
      '12:00 ada: one ✓',
      '12:00 ada: two (failed: too many messages)',
    ]);
    expect(typist.stateLine).not.toContain('sending');
  });
});
