import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach } from 'vitest';

const children = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  children.clear();
});

/** A process that listens on `where` (options of `net.Server.listen`), and the port it got. Is killed after the test. */
export async function listeningChild(where: object): Promise<{ child: ChildProcess; port: number }> {
  const script = `const server = require('node:net').createServer();
    server.listen(${JSON.stringify(where)}, () => console.log(server.address().port ?? 0));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  const [line] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
  return { child, port: Number(line) };
}
