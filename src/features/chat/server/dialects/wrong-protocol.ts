import { type Dialect, startsWith } from '../../../../net/dialect.js';

const head = 'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n';

/** One line of explanation for clients that take the port for something else. */
export const wrongProtocol: readonly Dialect[] = [
  ...['GET ', 'HEAD ', 'POST ', 'PUT ', 'OPTIONS '].map((start) =>
    stranger(start, `${head}This port is a chat in plain text: try nc.\n`),
  ),
  // A TLS handshake record (RFC 8446, section 5.1).
  stranger('\x16\x03', '* This port is a chat without TLS: connect to it in plain text.\n'),
];

/** People begin lines in capitals too. */
function isHttp(first: Uint8Array): boolean {
  return /^[A-Z]+ .* HTTP\/1\./.test(new TextDecoder().decode(first.subarray(0, 8192)));
}

function stranger(start: string, answer: string): Dialect {
  const bytes = new TextEncoder().encode(start);
  return {
    name: start.trim(),
    matches: (first) => startsWith(first, bytes),
    ...(start.endsWith(' ') ? { afterGreeting: isHttp } : {}),
    service: (peer) => {
      peer.write(new TextEncoder().encode(answer));
      peer.close('protocol');
      return { data() {} };
    },
  };
}
