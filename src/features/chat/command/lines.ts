import { printable } from '../../../core/index.js';
import type { ServerMessage } from '../protocol/messages.js';

/** A message as a line for programs. */
export function jsonEventLine(message: ServerMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/**
 * The messages of others, as lines: `[name] text`, each line of a message with its sender before it, and the room's name
 * before that where there are several. What else the server says is nothing that a bot reads.
 */
export function plainLines(message: ServerMessage, ownName: string, named: boolean): string {
  switch (message.type) {
    case 'entry':
      return message.from === ownName ? '' : said(`${named ? `${message.room} ` : ''}[${message.from}] `, message.body);
    case 'msg':
      return message.from === ownName ? '' : said(`[${message.from} to ${message.to}] `, message.body);
    default:
      return '';
  }
}

function said(start: string, body: string): string {
  const before = printable(start);
  return `${before}${body.replaceAll('\r\n', '\n').replaceAll('\n', `\n${before}`)}\n`;
}
