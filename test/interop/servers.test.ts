import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Cli, run, until } from '../support/cli.js';
import { freePort } from '../support/free-port.js';
import { missing, type Peer, peer, titled } from '../support/peers.js';

/** Whether somebody listens on `port`: a connection would be the one that some servers take (proc(5)). */
function listens(port: number): boolean {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) =>
    readFileSync(table, 'utf8')
      .split('\n')
      .some((line) => line.includes(hex) && / 0A /.test(line)),
  );
}

async function foreign(
  program: string,
  args: (port: string) => string[],
  input?: string,
): Promise<Peer & { port: string }> {
  const port = await freePort();
  const started = peer(program, args(String(port)), input);
  await until(() => listens(port), `${program} listens`);
  return Object.assign(started, { port: String(port) });
}

const python = (each: string) => (port: string) => [
  '-c',
  `import socket
l=socket.socket(); l.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); l.bind(('127.0.0.1',${port})); l.listen(5)
c,_=l.accept()
${each}
c.close()`,
];
const receiving = `import sys
while True:
  d=c.recv(1000)
  if not d: break
  sys.stdout.buffer.write(d)
sys.stdout.flush()`;

const noProc = existsSync('/proc/net/tcp') ? undefined : 'no /proc/net/tcp here';

/** Why a program cannot be spoken to here. */
const whyNot = (program: string) => noProc ?? missing(program);

describe('servers of others, to send', () => {
  const receivers: [string, (port: string) => string[]][] = [
    ['nc', (port) => ['-l', '127.0.0.1', port]],
    ['ncat', (port) => ['-l', '127.0.0.1', port]],
    ['socat', (port) => ['-u', `TCP-LISTEN:${port},bind=127.0.0.1`, '-']],
    ['python3', python(receiving)],
  ];
  for (const [program, args] of receivers) {
    test.skipIf(whyNot(program))(titled(program, whyNot(program)), async () => {
      const receiver = await foreign(program, args);
      const content = randomBytes(3_000_000);
      const { status, stderr } = await run(['send', '127.0.0.1', receiver.port], content);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      await receiver.done;
      expect(receiver.stdout() === content.toString('latin1')).toBe(true);
    });
  }
});

describe('servers of others, to ask and connect', () => {
  const echoes: [string, (port: string) => string[]][] = [
    ['ncat', (port) => ['-l', '-k', '127.0.0.1', port, '-e', '/bin/cat']],
    ['socat', (port) => [`TCP-LISTEN:${port},bind=127.0.0.1,fork`, 'EXEC:cat']],
  ];
  for (const [program, args] of echoes) {
    test.skipIf(whyNot(program))(titled(program, whyNot(program)), async () => {
      const echo = await foreign(program, args);
      const asked = await run(['ask', '127.0.0.1', echo.port], 'one\ntwo\n');
      expect(asked.stdout.toString()).toBe('one\ntwo\n');
      expect(asked.status).toBe(0);
      // The end waits for the reply: at an end of input `ncat -e` drops what its command has not yet said.
      const connected = new Cli(['connect', '127.0.0.1', echo.port]);
      connected.child.stdin?.write('three');
      await connected.prints(/three/);
      connected.child.stdin?.end();
      const { status, stdout } = await connected.done;
      expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: 'three' });
    });
  }

  test.skipIf(whyNot('python3'))(titled('python3 that answers without a newline', whyNot('python3')), async () => {
    const upper = `while True:
  d=c.recv(1024)
  if not d: break
  c.sendall(d.decode().strip().upper().encode())`;
    const answering = await foreign('python3', python(upper));
    const { stdout, status } = await run(['ask', '127.0.0.1', answering.port], 'hello\nworld\n');
    expect(stdout.toString()).toBe('HELLO\nWORLD\n');
    expect(status).toBe(0);
  });

  test.skipIf(whyNot('python3'))(
    titled('python3 that sends everything before it reads', whyNot('python3')),
    async () => {
      const greeting = await foreign('python3', python(`c.sendall(b'x'*5000000)\nimport sys\n${receiving}`));
      const { stdout, status } = await run(['connect', '127.0.0.1', greeting.port], Buffer.alloc(5_000_000, 'y'));
      expect(stdout.length).toBe(5_000_000);
      expect(status).toBe(0);
      await greeting.done;
      expect(greeting.stdout().length).toBe(5_000_000);
    },
  );
});
