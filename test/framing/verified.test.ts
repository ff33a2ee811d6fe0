import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/core/index.js';
import { VerifiedReader, VerifiedWriter } from '../../src/framing/index.js';
import { bytes, latin1, noise } from '../support/bytes.js';
import { codeOf, errorOf } from '../support/code-of.js';

const preface = '\0\0\0\x1awireline verified stream 1';

/** The stream that carries `pieces`, as it travels. */
function sent(...pieces: Uint8Array[]): Buffer {
  const wire: Uint8Array[] = [];
  const writer = new VerifiedWriter(sha256(), (part) => wire.push(part) > 0);
  for (const piece of pieces) writer.add(piece);
  writer.end();
  return Buffer.concat(wire);
}

/** What comes out of a reader that is pushed `chunks`, and its verdict. */
function received(...chunks: Uint8Array[]): { content: Buffer; verdict: string | undefined } {
  const content: Buffer[] = [];
  const reader = new VerifiedReader(sha256(), (part) => void content.push(Buffer.from(part)));
  for (const chunk of chunks) reader.push(chunk);
  return { content: Buffer.concat(content), verdict: reader.verdict };
}

/** `whole` cut at `places`, which are taken modulo its length. */
function split(whole: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = places.map((place) => place % (whole.length + 1)).sort((a, b) => a - b);
  return [...at, whole.length].map((end, index) => whole.subarray(at[index - 1] ?? 0, end));
}

function hex(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

const places = fc.array(fc.nat({ max: 5000 }), { maxLength: 12 });
const content = fc.uint8Array({ maxLength: 300 });

describe('a verified stream', () => {
  test('is a preface, pieces, an empty frame and a verdict: these bytes exactly', () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(latin1(sent(bytes('ab'), bytes('c')))).toBe(
      `${preface}\0\0\0\x02ab\0\0\0\x01c\0\0\0\0\0\0\0\x57{"bytes":3,"sha256":"${abc}"}`,
    );
  });

  test('of no bytes has the hash of nothing', () => {
    const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const verdict = `{"bytes":0,"sha256":"${nothing}"}`;
    expect(latin1(sent())).toBe(`${preface}\0\0\0\0\0\0\0\x57${verdict}`);
    expect(latin1(sent(bytes('')))).toBe(latin1(sent()));
    expect(received(sent())).toEqual({ content: Buffer.alloc(0), verdict });
  });

  test('goes in frames of a MiB at most', () => {
    const large = noise(2 * 1024 * 1024 + 1);
    const wire = sent(large);
    const second = preface.length + 4 + 1024 * 1024;
    const sizes = [preface.length, second, second + 4 + 1024 * 1024].map((at) => wire.readUInt32BE(at));
    expect(sizes).toEqual([1024 * 1024, 1024 * 1024, 1]);
    const { content, verdict } = received(wire);
    expect(content.equals(large)).toBe(true);
    expect(JSON.parse(verdict ?? '')).toEqual({ bytes: large.length, sha256: hex(large) });
  });

  test('gives the same content however it is written and however it arrives', () => {
    fc.assert(
      fc.property(content, places, places, (whole, writes, reads) => {
        const { content, verdict } = received(...split(sent(...split(whole, writes)), reads));
        expect(content.equals(whole)).toBe(true);
        expect(verdict).toBe(JSON.stringify({ bytes: whole.length, sha256: hex(whole) }));
      }),
    );
  });

  test('gives its bytes as they come, and its verdict only with the last byte', () => {
    const wire = sent(bytes('hello'));
    const seen: string[] = [];
    const reader = new VerifiedReader(sha256(), (part) => void seen.push(latin1(part)));
    for (const byte of wire) {
      expect(reader.verdict).toBeUndefined();
      reader.push(Uint8Array.of(byte));
    }
    expect(seen).toEqual(['h', 'e', 'l', 'l', 'o']);
    expect(reader.verdict).toBeDefined();
  });

  test('that is cut at any byte has no verdict', () => {
    for (const whole of [[], [bytes('x')], [noise(300), noise(41, 2)]]) {
      const wire = sent(...whole);
      for (let at = 0; at < wire.length; at++) expect(received(wire.subarray(0, at)).verdict).toBeUndefined();
    }
  });

  test('with any byte changed has none either', () => {
    const flipped = (wire: Buffer, at: number, by: number) => {
      const harmed = Buffer.from(wire);
      harmed[at] = (harmed[at] as number) ^ by;
      return harmed;
    };
    const accepted = (wire: Uint8Array) => {
      try {
        return received(wire).verdict !== undefined;
      } catch (error) {
        expect(error).toMatchObject({ code: 'protocol' });
        return false;
      }
    };
    const small = sent(bytes('some'), bytes('thing'));
    expect(accepted(small)).toBe(true);
    for (let at = 0; at < small.length; at++) {
      for (let bit = 0; bit < 8; bit++) expect(accepted(flipped(small, at, 1 << bit))).toBe(false);
    }
    fc.assert(
      fc.property(content, places, fc.nat(), fc.integer({ min: 1, max: 255 }), (whole, writes, at, by) => {
        const wire = sent(...split(whole, writes));
        expect(accepted(flipped(wire, at % wire.length, by))).toBe(false);
      }),
    );
  });

  test.each([
    ['another length', '{"bytes":4,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}'],
    ['another hash', '{"bytes":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ae"}'],
    ['capitals', '{"bytes":3,"sha256":"BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"}'],
    ['a space', '{"bytes":3, "sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}'],
    ['nothing', ''],
  ])('with a verdict of %s is damaged', (_, verdict) => {
    const wire = `${preface}\0\0\0\x03abc\0\0\0\0\0\0\0${String.fromCharCode(verdict.length)}${verdict}`;
    const error = errorOf(() => received(Buffer.from(wire, 'latin1')));
    expect(error.code).toBe('protocol');
    expect(error.message).toMatch(/^the stream was damaged: it came as \{"bytes":3,"sha256":"ba7816bf/);
  });

  test.each([
    ['plain text', 'hello\n'],
    ['the first byte of one', 'h'],
    ['NULs', '\0\0\0\0'],
    ['another preface', '\0\0\0\x1awireline verified stream 2'],
    ['a preface that is too long', '\0\0\x01\x01'],
  ])('is not %s', (_, stream) => {
    const error = errorOf(() => received(Buffer.from(stream, 'latin1')));
    expect(error.code).toBe('protocol');
    expect(error.message).toContain('only verified streams are taken here');
  });

  test.each([
    ['a frame over a MiB', '\0\x10\0\x01'],
    ['a frame over 16 MiB', 'x'],
    ['a verdict that is too long', '\0\0\0\0\0\0\x01\x01'],
  ])('with %s is damaged', (_, frames) => {
    const error = errorOf(() => received(Buffer.from(preface + frames, 'latin1')));
    expect(error).toMatchObject({ code: 'protocol', message: 'the stream was damaged: a frame is too long' });
  });

  test('has nothing after its end', () => {
    const wire = sent(bytes('x'));
    expect(codeOf(() => received(wire, bytes('y')))).toBe('protocol');
    const reader = new VerifiedReader(sha256(), () => {});
    expect(reader.push(Buffer.concat([wire, wire]))).toBe(wire.length);
    expect(codeOf(() => reader.push(wire))).toBe('protocol');
  });

  test('tells its writer when there is no more room', () => {
    let room = true;
    const writer = new VerifiedWriter(sha256(), () => room);
    expect(writer.add(bytes('a'))).toBe(true);
    room = false;
    expect(writer.add(bytes('b'))).toBe(false);
    expect(writer.add(bytes(''))).toBe(true);
  });
});
