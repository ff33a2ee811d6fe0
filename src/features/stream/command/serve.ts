import { isatty } from 'node:tty';
import { Command, Option } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import type { Logger } from '../../../cli/logger.js';
import { maxBytesOption, warnOfRoom } from '../../../cli/max-bytes.js';
import { size } from '../../../cli/options.js';
import { reportFailure, setStatus } from '../../../cli/process.js';
import { runServer, type ServerOptions, withServerOptions } from '../../../cli/run-server.js';
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

/** `wireline serve sink`: text 2 of the seeds. */
export function serveSink() {
  const command = new Command('sink')
    .summary('write what clients send to stdout, or to files')
    .description(
      'Writes what clients send to stdout: each connection is a message, and messages are never mixed. ' +
        'The server closes a connection when its bytes are written: the close is the receipt.',
    )
    .argument('<address>', 'PORT, HOST:PORT, [v6]:PORT or unix:PATH')
    .addOption(new Option('--by <unit>', 'what is kept whole (default: message; on a terminal line)').choices(units))
    .option('--into <dir>', 'write each message to a file of its own there')
    .addOption(maxBytesOption())
    .option('--verify', 'take only verified streams, from send --verify')
    .option('--once', 'take one connection, then end')
    .option('--spool <size>', 'hold at most so much, in memory and on disk, of messages that wait', size, 1024 ** 3);
  return withServerOptions(command, { stall: 30_000 })
    .addHelpText('after', examples('wireline serve sink 9000 > out', 'wireline serve sink --into inbox --once 9000'))
    .action(runSink);
}

interface SinkCommandOptions extends ServerOptions {
  by?: (typeof units)[number] | undefined;
  into?: string | undefined;
  maxBytes?: number | undefined;
  once?: true | undefined;
  verify?: true | undefined;
  spool: number;
}

async function runSink(address: string, options: SinkCommandOptions): Promise<void> {
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
