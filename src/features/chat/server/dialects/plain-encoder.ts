import { printable } from '../../../../core/index.js';
import type { ChatEvent } from '../../protocol/events.js';
import type { Entry } from '../../protocol/journal.js';
import { describe } from '../../protocol/phrases.js';
import type { Encoder } from '../encoder.js';

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);
/** Characters of a message of many lines that have the sender's name before each, and what a longer one has instead. */
const longBody = 4096;
const continued = '| ';

/**
 * The lines that plain-text clients receive: `[name] text`, and `* ` before what the server says. Every line of a message has
 * its sender before it, and control characters are made visible, so that nobody can speak for another.
 */
export const plainEncoder: Encoder = {
  echoes: false,
  entries: (_room, entries) => encoder.encode(spoken(entries)),
  past: (entries, before) => encoder.encode(dated(entries, before)),
  present: () => encoder.encode(star('what follows is said now')),
  acks: () => nothing,
  message: (message) => encoder.encode(words(message)),
};

/** Entries of earlier, with the time before those that were said ten minutes or more after the one before them. */
function dated(entries: readonly Entry[], before: Entry | undefined): string {
  let text = '';
  let last = before?.time ?? Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    if (entry.time - last >= 600_000) text += star(momentOf(entry.time));
    last = entry.time;
    text += spoken([entry]);
  }
  return text;
}

/** A time here, to the minute: `2026-11-24 21:05`. */
function momentOf(ms: number): string {
  const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return Number.isNaN(local.getTime()) ? 'at an unknown time' : local.toISOString().slice(0, 16).replace('T', ' ');
}

function spoken(entries: readonly Pick<Entry, 'from' | 'body'>[]): string {
  let text = '';
  for (const { from, body } of entries) text += said(`[${printable(from)}] `, body);
  return text;
}

function said(start: string, body: string): string {
  const shown = printable(body);
  const first = shown.indexOf('\n');
  if (first === -1) return `${start}${shown}\n`;
  // A message of nothing but newlines would become a hundred times as long.
  const next = shown.length - first > longBody ? continued : start;
  return `${start}${shown.replaceAll('\n', `\n${next}`)}\n`;
}

function words(message: ChatEvent): string {
  switch (message.type) {
    case 'entry':
      return spoken([message]);
    case 'history':
      return spoken(message.entries) || star('nothing is kept of what was said here');
    case 'msg':
      return said(`[${message.from} to ${message.to}] `, message.body);
    default:
      return happened(message);
  }
}

function happened(message: ChatEvent): string {
  switch (message.type) {
    case 'joined':
      return star(`you are in ${message.room}, ${company(message.members)}`) + topicOf(message.topic);
    case 'bye':
      return star(message.reason === 'shutdown' ? 'the server is stopping: come again in a moment' : 'goodbye');
    default: {
      const sentence = describe(message);
      return sentence === undefined ? '' : star(sentence);
    }
  }
}

function company(members: number): string {
  if (members < 2) return 'alone';
  return `with ${members - 1} ${members === 2 ? 'other' : 'others'}`;
}

function topicOf(topic: string | undefined): string {
  return topic ? star(`topic: ${topic}`) : '';
}

function star(text: string): string {
  return `* ${printable(text).replaceAll('\n', ' ')}\n`;
}
