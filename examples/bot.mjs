// @ts-check
// A bot that answers `!time` in the lobby. It comes back by itself when the server was away, and answers each once.
import { parseTarget } from 'wireline';
import { ChatClient } from 'wireline/chat';

const { address } = parseTarget([process.argv[2] ?? 'localhost:9000']);
const options = { name: 'clock', rooms: ['lobby'], replay: 0 };
const bot = new ChatClient(address, options, {
  message(message) {
    if (message.type === 'joined') console.log(`in ${message.room}, from ${message.after + 1} on`);
    if (message.type === 'entry' && message.body === '!time') {
      bot.say(message.room, `${message.from}: it is ${new Date(message.time).toISOString()}`);
    }
  },
});
process.on('SIGTERM', () => bot.close());
await bot.run();
