import type { Option } from '@commander-js/extra-typings';
import { rowOf } from '../cli/option-table.js';

/** A command as the manual sees it, whatever its arguments and options. */
export interface AnyCommand {
  readonly options: readonly Option[];
  readonly commands: readonly AnyCommand[];
  name(): string;
  description(): string;
  usage(): string;
}

/**
 * Returns the manual page `wireline(1)` in mdoc (mdoc(7) of mandoc and groff), made of the same options as the help. `statuses`
 * has the exit statuses and their meaning.
 */
export function manual(
  commands: readonly AnyCommand[],
  { version, date, statuses }: { version: string; date: Date; statuses: readonly (readonly [string, string])[] },
): string {
  const month = date.toLocaleDateString('en-US', { month: 'long', day: 'numeric', year: 'numeric', timeZone: 'UTC' });
  return [
    `.Dd ${month}`,
    '.Dt WIRELINE 1',
    '.Os',
    ...head(commands),
    ...commands.flatMap((command) => section(command, '')),
    '.Sh ENVIRONMENT',
    ...list(environment(commands)),
    '.Sh EXIT STATUS',
    ...list(statuses.map(([status, meaning]) => [status, meaning])),
    ...tail(version),
    '',
  ].join('\n');
}

function head(commands: readonly AnyCommand[]): string[] {
  return [
    '.Sh NAME',
    '.Nm wireline',
    '.Nd streams, messages, files and rooms over a plain socket',
    '.Sh SYNOPSIS',
    ...commands.flatMap((command) => ['.Nm', `.Cm ${command.name()}`, ...operands(command)]),
    '.Sh DESCRIPTION',
    ...text(
      'An address to listen on is PORT (all interfaces), HOST:PORT, [v6]:PORT or unix:PATH; port 0 takes a free one. An address ' +
        'to connect to is HOST PORT, HOST:PORT, tcp://HOST:PORT or unix:PATH. Payload goes to stdout, and everything else to ' +
        'stderr. A size is a number of bytes, or has a unit: 64KiB, 16MiB. A time has a unit: 500ms, 5s.',
    ),
    '.Pp',
    ...text('The commands are:'),
  ];
}

function tail(version: string): string[] {
  return [
    '.Sh EXAMPLES',
    ...text('Send a file and know that it has arrived:'),
    '.Dl wireline serve sink 9000 > copy',
    '.Dl wireline send localhost 9000 file',
    '.Pp',
    ...text('A chat that keeps its messages:'),
    '.Dl wireline serve chat \\-\\-store sqlite:chat.db 9000',
    '.Dl wireline chat \\-\\-name ada localhost 9000',
    '.Sh SEE ALSO',
    '.Xr nc 1',
    '.Pp',
    ...text(`This is version ${version}. The guide is in the folder docs of the package.`),
  ];
}

/** A list of terms and their meanings. */
function list(entries: readonly (readonly [string, string])[]): string[] {
  if (entries.length === 0) return [];
  return ['.Bl -tag -width Ds', ...entries.flatMap(([term, words]) => [`.It ${term}`, ...text(words)]), '.El'];
}

function section(command: AnyCommand, prefix: string): string[] {
  if (command.commands.length > 0) {
    const name = `${prefix}${command.name()} `;
    return command.commands.flatMap((child) => section(child, name));
  }
  return [
    `.Ss ${prefix}${command.name()}`,
    ...text(command.description()),
    ...list(command.options.filter(({ hidden }) => !hidden).map(entry)),
  ];
}

function entry(option: Option): [string, string] {
  return [flagsOf(option), `${option.description}${defaultOf(option)}.`];
}

/** `.Fl m , Fl \-message Ar text`: mdoc writes the first hyphen of each flag itself. */
function flagsOf({ short, long, flags }: Option): string {
  const names = [short, long].flatMap((flag) => (flag ? `Fl ${escaped(flag.slice(1))}` : []));
  const value = /<([^>]*)>/.exec(flags)?.[1];
  return `${names.join(' , ')}${value === undefined ? '' : ` Ar ${escaped(value)}`}`;
}

function defaultOf({ defaultValue, defaultValueDescription, required }: Option): string {
  if (!required || defaultValue === undefined || Array.isArray(defaultValue)) return '';
  return ` (default: ${defaultValueDescription ?? defaultValue})`;
}

function environment(commands: readonly AnyCommand[]): [string, string][] {
  const all = commands.flatMap((command) => [command, ...command.commands]);
  const variables = new Map<string, string>();
  for (const { options } of all) {
    for (const option of options) {
      const name = rowOf(option)?.environment;
      if (name) variables.set(name, `The value of ${option.long} where the option is not given.`);
    }
  }
  variables.set('NO_COLOR', 'No colours, also where FORCE_COLOR is set.');
  return [...variables].map(([name, words]) => [`Ev ${name}`, words]);
}

function operands(command: AnyCommand): string[] {
  const words = command
    .usage()
    .replace('[command]', 'SERVICE [options] ADDRESS')
    .split(' ')
    .filter((word) => word !== '');
  return words.length === 0 ? [] : [`.Ar ${escaped(words.join(' '))}`];
}

/** Lines of running text. A line that begins with a full stop or an apostrophe would be a request of roff. */
function text(words: string): string[] {
  return words
    .split(/(?<=[.:]) +(?=[A-Z])/)
    .map((sentence) => escaped(sentence))
    .map((sentence) => (/^[.']/.test(sentence) ? `\\&${sentence}` : sentence));
}

function escaped(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('`', '').replaceAll('"', '\\(dq');
}
