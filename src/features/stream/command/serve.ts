import { isatty } from 'node:tty';
import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import type { Logger } from '../../../cli/logger.js';
import { maxBytesOption, warnOfRoom } from '../../../cli/max-bytes.js';
import { type OptionTable, type Values, withOptions } from '../../../cli/option-table.js';
import { size } from '../../../cli/options.js';
import { reportFailure, setStatus } from '../../../cli/process.js';
import { runServer, serverOptions } from '../../../cli/run-server.js';
import { standardOutput } from '../../../cli/stdio.js';
import type { Receiver } from '../../../core/index.js';
import { systemClock } from '../../../core/index.js';
import { SpoolBudget } from '../../../io/spool.js';
import type { Server } from '../../../net/index.js';
import { intoDirectory } from '../server/into-directory.js';
import { sink } from '../server/sink.js';
import { verified } from '../server/verified.js';
import { WholeMessageWriter } from '../server/whole-message-writer.js';

const units = ['message', 'line', 'chunk'] as const;

const sinkOptions = {
  by: { flags: '--by <unit>', help: 'what is kept whole (default: message; on a terminal line)', choices: units },
  into: { flags: '--into <dir>', help: 'write each message to a file of its own there' },
  ...maxBytesOption,
  verify: { flags: '--verify', help: 'take only verified streams, from send --verify' },
  once: { flags: '--once', help: 'take one connection, then end' },
  spool: {
    flags: '--spool <size>',
    help: 'hold at most so much, in memory and on disk, of messages that wait',
    read: size,
    default: 1024 ** 3,
    stops: 'messages that wait from filling the disk',
  },
  ...serverOptions,
  // A message that stops in the middle holds up the output.
  stall: { ...serverOptions.stall, default: 30_000 },
} as const satisfies OptionTable;

/** `wireline serve sink`: text 2 of the seeds. */
export function serveSink() {
  const command = new Command('sink')
    .summary('write what clients send to stdout, or to files')
    .description(
      'Writes what clients send to stdout: each connection is a message, and messages are never mixed. ' +
        'The server closes a connection when its bytes are written: the close is the receipt.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH');
  return withOptions(command, sinkOptions)
    .addHelpText('after', examples('wireline serve sink 9000 > out', 'wireline serve sink --into inbox --once 9000'))
    .action(runSink);
}

async function runSink(address: string, options: Values<typeof sinkOptions>): Promise<void> {
  let server: Server | undefined;
  const onFailed = (error: Error) => {
    reportFailure(error);
    if (server) void server.close();
    else process.exit();
  };
  const by = options.by ?? (!options.into && isatty(1) ? 'line' : 'message');
  const service = (log: Logger) => {
    const made = sink(options.into ? intoFolder(options.into, log, options.maxBytes) : ontoStdout(), { by });
    return options.verify ? verified(made) : made;
  };
  await runServer(address, options, service, {
    observer: {
      opened() {
        if (options.once) server?.stopListening();
      },
      closed(_peer, why) {
        if (options.once) setStatus(why.reason);
      },
    },
    onListening(listening, log) {
      server = listening;
      if (options.into && options.maxBytes === undefined) warnOfRoom(listening, log);
    },
  });

  function ontoStdout(): Receiver {
    const budget = new SpoolBudget(options.spool);
    return new WholeMessageWriter({
      output: standardOutput(onFailed),
      spool: () => budget.spool(),
      clock: systemClock,
      stallMs: options.stall,
    });
  }
}

function intoFolder(folder: string, log: Logger, maxBytes: number | undefined): Receiver {
  return intoDirectory(
    folder,
    (saved) => log.info(`${saved.remote} saved as ${saved.path}, ${saved.bytes} bytes`, saved),
    maxBytes,
  );
}
