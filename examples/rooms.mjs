// @ts-check
// A chat of one's own: `wireline chat`, nc and bots may join it. Keep it with sqliteLog('chat.db') instead.
import { formatAddress, Hall, jsonDialect, memoryLog, plainDialect, serve, sniffed, strangers } from 'wireline';

const hall = new Hall({ log: memoryLog() });
const service = sniffed([jsonDialect(hall), ...strangers], plainDialect(hall));
const server = await serve(service, process.argv[2] ?? '9000');
console.log(`a chat on ${formatAddress(server.address)}`);
process.on('SIGTERM', () => void hall.goodbye().then(() => server.close()));
