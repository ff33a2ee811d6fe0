import { Command } from '@commander-js/extra-typings';
import { serveChat } from './serve-chat.js';
import { serveEcho } from './serve-echo.js';
import { serveFiles } from './serve-files.js';
import { serveOrder } from './serve-order.js';
import { serveRelay } from './serve-relay.js';
import { serveSink } from './serve-sink.js';
import { serveTransform } from './serve-transform.js';

/** `wireline serve SERVICE`. */
export function serveCommand() {
  return new Command('serve')
    .summary('run a server')
    .description('Runs a server until SIGINT or SIGTERM.')
    .usage('SERVICE [options] ADDRESS')
    .addCommand(serveEcho())
    .addCommand(serveSink())
    .addCommand(serveTransform())
    .addCommand(serveFiles())
    .addCommand(serveOrder())
    .addCommand(serveRelay())
    .addCommand(serveChat());
}
