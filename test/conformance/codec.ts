import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Codec, type Decoder, Reusable } from '../../src/core/index.js';
import { latin1, noise } from '../support/bytes.js';
import { codeOf } from '../support/code-of.js';
import { countWork } from '../support/work.js';

/** A codec, and how the suite makes and reads its messages. */
export interface CodecUnderTest<M> {
  codec(max?: number): Codec<M, M>;
  /** Any message that may stand before another one. */
  readonly message: fc.Arbitrary<M>;
  /** A message with these bytes, none of which is a newline. */
  of(bytes: Uint8Array): M;
  bytesOf(message: M): Uint8Array;
  /** What the end of the stream in mid-message means. */
  readonly atEnd: 'truncated' | 'message';
  /** Bytes of a message of `size` that are not its content, at most. */
  overhead(size: number): number;
}

/** The contract of {@link Codec} and {@link Decoder}: every codec of messages passes it. */
export function codecConformance<M>(name: string, under: CodecUnderTest<M>): void {
  describe(`${name} keeps the contract of a codec`, () => {
    splitting(under);
    limits(under);
    memory(under);
    endings(under);
  });
}

/** What a codec of bytes does with a string. */
export function encodesStrings(codec: Codec<Uint8Array>): void {
  test(`${codec.name} takes a string as its UTF-8, and refuses what is neither`, () => {
    expect(codec.encode('hé')).toEqual(codec.encode(Buffer.from('hé')));
    expect(() => codec.encode(7 as never)).toThrow('only a Uint8Array or a string can be sent, and this was 7');
  });
}

/** What a decoder has emitted, as text: each message is copied while it is valid. */
function collector<M>(under: CodecUnderTest<M>, max?: number): { decoder: Decoder; messages: string[] } {
  const messages: string[] = [];
  return { decoder: under.codec(max).decoder((message) => messages.push(shown(under, message))), messages };
}

function shown<M>(under: CodecUnderTest<M>, message: M): string {
  return latin1(under.codec().encode(message));
}

/** Gives `stream` in pieces that end at `cuts`, each in memory that is spoiled as soon as it has been taken. */
function pushInPieces(decoder: Decoder, stream: Uint8Array, cuts: readonly number[]): void {
  const ends = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...ends, stream.length]) {
    const piece = Uint8Array.from(stream.subarray(from, to));
    decoder.push(piece);
    piece.fill(0xdb);
    from = to;
  }
}

function everyByte(stream: Uint8Array): number[] {
  return Array.from(stream, (_, at) => at);
}

function splitting<M>(under: CodecUnderTest<M>): void {
  const splits: [string, (stream: Uint8Array) => fc.Arbitrary<number[]>][] = [
    ['in any pieces', () => fc.array(fc.nat())],
    ['whole', () => fc.constant([])],
    ['byte by byte', (stream) => fc.constant(everyByte(stream))],
  ];
  test.each(splits)('any messages, %s, are the same messages', (_, cutsOf) => {
    const { encode } = under.codec();
    const property = fc.property(fc.array(under.message), fc.gen(), (messages, generate) => {
      const stream = Buffer.concat(messages.map(encode));
      const { decoder, messages: decoded } = collector(under);
      pushInPieces(
        decoder,
        stream,
        generate(() => cutsOf(stream)),
      );
      expect(decoder.held).toBe(0);
      decoder.end();
      expect(decoded).toEqual(messages.map((message) => shown(under, message)));
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('an empty stream, and one of empty chunks, has no messages', () => {
    const { decoder, messages } = collector(under);
    decoder.push(new Uint8Array(0));
    decoder.end();
    expect(messages).toEqual([]);
  });
}

function limits<M>(under: CodecUnderTest<M>): void {
  const max = 1000;
  const streamOf = (size: number) => under.codec().encode(under.of(new Uint8Array(size).fill(97)));

  test('a message of the maximum passes, in one chunk and byte by byte', () => {
    for (const cuts of [[], everyByte(streamOf(max))]) {
      const { decoder, messages } = collector(under, max);
      pushInPieces(decoder, streamOf(max), cuts);
      expect(messages).toEqual([shown(under, under.of(new Uint8Array(max).fill(97)))]);
    }
  });

  test('a message of one byte more is too long, in one chunk, byte by byte, and after another message', () => {
    const over = streamOf(max + 1);
    for (const stream of [over, Buffer.concat([streamOf(3), over])]) {
      for (const cuts of [[], everyByte(stream), [stream.length - 1]]) {
        const { decoder, messages } = collector(under, max);
        expect(codeOf(() => pushInPieces(decoder, stream, cuts))).toBe('too-long');
        expect(messages.length).toBe(stream === over ? 0 : 1);
        expect(decoder.held).toBeLessThanOrEqual(max + under.overhead(max));
      }
    }
  });

  test('an endless message is refused before more than its maximum is held', () => {
    const { decoder } = collector(under, max);
    const endless = streamOf(1_000_000).subarray(0, -2);
    const work = countWork(() => {
      expect(codeOf(() => pushInPieces(decoder, endless, [10]))).toBe('too-long');
    });
    expect(work.copied).toBeLessThan(4 * max);
  });
}

function memory<M>(under: CodecUnderTest<M>): void {
  test('a message within one chunk is a view of it', () => {
    const stream = Buffer.concat(['ab', 'c', 'def'].map((text) => under.codec().encode(under.of(Buffer.from(text)))));
    const chunk = Uint8Array.from(stream);
    const places: unknown[] = [];
    const decoder = under.codec().decoder((message) => places.push(under.bytesOf(message).buffer));
    expect(countWork(() => decoder.push(chunk)).copied).toBe(0);
    expect(places).toEqual([chunk.buffer, chunk.buffer, chunk.buffer]);
    expect(places.every((place) => place === chunk.buffer)).toBe(true);
  });

  test('16 MiB in chunks of 1 KiB are looked at once, and copied a few times at most', () => {
    const size = 16 * 1024 * 1024;
    const stream = under.codec(size).encode(under.of(new Uint8Array(size).fill(97)));
    let received = 0;
    const decoder = under.codec(size).decoder((message) => {
      received = under.bytesOf(message).length;
    });
    const work = countWork(() => {
      for (let at = 0; at < stream.length; at += 1024) decoder.push(stream.subarray(at, at + 1024));
    });
    expect(received).toBe(size);
    expect(work.scanned).toBeLessThanOrEqual(stream.length);
    expect(work.copied).toBeLessThan(3 * stream.length);
  });

  test('a kept message survives the memory that it came in', () => {
    for (const size of [5, 900]) {
      const content = Buffer.from(noise(size).toString('hex').slice(0, size));
      const reusable = new Reusable(1000, (length) => new Uint8Array(length));
      const stream = under.codec().encode(under.of(content));
      const memory = reusable.bytes;
      memory.set(stream);
      const codec = under.codec();
      const kept: M[] = [];
      codec.decoder((message) => kept.push(codec.retain(message))).push(memory.subarray(0, stream.length));
      reusable.bytes.fill(0xdb);
      expect(kept.map((message) => latin1(under.bytesOf(message)))).toEqual([latin1(content)]);
    }
  });
}

function endings<M>(under: CodecUnderTest<M>): void {
  const stream = under.codec().encode(under.of(Buffer.from('hello')));

  test(`a stream that ends in mid-message: ${under.atEnd}`, () => {
    for (let size = 1; size < stream.length; size++) {
      const { decoder, messages } = collector(under);
      decoder.push(stream.subarray(0, size));
      expect(decoder.held).toBeGreaterThan(0);
      if (under.atEnd === 'truncated') expect(codeOf(() => decoder.end())).toBe('truncated');
      else decoder.end();
      expect(messages.length).toBe(under.atEnd === 'truncated' ? 0 : 1);
    }
  });

  test('what an emit throws comes out of push', () => {
    const failure = new Error('of the service');
    const decoder = under.codec().decoder(() => {
      throw failure;
    });
    expect(() => decoder.push(stream)).toThrow(failure);
  });
}
