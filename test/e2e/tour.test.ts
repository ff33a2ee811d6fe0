import { expect, onTestFinished, test } from 'vitest';
import { Program, plainClient } from '../support/program.js';

/** Starts the tour and waits until it stays up for its user. */
async function toured(): Promise<Program> {
  const program = new Program(['dist/dev/tour.js']);
  onTestFinished(async () => void (await program.stop('SIGKILL')));
  await program.says(/What is sent appears here/);
  return program;
}

const portOf = (name: string, tour: Program) => Number(new RegExp(`^${name}, port (\\d+)`, 'm').exec(tour.stdout)?.[1]);

test('the tour runs each client, prints the lines to paste, shows what is sent, and ends with status 0', async () => {
  const tour = await toured();
  expect(tour.stdout).toMatch(/\$ npx wireline ask .*localhost \d+\n[^$]*\n {4}hello, wire\n/);
  expect(tour.stdout).toMatch(/sink {6}< 127\.0\.0\.1:\d+ {2}one stream\n/);
  expect(tour.stdout).toContain('order     : Sent acknowledgment to both X and Y\n');
  expect(tour.stdout).toContain('    X: Alice received before Y: Bob\n');
  const heard = ['Is anybody there?', 'I am.', 'Bye', 'Hello to whoever dials.', 'Hello to whoever listens.'];
  for (const line of heard) expect(tour.stdout).toContain(`\n    ${line}\n`);
  expect(tour.stdout).toContain("\n    import { echo, formatAddress, serve } from 'wireline';\n");
  expect(tour.stdout).toContain(`nc localhost ${portOf('echo', tour)}\n`);
  expect(tour.stdout).not.toContain('PORT');
  expect(tour.stderr).toBe('');

  expect(await plainClient(portOf('echo', tour), 'typed \u001b[2J here\n')).toBe('typed \u001b[2J here\n');
  await tour.says(/echo {6}< 127\.0\.0\.1:\d+ {2}typed \^\[\[2J here\n/);
  await plainClient(portOf('sink', tour), 'x\n'.repeat(1_000_000));
  await tour.says(/sink {6}< 127\.0\.0\.1:\d+ {2}\.\.\. 2000000 bytes in all\n/);

  expect(await tour.stop('SIGINT')).toBe(0);
});

test('two tours at once take different ports', async () => {
  const [first, second] = await Promise.all([toured(), toured()]);
  expect(portOf('echo', first)).not.toBe(portOf('echo', second));
  expect(await Promise.all([first.stop('SIGINT'), second.stop('SIGTERM')])).toEqual([0, 0]);
});

test('an interrupt in mid-tour ends it at once, clients and all', async () => {
  const tour = new Program(['dist/dev/tour.js']);
  await tour.says(/port \d+/);
  expect(await tour.stop('SIGINT')).toBe(0);
});
