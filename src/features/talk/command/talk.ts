import { isatty } from 'node:tty';
import { Command } from '@commander-js/extra-typings';
import { clientOptions, onlyTarget } from '../../../cli/client-options.js';
import { gathered } from '../../../cli/gathered.js';
import { examples } from '../../../cli/help.js';
import { lineEndOption } from '../../../cli/line-end-option.js';
import { lineInput } from '../../../cli/line-input.js';
import { type OptionTable, type Values, withOptions } from '../../../cli/option-table.js';
import { abortableBy, runClientCommand, writeErr, writeNote } from '../../../cli/process.js';
import { standardInput, standardOutput } from '../../../cli/stdio.js';
import { textOptions, textTable } from '../../../cli/text-options.js';
import { type Closed, errorText, type Service, systemClock, WirelineError, wrapHandler } from '../../../core/index.js';
import { dial, formatAddress, serve } from '../../../net/index.js';
import type { TalkOptions } from '../service/options.js';
import { talk } from '../service/talk.js';

/** Milliseconds that the other is given to hang up too, so that all is over within a second. */
const farewellMs = 200;

const talkingOptions = {
  listen: { flags: '--listen <address>', help: 'wait for the other on PORT, HOST:PORT, [v6]:PORT or unix:PATH' },
  turns: { flags: '--turns', help: 'speak in turns, the one that connects first; both ends need it' },
  ...lineEndOption("the other's, and lf at first"),
  ...textTable,
  ...clientOptions,
} as const satisfies OptionTable;

/** `wireline talk`: both ends of text 4. */
export function talkCommand() {
  const command = new Command('talk')
    .summary('talk one to one')
    .description('Passes lines between two people. /q alone, the end of input, or the other leaving ends it.')
    .usage('[options] HOST PORT | --listen PORT')
    .argument('[address...]', 'HOST PORT, HOST:PORT or unix:PATH');
  return withOptions(command, talkingOptions)
    .addHelpText('after', examples('wireline talk --listen 9000', 'wireline talk localhost 9000'))
    .action((words, options) =>
      runClientCommand(async (signal) => {
        const failed = abortableBy(signal);
        const end = await ends(options, (error) => failed.fail(error));
        try {
          await met(end.service, words, options, failed.signal);
          failed.signal.throwIfAborted();
          await end.closed;
        } finally {
          end.stop();
        }
      }),
    );
}

/** Listens or connects. */
async function met(
  service: Service,
  words: string[],
  options: Values<typeof talkingOptions>,
  signal: AbortSignal,
): Promise<void> {
  const { listen, connectTimeout } = options;
  if (listen !== undefined) await listenForOne(announced(service), listen, words, signal);
  else await dial(service, onlyTarget(words), { connectTimeoutMs: connectTimeout, lingerMs: farewellMs, signal });
}

/** This end as a service, and its end. */
async function ends(options: Values<typeof talkingOptions>, onFailed: (error: Error) => void) {
  const stdout = standardOutput(onFailed);
  const typed = isatty(0);
  const onGone = () => onFailed(new WirelineError('failed', 'left before the other came'));
  const terminal = typed ? (await import('./terminal.js')).talkTerminal(stdout, onGone) : undefined;
  let settle!: (why: Closed) => void;
  const closed = new Promise<Closed>((resolve) => {
    settle = resolve;
  }).then(({ reason, error }) => {
    if (reason === 'ended') return;
    throw error instanceof WirelineError
      ? error
      : new WirelineError(reason, `lost the other: ${error ? errorText(error) : reason}`, { cause: error });
  });
  closed.catch(() => {});
  const talking: TalkOptions = {
    lines: terminal?.lines ?? lineInput(standardInput(), options.maxMessage),
    output: gathered(terminal?.output ?? stdout),
    clock: systemClock,
    typed,
    text: textOptions(options),
    onClosed(why, unsent) {
      if (unsent > 0)
        writeErr(`${unsent === 1 ? 'a line was' : `${unsent} lines were`} not sent, as the other has left`);
      // The end that listens says so in any case, as nobody else may be there to see it.
      if (terminal && !terminal.left && why.reason === 'ended' && options.listen === undefined)
        writeNote('* the other has left');
      settle(why);
    },
    onTurn: (own) => terminal?.prompt(own),
    ...(options.eol === undefined ? {} : { lineEnd: options.eol }),
    ...(options.turns ? { turns: options.listen === undefined ? 'first' : 'second' } : {}),
  };
  return { service: talk(talking), closed, stop: () => talking.lines.stop() };
}

/** Says on stderr that the other has come, and that it has left. */
function announced(service: Service): Service {
  return (peer) => {
    writeNote(`* ${peer.remote} has come`);
    const handler = service(peer);
    return wrapHandler(handler, {
      close(why) {
        handler.close?.(why);
        writeNote(`* ${peer.remote} has left`);
      },
    });
  };
}

/** Listens until one has come; the others find nobody there. */
async function listenForOne(service: Service, address: string, words: string[], signal: AbortSignal): Promise<void> {
  if (words.length > 0) throw new WirelineError('usage', 'talk either listens or connects: --listen, or HOST PORT');
  const server = await serve(
    (peer) => {
      server.stopListening();
      return service(peer);
    },
    address,
    { maxConnections: 1, lingerMs: farewellMs, signal },
  );
  writeErr(`Server is listening on ${formatAddress(server.address)}`);
  await server.closed;
}
