import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportFailure } from '../src/cli/process.js';
import { abortedBySignals } from '../src/cli/signals.js';
import type { Address } from '../src/core/index.js';
import { asWirelineError, printable, type Service, sha256, systemClock } from '../src/core/index.js';
import { ChatClient } from '../src/features/chat/client/client.js';
import { memoryJournal } from '../src/features/chat/journal/memory.js';
import { sqliteJournal } from '../src/features/chat/journal/sqlite.js';
import type { ServerMessage } from '../src/features/chat/protocol/messages.js';
import { describe } from '../src/features/chat/protocol/phrases.js';
import { jsonDialect } from '../src/features/chat/server/dialects/json.js';
import { plainDialect } from '../src/features/chat/server/dialects/plain.js';
import { wrongProtocol } from '../src/features/chat/server/dialects/wrong-protocol.js';
import { ChatServer } from '../src/features/chat/server/server.js';
import { detect, type Server, serve } from '../src/net/index.js';

declare const __VERSION__: string;

/** `npm start`: a chat to join, on an embedded log in a temporary folder, with a host in it that greets who comes. */
async function demonstration(signal: AbortSignal): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wireline-'));
  let kept = `in ${folder}`;
  const log = await sqliteJournal(join(folder, 'chat.db')).catch(() => {
    kept = 'in memory, as there is no SQLite here';
    return memoryJournal();
  });
  const chat = new ChatServer({ journal: log, clock: systemClock, hash: sha256 });
  const service = detect([jsonDialect(chat), ...wrongProtocol], plainDialect(chat));
  try {
    const server = await listening(service);
    const host = greeter(server.address, signal, () => print(invitation(server.address.port ?? 0, kept)));
    signal.addEventListener('abort', () => {
      server.stopListening();
      void chat.shutdown().then(() => server.close());
    });
    await Promise.all([server.closed, host]);
  } finally {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes the usual port, so that the lines to paste are the same every time; where it is taken, any other. */
async function listening(service: Service): Promise<Server> {
  try {
    return await serve(service, { host: '127.0.0.1', port: 9000 });
  } catch (error) {
    if (asWirelineError(error).code !== 'unusable') throw error;
    return serve(service, { host: '127.0.0.1', port: 0 });
  }
}

function invitation(port: number, kept: string): string {
  return `wireline ${__VERSION__}: a chat is open, and its log is ${kept}.

Join it from other terminals, in this folder:

  node dist/cli.cjs chat --name YOU localhost ${port}   a full screen; Tab completes, /help says more
  nc localhost ${port}                                  plain text, also telnet; /help
  date | node dist/cli.cjs chat --name clock localhost ${port}

\`npx wireline\` does the same as \`node dist/cli.cjs\`, and starts more slowly.

Kill a client or pull its cable: it comes back and gets what it missed, once.
\`npm run tour\` shows the other services. What happens appears here. Ctrl-C ends it.
`;
}

/** A member like any other, by the same client that users have: it greets, and shows what is said. */
async function greeter(address: Address, signal: AbortSignal, onReady: () => void): Promise<void> {
  const stop = new AbortController();
  const options = { name: 'wireline', rooms: ['lobby'], clock: systemClock, signal: stop.signal };
  const client = new ChatClient(address, options, {
    message(message) {
      if (message.type === 'joined') onReady();
      else hear(message, client);
    },
  });
  signal.addEventListener('abort', () => stop.abort());
  await client.run().catch((error) => {
    if (!signal.aborted) throw error;
  });
}

function hear(message: ServerMessage, host: ChatClient): void {
  if (message.type === 'entry') print(`  ${message.number}  [${message.from}] ${printable(message.body)}`);
  else if (message.type === 'nick' || message.type === 'leave' || message.type === 'join')
    print(`  *  ${describe(message, { named: false })}`);
  if (message.type === 'join')
    host.say('lobby', `Welcome, ${message.name}. Open another client beside this one, and talk to yourself.`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

demonstration(abortedBySignals({ onEnd: () => {} })).catch(reportFailure);
