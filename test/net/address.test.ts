import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Address } from '../../src/core/index.js';
import { formatAddress, parseListenAddress, parseTarget } from '../../src/net/index.js';
import { errorOf } from '../support/code-of.js';

describe('an address to listen on', () => {
  test.each<[string, Address]>([
    ['9000', { port: 9000 }],
    ['0', { port: 0 }],
    ['65535', { port: 65_535 }],
    ['127.0.0.1:9000', { host: '127.0.0.1', port: 9000 }],
    ['example.org:80', { host: 'example.org', port: 80 }],
    ['[::1]:9000', { host: '::1', port: 9000 }],
    ['[::]:0', { host: '::', port: 0 }],
    ['unix:/run/x', { path: '/run/x' }],
    ['unix:///run/x', { path: '/run/x' }],
    ['unix:a:b', { path: 'a:b' }],
  ])('%s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  test.each([
    ['65536', 'a port is a number from 0 to 65535'],
    ['99999999999', 'a port is a number'],
    ['', 'is not an address'],
    ['localhost', 'is not an address'],
    ['localhost:', 'is not an address'],
    ['localhost:http', 'is not an address'],
    ['::1:9000', 'is not an address'],
    [':9000', 'the host is missing'],
    ['[]:9000', 'the host is missing'],
    ['-1', 'is not an address'],
    ['1.5', 'is not an address'],
    ['unix:', 'a path is missing'],
    [`unix:/${'x'.repeat(107)}`, 'the path is over 107 bytes'],
    [`unix:/${'é'.repeat(54)}`, 'the path is over 107 bytes'],
  ])('not %j: %s', (text, words) => {
    const error = errorOf(() => parseListenAddress(text));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(words);
  });
});

describe('an address to dial', () => {
  test.each<[string[], Address, string[]]>([
    [['localhost', '9000', 'file'], { host: 'localhost', port: 9000 }, ['file']],
    [['localhost:9000', 'file'], { host: 'localhost', port: 9000 }, ['file']],
    [['::1', '9000'], { host: '::1', port: 9000 }, []],
    [['[::1]', '9000'], { host: '::1', port: 9000 }, []],
    [['[::1]:9000'], { host: '::1', port: 9000 }, []],
    [['unix:/run/x', '9000'], { path: '/run/x' }, ['9000']],
    [['tcp://example.org:80/'], { host: 'example.org', port: 80 }, []],
    [['TCP://[::1]:80'], { host: '::1', port: 80 }, []],
  ])('%j', (words, address, rest) => {
    expect(parseTarget(words)).toEqual({ address, rest });
  });

  test.each([
    [[], 'an address is missing'],
    [['localhost'], 'the port is missing after localhost'],
    [['::1'], 'the port is missing after ::1'],
    [['', '9000'], 'the host is empty'],
    [['localhost', '0'], 'a port is a number from 1 to 65535'],
    [['localhost:0'], 'a port is a number from 1 to 65535'],
    [['localhost', 'http'], 'a port is a number'],
    [['http://localhost:80'], 'only tcp:// and unix: addresses can be dialled'],
    [['unix:'], 'a path is missing'],
  ])('not %j: %s', (words, message) => {
    const error = errorOf(() => parseTarget(words));
    expect(error.code).toBe('usage');
    expect(error.message).toContain(message);
  });
});

test('what is formatted is read as the same address', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  const path = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !text.startsWith('//'));
  const address: fc.Arbitrary<Address> = fc.oneof(fc.record({ host, port }), fc.record({ path }));
  fc.assert(
    fc.property(address, (each) => {
      expect(parseListenAddress(formatAddress(each))).toEqual(each);
      expect(parseTarget([formatAddress(each)])).toEqual({ address: each, rest: [] });
    }),
  );
  expect(formatAddress({ port: 9000 })).toBe('[::]:9000');
});
