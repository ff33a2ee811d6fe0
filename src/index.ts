/**
 * wireline, the library. A **Service** is a function from a peer (a {@link Connection}) to a {@link Handler}.
 * `serve` runs one for each connection of a server, `dial` runs one on the end that dials, and `open` gives a
 * {@link Channel} to read with `for await`. `framed` puts a {@link Codec} before a service, so that it sees
 * messages instead of bytes. The rest is under
 * `wireline/services` (the services and clients of the command line), `/files`, `/chat`, `/framing`, `/net` (layers, bridges and
 * limits) and `/testing`.
 *
 * `docs/reference/library.md` has the names one by one, and `examples/` has programs.
 */
export {
  type Address,
  type Clock,
  type Closed,
  type Codec,
  type Connection,
  type ConnectionState,
  type Decoder,
  type Handler,
  isReason,
  type OnError,
  type PeerAddress,
  printable,
  type Reason,
  reasons,
  retain,
  type Sendable,
  type Service,
  systemClock,
  WirelineError,
  wrapHandler,
} from './core/index.js';
export { type EchoOptions, echo } from './features/echo/server.js';
export {
  type FramedOptions,
  framed,
  type JsonLinesOptions,
  type JsonObject,
  jsonLines,
  type LengthOptions,
  length,
  lines,
  netstring,
  raw,
  type TextAnswer,
  type TextMessage,
  type TextOptions,
  text,
} from './framing/index.js';
export {
  type AddressLike,
  type Channel,
  type DialOptions,
  detect,
  dial,
  formatAddress,
  type OpenOptions,
  open,
  parseTarget,
  type ServeOptions,
  type Server,
  serve,
} from './net/index.js';
