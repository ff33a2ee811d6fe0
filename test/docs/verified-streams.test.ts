import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/core/index.js';
import { verified } from '../../src/features/stream/server/verified.js';
import { VerifiedWriter } from '../../src/framing/index.js';
import { serve } from '../../src/net/index.js';
import { latin1 } from '../support/bytes.js';
import { plainClient } from '../support/program.js';

const page = readFileSync('docs/reference/verified-streams.md', 'utf8');

/** The stream that carries `abc`. */
function stream(): Buffer {
  const wire: Uint8Array[] = [];
  const writer = new VerifiedWriter(sha256(), (part) => wire.push(part) > 0);
  writer.add(Buffer.from('abc'));
  writer.end();
  return Buffer.concat(wire);
}

test('the hexdump of the page is that of the stream', () => {
  const lines = page.match(/^[0-9a-f]{8} {2}.*$/gm) ?? [];
  const bytes = lines.flatMap((line) => line.slice(10, 58).trim().split(/ +/));
  expect(bytes.join(' ')).toBe(stream().toString('hex').match(/../g)?.join(' '));
  const shown = lines.map((line) => /\|(.*)\|$/.exec(line)?.[1]).join('');
  expect(shown).toBe(latin1(stream()).replace(/[^ -~]/g, '.'));
});

test('the stream that the page makes by hand is taken, and answered as it says', async () => {
  const [, made = ''] = /^```sh\n(\{\n[\s\S]*?\n\}) \| nc -N localhost 9000\n```$/m.exec(page) ?? [];
  const { stdout } = spawnSync('sh', ['-c', made]);
  expect(latin1(stdout)).toBe(latin1(stream()));
  const taken: string[] = [];
  const service = verified(
    (peer) => ({ data: (bytes) => void taken.push(latin1(bytes)), end: () => peer.end() }),
    sha256,
  );
  const server = await serve(service, '127.0.0.1:0');
  const [, answer] = /^prints\n```\n(.*\n)```$/m.exec(page) ?? [];
  expect(await plainClient(server.address.port as number, stdout)).toBe(answer);
  expect(taken.join('')).toBe('abc');
  await server.close();
});
