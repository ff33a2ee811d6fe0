// @ts-check
// A client that awaits: sends three lines and prints what comes. `node examples/client.mjs localhost:9000`
import { lines, open } from 'wireline';

const channel = await open(process.argv[2] ?? 'localhost:9000', lines());
for (const word of ['one', 'two', 'three']) await channel.send(word);
channel.end();
for await (const line of channel) console.log(Buffer.from(line).toString());
console.log(`over: ${(await channel.closed).reason}`);
