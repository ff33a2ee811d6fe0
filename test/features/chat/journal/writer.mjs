// Appends to the log at argv[2] until it is killed, and prints the number of each entry that was acknowledged.
import { sqliteLog } from 'wireline';

const log = await sqliteLog(process.argv[2]);
for (;;) {
  const entries = await log.append('a', [
    { from: 'w', body: 'one' },
    { from: 'w', body: 'two' },
  ]);
  process.stdout.write(entries.map(({ number }) => `${number}\n`).join(''));
}
