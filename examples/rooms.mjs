// @ts-check
// A chat of one's own: `wireline chat`, nc and bots may join it. Keep it with sqliteJournal('chat.db') instead.
import {
  ChatServer,
  detect,
  formatAddress,
  jsonDialect,
  memoryJournal,
  plainDialect,
  serve,
  wrongProtocol,
} from 'wireline';

const chat = new ChatServer({ journal: memoryJournal() });
const service = detect([jsonDialect(chat), ...wrongProtocol], plainDialect(chat));
const server = await serve(service, process.argv[2] ?? '9000');
console.log(`a chat on ${formatAddress(server.address)}`);
process.on('SIGTERM', () => void chat.shutdown().then(() => server.close()));
