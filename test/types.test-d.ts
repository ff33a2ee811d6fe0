// The types of the public API, as a user meets them. The compiler runs this file (`npm run types`); nothing else does.
import { expectTypeOf } from 'vitest';
import {
  type Channel,
  type Codec,
  type Connection,
  type dial,
  echo,
  framed,
  type Handler,
  jsonLines,
  lines,
  open,
  type Reason,
  reasons,
  type Server,
  type Service,
  serve,
  type TextAnswer,
  type TextMessage,
  text,
  WirelineError,
} from 'wireline';
import { sink } from 'wireline/services';

// Data returns at once: what is async would go on with other bytes than it was given.
// @ts-expect-error
framed(lines(), (peer) => ({ data: async (message) => void peer.write(message) }));
// @ts-expect-error
void serve(() => ({ async data() {} }), '9000');
// @ts-expect-error
expectTypeOf({ data: () => Promise.resolve() }).toExtend<Handler>();
framed(lines(), (peer) => ({ data: (message) => peer.write(message) }));
framed(lines(), () => ({ data: (message) => [message].push(message) }));
// @ts-expect-error a service returns its handler at once
framed(lines(), async () => ({ data() {} }));

// A service of bytes needs no type parameter, and a message service takes its messages from the codec.
expectTypeOf(serve).parameter(0).toEqualTypeOf<Service>();
expectTypeOf(serve(echo(), '9000')).resolves.toEqualTypeOf<Server>();
expectTypeOf<Service>().toEqualTypeOf<(peer: Connection<Uint8Array | string>) => Handler<Uint8Array>>();
framed(text(), (peer) => {
  expectTypeOf(peer).toEqualTypeOf<Connection<TextAnswer>>();
  return { data: (message) => expectTypeOf(message).toEqualTypeOf<TextMessage>() };
});
expectTypeOf(framed(lines(), () => ({ data() {} }))).toEqualTypeOf<Service>();

// @ts-expect-error a handler says what becomes of data
framed(lines(), () => ({ end() {} }));
// @ts-expect-error a peer of text is not sent bytes
framed(text(), (peer) => ({ data: (message) => void peer.write(message.bytes) }));
framed(lines(), (peer) => {
  // @ts-expect-error the state of a connection is read, not set
  peer.state = 'closed';
  return { data() {} };
});
// @ts-expect-error a reason is a word of the table
framed(lines(), (peer) => ({ data: () => peer.close('tired') }));

// Channels carry what their codec carries.
expectTypeOf(open('localhost:9000', text())).resolves.toEqualTypeOf<Channel<TextMessage, TextAnswer>>();
expectTypeOf<Channel<TextMessage>['next']>().returns.resolves.toEqualTypeOf<TextMessage | undefined>();
expectTypeOf<Channel<Uint8Array>>().toExtend<AsyncIterable<Uint8Array>>();
expectTypeOf<typeof dial>().returns.resolves.toEqualTypeOf<Connection>();
expectTypeOf(lines()).toEqualTypeOf<Codec<Uint8Array>>();

// A protocol whose ends send different messages needs no cast at either of them.
interface Request {
  readonly id: number;
  readonly question: string;
}
interface Response {
  readonly id: number;
  readonly answer: string;
}
framed(jsonLines<Request, Response>(), (peer) => {
  expectTypeOf(peer).toEqualTypeOf<Connection<Response>>();
  return { data: ({ id, question }) => void peer.write({ id, answer: question }) };
});
// @ts-expect-error a server is not asked by itself
framed(jsonLines<Request, Response>(), (peer) => ({ data: (request) => void peer.write(request) }));
expectTypeOf(jsonLines<Request>()).toEqualTypeOf<Codec<Request>>();
expectTypeOf<Codec<Request>>().toEqualTypeOf<Codec<Request, Request>>();

// JSON lines carry objects.
// @ts-expect-error a list is none
jsonLines<number[]>();
// @ts-expect-error a string is none
jsonLines<string>();
// @ts-expect-error a Map is written as {}
jsonLines<Map<string, number>>();
// @ts-expect-error a function is left out
jsonLines<() => void>();

// Options that are absent are absent, and not undefined (exactOptionalPropertyTypes).
// @ts-expect-error
void serve(echo(), '9000', { backlog: undefined });
// @ts-expect-error a sink counts messages, lines or chunks
sink({ begin: () => ({ add() {}, finish() {}, abort() {} }) }, { by: 'word' });

// Errors have a code of the table, and the table says what to do.
expectTypeOf(new WirelineError('idle', '').code).toEqualTypeOf<Reason>();
expectTypeOf(reasons.idle.status).toEqualTypeOf<4>();
expectTypeOf<keyof typeof reasons>().toEqualTypeOf<Reason>();
