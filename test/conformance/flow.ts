import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Input, Output } from '../../src/core/index.js';

/** An implementation of {@link Input} under test. */
export interface InputUnderTest {
  readonly name: string;
  /** An input of these bytes. */
  open(content: Uint8Array): Input | Promise<Input>;
  /** What is given for this content: the bytes themselves, unless the input cuts them up and drops something. */
  given?(content: Uint8Array): Uint8Array;
}

/** An {@link Input} of chunks in memory, one per turn of the event loop: the specification. */
export function memoryInput(chunks: readonly Uint8Array[]): Input {
  let at = 0;
  let state: 'waiting' | 'reading' | 'paused' | 'stopped' = 'waiting';
  let receive: (bytes: Uint8Array) => boolean;
  let done: (error?: Error) => void;
  const next = () => {
    if (state !== 'reading') return;
    const chunk = chunks[at++];
    if (!chunk) {
      state = 'stopped';
      return done();
    }
    // What is kept without a copy is seen to change.
    const lent = new Uint8Array(chunk);
    if (!receive(lent) && state === 'reading') state = 'paused';
    lent.fill(0xee);
    setImmediate(next);
  };
  return {
    read(onBytes, onDone) {
      [receive, done, state] = [onBytes, onDone, 'reading'];
      setImmediate(next);
    },
    resume() {
      if (state !== 'paused') return;
      state = 'reading';
      setImmediate(next);
    },
    stop() {
      state = 'stopped';
    },
  };
}

/** The contract of {@link Input}. */
export function inputConformance({ name, open, given = (content) => content }: InputUnderTest): void {
  const content = Buffer.from(Array.from({ length: 3000 }, (_, at) => `line ${at} of the content\n`).join(''));

  describe(`the input ${name}`, () => {
    test('gives all bytes in order, then the end, once', async () => {
      const input = await open(content);
      const chunks: Buffer[] = [];
      let ends = 0;
      await new Promise<void>((resolve) => {
        const done = (error?: Error) => {
          expect(error).toBeUndefined();
          ends++;
          resolve();
        };
        input.read((bytes) => chunks.push(Buffer.from(bytes)) > 0, done);
      });
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      expect(ends).toBe(1);
      expect(Buffer.concat(chunks).equals(given(content))).toBe(true);
    });

    test('gives nothing more after false, until it is resumed', async () => {
      const input = await open(content);
      const chunks: Buffer[] = [];
      let over = false;
      const done = new Promise<void>((resolve) => {
        const end = () => {
          over = true;
          resolve();
        };
        input.read((bytes) => {
          chunks.push(Buffer.from(bytes));
          return false;
        }, end);
      });
      while (!over) {
        const before = chunks.length;
        for (let turn = 0; turn < 3; turn++) await nextTurn();
        // The one that was on its way when it was resumed, and no other.
        expect(chunks.length - before).toBeLessThanOrEqual(1);
        input.resume();
        await Promise.race([done, nextTurn()]);
      }
      expect(Buffer.concat(chunks).equals(given(content))).toBe(true);
    });

    test('is given an end without bytes where there are none', async () => {
      const input = await open(new Uint8Array(0));
      const bytes: number[] = [];
      await new Promise<void>((resolve) =>
        input.read(
          (chunk) => bytes.push(chunk.length) > 0,
          () => resolve(),
        ),
      );
      expect(bytes).toEqual([]);
    });

    test.each(['at once', 'while it gives'])('gives nothing after it was stopped %s, nor the end', async (when) => {
      const input = await open(content);
      let chunks = 0;
      let ends = 0;
      input.read(
        () => {
          chunks++;
          if (when === 'while it gives') input.stop();
          return true;
        },
        () => ends++,
      );
      if (when === 'at once') input.stop();
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      input.resume();
      for (let turn = 0; turn < 20; turn++) await nextTurn();
      expect({ chunks, ends }).toEqual({ chunks: when === 'at once' ? 0 : Math.min(chunks, 1), ends: 0 });
      input.stop();
    });
  });
}

/** An implementation of {@link Output} under test. */
export interface OutputUnderTest {
  readonly name: string;
  /** An output whose reader takes nothing until `take` is called, which resolves with all bytes that were written. */
  open(): Promise<{ output: Output; take(bytes: number): Promise<Uint8Array> }>;
}

/** An {@link Output} in memory, which holds what is written until it is taken: the specification. */
export function memoryOutput(room: number): { output: Output; take(bytes: number): Promise<Uint8Array> } {
  const written: Buffer[] = [];
  const waiting: (() => void)[] = [];
  let size = 0;
  let taking = false;
  const full = () => !taking && size > room;
  return {
    output: {
      write(bytes) {
        written.push(Buffer.from(bytes));
        size += bytes.length;
        return !full();
      },
      whenDrained(run) {
        if (full()) waiting.push(run);
        else run();
      },
    },
    async take() {
      taking = true;
      for (const run of waiting.splice(0)) run();
      return Buffer.concat(written);
    },
  };
}

/** The contract of {@link Output}. */
export function outputConformance({ name, open }: OutputUnderTest): void {
  const chunk = (at: number) => Buffer.from(`chunk ${at} `.padEnd(10_000, String(at % 10)));

  describe(`the output ${name}`, () => {
    test('keeps what its reader does not take, in order, and says when all is taken', async () => {
      const { output, take } = await open();
      const expected: Buffer[] = [];
      let last = true;
      for (let at = 0; at < 100; at++) {
        const bytes = chunk(at);
        expected.push(Buffer.from(bytes));
        last = output.write(bytes);
        // The bytes were lent.
        bytes.fill(0);
      }
      expect(last).toBe(false);
      let drained = 0;
      output.whenDrained(() => drained++);
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      expect(drained).toBe(0);
      const all = Buffer.concat(expected);
      expect(Buffer.from(await take(all.length)).equals(all)).toBe(true);
      await expect.poll(() => drained).toBe(1);
      expect(output.write(Buffer.from('more'))).toBe(true);
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      expect(drained).toBe(1);
    });

    test('calls back at once where there is nothing to wait for', async () => {
      const { output } = await open();
      let drained = 0;
      output.whenDrained(() => drained++);
      expect(drained).toBe(1);
    });
  });
}
