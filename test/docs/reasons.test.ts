import { expect, test } from 'vitest';
import { type ReasonEntry, reasons } from '../../src/core/index.js';

const intro = `# Why a connection ended

One table, in \`src/core/reason.ts\`: its words stand in the API (\`Closed.reason\`, \`WirelineError.code\`), in the log, in the
exit status and here. A test keeps this page equal to it.

- **again**: whether it makes sense to connect again: at once, after a wait (\`later\`), or not before something is changed.
- **ending**: how the peer is told. \`fin\`: what was written is sent, then an orderly end. \`reset\`: what was written is sent,
  then a reset, so that the peer cannot take what it has for the whole. \`cut\`: a reset at once.
- **status**: what a client's process exits with.
`;

const closing = `
Beside these, a client that SIGTERM ended exits with 143, one that SIGINT ended with 130, and a server that either
stopped with 0 once it has drained. Statuses in short: 0 all was done and delivered; 1 failed underway; 2 wrong usage;
3 no connection, or no address to listen on; 4 a time limit passed.
`;

test('docs/reference/reasons.md is the table of reasons', async () => {
  const rows = Object.entries<ReasonEntry>(reasons).map(
    ([word, { meaning, again, ending, status }]) => `| \`${word}\` | ${meaning} | ${again} | ${ending} | ${status} |`,
  );
  const table = ['| reason | it means | again | ending | status |', '| --- | --- | --- | --- | --- |', ...rows];
  await expect(`${intro}\n${table.join('\n')}\n${closing}`).toMatchFileSnapshot('../../docs/reference/reasons.md');
});
