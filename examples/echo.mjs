// @ts-check
// An echo server: `node examples/echo.mjs 9000`, then `nc localhost 9000`.
import { echo, formatAddress, serve } from 'wireline';

const server = await serve(echo(), process.argv[2] ?? '9000');
console.log(`echo on ${formatAddress(server.address)}`);
