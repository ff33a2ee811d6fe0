import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Renderer } from '../../../../src/features/chat/terminal/renderer.js';
import { view } from '../../../../src/features/chat/terminal/view.js';
import { Typist } from '../../../support/typist.js';

/** As much of a terminal as the painter uses: rows that are set, and a cursor. */
class Glass {
  rows: string[] = [];
  cursor = '';

  show(frame: string): void {
    for (const piece of frame.split('\x1b[').slice(1)) {
      const [, code = '', text = ''] = /^([\d;?]*[A-Za-z])(.*)$/su.exec(piece) ?? [];
      const [, row] = /^(\d+);\d+H$/.exec(code) ?? [];
      if (row !== undefined) this.cursor = code;
      if (code === '2J') this.rows = [];
      if (code === '2K') this.rows[this.#row] = '';
      // Looks and columns are kept as they came: two that are equal are seen as equal.
      const look = /[mG]$/.test(code) ? `<${code}>` : '';
      if (look + text !== '' && this.rows[this.#row] !== undefined) this.rows[this.#row] += look + text;
    }
  }

  get #row(): number {
    return Number(this.cursor.split(';')[0]) - 1;
  }
}

const happenings = fc.oneof(
  fc
    .constantFrom('\x1b[5~', '\x1b[6~', '\x1b', '\r', '\x7f', '\t', '/more\r', '\x1bv', '\x1b2', '\x0e', '\x03')
    .map((keys) => ({ keys })),
  fc.string({ unit: 'grapheme', maxLength: 6 }).map((keys) => ({ keys })),
  fc.record({ columns: fc.integer({ min: 1, max: 90 }), rows: fc.integer({ min: 1, max: 30 }) }),
  fc.record({
    body: fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('\n'.repeat(50), '日本 '.repeat(900), 'x'.repeat(5_000)),
    ),
    room: fc.constantFrom('dev', 'pub'),
    daysAgo: fc.nat({ max: 2 }),
  }),
  fc.record({ type: fc.constantFrom('join' as const, 'leave' as const), name: fc.constantFrom('bob', 'cy', 'ada') }),
);

test('what is painted piece by piece is what is painted at once, whatever happens', () => {
  const property = fc.property(fc.array(happenings, { maxLength: 40 }), (all) => {
    const typist = Typist.joined({ rooms: ['dev', 'pub'] });
    const painter = new Renderer('many');
    const glass = new Glass();
    for (const each of all) {
      if ('keys' in each) typist.type(each.keys);
      else if ('body' in each)
        typist.entry(each.body, { room: each.room, time: typist.now - each.daysAgo * 86_400_000 });
      else if ('type' in each) typist.told({ ...each, room: 'dev' });
      else {
        typist.resize(each.columns, each.rows);
        painter.forget();
      }
      const { columns, rows } = typist.model;
      const screen = view(typist.model);
      expect(screen.rows).toHaveLength(rows);
      glass.show(painter.frame(screen, columns));
      const whole = new Glass();
      whole.show(new Renderer('many').frame(view(typist.model), columns));
      expect(glass).toEqual(whole);
    }
  });
  fc.assert(property, { numRuns: 100 });
});
