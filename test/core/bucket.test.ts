import { expect, test } from 'vitest';
import { AddressBuckets, Bucket } from '../../src/core/bucket.js';
import { ManualClock } from '../../src/testing/index.js';

test('a bucket is full at first, fills with time, and holds no more than a burst', () => {
  const clock = new ManualClock();
  const bucket = new Bucket(clock, { rate: 10, burst: 3 });
  bucket.take(5);
  expect(bucket.tokens).toBe(-2);
  expect(bucket.waitMs).toBe(300);
  clock.pass(300);
  expect(bucket.waitMs).toBe(0);
  clock.pass(60_000);
  expect(bucket.tokens).toBe(3);
});

test('a charge leaves no more debt than a full bucket pays', () => {
  const bucket = new Bucket(new ManualClock(), { rate: 10, burst: 3 });
  bucket.charge(1_000_000);
  expect(bucket.tokens).toBe(-3);
});

test('the connections of an address share a bucket of 16 times the size, and other addresses have their own', () => {
  const buckets = new AddressBuckets(new ManualClock(), { rate: 10, burst: 3 });
  const one = buckets.enter({ host: '192.0.2.1', port: 1000 });
  expect(buckets.enter({ host: '192.0.2.1', port: 2000 })).toBe(one);
  expect(one?.tokens).toBe(48);
  expect(one?.options).toEqual({ rate: 160, burst: 48 });
  expect(buckets.enter({ host: '2001:db8::1', port: 1000 })).not.toBe(one);
});

test('Unix sockets have no address, and no bucket', () => {
  const buckets = new AddressBuckets(new ManualClock(), { rate: 10, burst: 3 });
  expect(buckets.enter({ path: '/run/chat.sock' })).toBeUndefined();
  expect(buckets.size).toBe(0);
});

test('who comes again has the bucket that was left behind, and a full bucket that nobody uses is forgotten', () => {
  const clock = new ManualClock();
  const buckets = new AddressBuckets(clock, { rate: 10, burst: 3 });
  const bucket = buckets.enter({ host: '192.0.2.1', port: 1 });
  bucket?.take(100);
  bucket?.leave();
  for (let host = 2; host < 200; host++) buckets.enter({ host: `192.0.2.${host}`, port: 1 })?.leave();
  expect(buckets.enter({ host: '192.0.2.1', port: 2 })).toBe(bucket);
  bucket?.leave();
  clock.pass(1_000);
  for (let at = 0; at < 100; at++) buckets.enter({ host: '192.0.2.250', port: 1 })?.leave();
  expect(buckets.size).toBe(1);
  expect(buckets.enter({ host: '192.0.2.1', port: 3 })).not.toBe(bucket);
});
