// Appends to the journal at argv[2] until it is killed, and prints the number of each entry that was acknowledged.
import { sqliteJournal } from 'wireline/chat';

const journal = await sqliteJournal(process.argv[2]);
for (;;) {
  const entries = await journal.append('a', [
    { from: 'w', body: 'one' },
    { from: 'w', body: 'two' },
  ]);
  process.stdout.write(entries.map(({ number }) => `${number}\n`).join(''));
}
