// @ts-check
// A chat of one's own: `wireline chat`, nc and bots may join it. Keep it with sqliteJournal('chat.db') instead.
import { detect, formatAddress, serve } from 'wireline';
import { ChatServer, jsonDialect, memoryJournal, plainDialect, wrongProtocol } from 'wireline/chat';

const chat = new ChatServer({ journal: memoryJournal() });
const service = detect([jsonDialect(chat), ...wrongProtocol], plainDialect(chat));
const server = await serve(service, process.argv[2] ?? '9000');
console.log(`a chat on ${formatAddress(server.address)}`);
process.on('SIGTERM', () => void chat.shutdown().then(() => server.close()));
