/** How a chat's client speaks to a server: what it sends, and the little that it has to know of the answers. */
export interface ChatWire {
  /** What member `at` sends first. It is in the room when `ready` has come, or at once where there is none. */
  enter(at: number): Uint8Array;
  readonly ready?: string;
  /** A message of member `at` to the room, with `body` in it. With `id`, the server is to acknowledge it. */
  say(at: number, body: string, id?: string): Uint8Array;
  /** Whether who only sends enters as well; else it sends `hello`. */
  readonly hello?: (at: number) => Uint8Array;
  /** Whether a message carries its number in decimal digits, so that later ones are longer. */
  readonly numbered?: boolean;
}

const name = (at: number) => `m${String(at).padStart(4, '0')}`;
const line = (message: object) => `${JSON.stringify(message)}\n`;

/** The chats that are compared, by the name of their protocol. */
export const wires = {
  json: {
    enter: (at) =>
      Buffer.from(
        line({ type: 'hello', version: 1, name: name(at) }) + line({ type: 'join', room: 'lobby', replay: 0 }),
      ),
    ready: '"type":"joined"',
    say: (_at, body, id) =>
      Buffer.from(line({ type: 'say', room: 'lobby', body, ...(id === undefined ? {} : { id }) })),
    numbered: true,
  },
  plain: {
    enter: (at) => Buffer.from(`/nick ${name(at)}\n`),
    ready: `is now m`,
    say: (_at, body) => Buffer.from(`${body}\n`),
  },
  raw: {
    enter: () => Buffer.alloc(0),
    say: (_at, body) => Buffer.from(`${body.slice(0, -1)}\n`),
  },
  irc: {
    enter: (at) => Buffer.from(`NICK ${name(at)}\r\nUSER ${name(at)} 0 * :${name(at)}\r\nJOIN #lobby\r\n`),
    ready: ' 366 ',
    say: (_at, body) => Buffer.from(`PRIVMSG #lobby :${body}\r\n`),
  },
  mqtt: {
    enter: (at) => Buffer.concat([mqttConnect(at), packet(0x82, [0, 1], mqttText('lobby'), [0])]),
    // SUBACK of packet 1, granted QoS 0.
    ready: '\x90\x03\x00\x01\x00',
    say: (_at, body) => packet(0x30, mqttText('lobby'), Buffer.from(body)),
    hello: mqttConnect,
  },
  nats: {
    enter: () => Buffer.from('CONNECT {"verbose":false,"pedantic":false}\r\nSUB lobby 1\r\nPING\r\n'),
    ready: 'PONG',
    say: (_at, body) => Buffer.from(`PUB lobby ${body.length}\r\n${body}\r\n`),
    hello: () => Buffer.from('CONNECT {"verbose":false,"pedantic":false}\r\n'),
  },
} satisfies Record<string, ChatWire>;

/** The name of a protocol. */
export type Protocol = keyof typeof wires;

function mqttConnect(at: number): Uint8Array {
  // MQTT 3.1.1, a clean session, no keep-alive.
  return packet(0x10, mqttText('MQTT'), [4, 2, 0, 0], mqttText(name(at)));
}

function mqttText(text: string): Uint8Array {
  return Buffer.from([0, text.length, ...Buffer.from(text)]);
}

/** All packets here are under 128 bytes, so that one byte tells their length. */
function packet(type: number, ...parts: (Uint8Array | number[])[]): Uint8Array {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  return Buffer.concat([Uint8Array.from([type, content.length]), content]);
}
