/** A floor of the house: what stands in a folder of `src`, and what it may import. Higher floors import lower ones. */
export interface Floor {
  readonly folder: string;
  readonly holds: string;
  /** The floors that it may import. */
  readonly floors: readonly string[];
  /** Packages of others, each for a reason. Modules of Node are named as `node:`, any package as `*`. */
  readonly packages: readonly string[];
}

/** The floors of `src`, from the ground up. The tables of `AGENTS.md` and `docs/architecture.md` are made from this. */
export const floors: readonly Floor[] = [
  {
    folder: 'core',
    holds: 'the words: Connection, Handler, Service, Codec, Output, Clock, Reason, and small pure functions',
    floors: [],
    packages: [],
  },
  { folder: 'framing', holds: 'bytes to messages: `framed`, and one file per codec', floors: ['core'], packages: [] },
  {
    folder: 'io',
    holds: 'what touches the file system: inputs, outputs, spools, files put in place whole',
    floors: ['core'],
    // How wide characters are is a table of Unicode's; it knows no terminal.
    packages: ['node:', 'string-width'],
  },
  {
    folder: 'net',
    holds: 'sockets as Connections: serve, dial, detect, limits, the memory pair, the channel of `for await`',
    floors: ['core', 'framing', 'io'],
    packages: ['node:'],
  },
  {
    folder: 'cli',
    holds: 'the kit for commands: options, process, stdio, terminal, logger, progress',
    floors: ['core', 'framing', 'io', 'net'],
    packages: ['node:', '*'],
  },
  {
    folder: 'features',
    holds: 'one folder per feature; no feature imports another',
    floors: ['core', 'framing', 'io', 'net'],
    packages: ['node:'],
  },
  {
    folder: 'testing',
    holds: '`wireline/testing`: a clock that a test moves, the memory pair, a channel onto a service',
    floors: ['core', 'net'],
    packages: ['node:'],
  },
  {
    folder: 'main',
    holds: 'the entry: the table of commands, and completion',
    floors: ['core', 'framing', 'io', 'net', 'cli', 'features'],
    packages: ['node:', '*'],
  },
  {
    folder: 'index.ts',
    holds: 'the public face of the library; it only re-exports',
    floors: ['core', 'framing', 'io', 'net', 'features'],
    packages: [],
  },
];

/** A part of a feature: a folder, or a file, of this name inside the feature's folder. */
export interface Part {
  readonly name: string;
  readonly holds: string;
  /** The parts of the same feature that it may import. */
  readonly parts: readonly string[];
  /** Packages beside Node's modules. */
  readonly packages?: readonly string[];
  /** Whether it may import the kit for commands. */
  readonly kit?: true;
}

/** The parts of a feature: the server and the client share the protocol, and the command alone sees all. */
export const parts: readonly Part[] = [
  { name: 'protocol', holds: 'what both ends share: messages, names, phrases', parts: [] },
  {
    name: 'journal',
    holds: 'where a chat keeps what its rooms have said: memory, SQLite',
    parts: ['protocol'],
    packages: ['@photostructure/sqlite'],
  },
  { name: 'directory', holds: 'where a chat keeps names and topics: memory', parts: ['protocol'] },
  { name: 'tree', holds: 'the served tree of files on the disk', parts: ['protocol'] },
  { name: 'service', holds: 'a service that is the same at both ends', parts: ['protocol'] },
  { name: 'server', holds: 'what a server does with its connections', parts: ['protocol', 'directory'] },
  { name: 'client', holds: 'what a client does with its one connection', parts: ['protocol'] },
  {
    name: 'terminal',
    holds: 'a view of the client on a terminal: model, update, view, all pure',
    parts: ['protocol', 'client'],
  },
  {
    name: 'worker',
    holds: "threads for a user's own code",
    parts: ['protocol', 'server'],
    // What a user's module is, only its thread finds out.
    packages: ['piscina', '(computed) transform'],
  },
  {
    name: 'command',
    holds: 'the sub-commands: they alone print, exit and read options',
    parts: ['protocol', 'journal', 'directory', 'tree', 'service', 'server', 'client', 'terminal', 'worker'],
    packages: ['*'],
    kit: true,
  },
  {
    name: 'index',
    holds: "the feature's public names",
    parts: ['protocol', 'journal', 'directory', 'tree', 'service', 'server', 'client'],
  },
];

/** The table of the floors, as Markdown. */
export function floorTable(): string {
  const rows = floors.map(({ folder, holds, floors: below }) => {
    return `| \`src/${folder}\` | ${holds} | ${below.join(', ') || 'nothing, not even `node:`'} |`;
  });
  return ['| folder | what it holds | imports |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The table of the parts of a feature, as Markdown. */
export function partTable(): string {
  const rows = parts
    .filter(({ name }) => name !== 'index')
    .map(({ name, holds, parts: below, kit }) => {
      const beside = kit ? 'all parts, and `src/cli`' : below.join(', ') || 'none';
      return `| \`${name}\` | ${holds} | ${beside} |`;
    });
  return ['| part | what it holds | parts it imports |', '| --- | --- | --- |', ...rows].join('\n');
}
