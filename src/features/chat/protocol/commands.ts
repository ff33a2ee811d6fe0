/** The reader of a command: the server, in plain text, or the client of wireline. */
export type CommandReader = 'plain' | 'client';

/** A command of a chat, as a person types it after a slash. */
export interface ChatCommand {
  readonly name: string;
  readonly args?: string;
  readonly help: string;
  /** Other names of it. */
  readonly also?: readonly string[];
  /** The reader that alone knows it (default: both). */
  readonly only?: CommandReader;
}

/** The commands of a chat, in the order in which help lists them. Help and completion are made of them. */
export const chatCommands: readonly ChatCommand[] = [
  { name: 'nick', args: 'NAME', help: 'take another name' },
  { name: 'join', args: 'ROOM', help: 'go to a room' },
  { name: 'leave', args: '[ROOM]', help: 'leave a room', only: 'client' },
  { name: 'rooms', help: 'list the rooms' },
  { name: 'who', args: '[ROOM]', help: 'list the members of this room, or of another' },
  { name: 'msg', args: 'NAME TEXT', help: 'send a message to one member alone; it is not kept' },
  { name: 'topic', args: '[TEXT]', help: 'show the topic, or set it; /topic - clears it' },
  { name: 'history', args: '[N]', help: 'show older messages' },
  { name: 'more', help: 'show more of the last long message', only: 'client' },
  { name: 'help', help: 'show this list' },
  { name: 'quit', help: 'leave; so does /q. Bye is sent, and leaves', also: ['q'] },
];

/** The commands that a reader knows. */
export function commandsFor(reader: CommandReader): ChatCommand[] {
  return chatCommands.filter(({ only }) => only === undefined || only === reader);
}

/** The help of a reader, a line per command. */
export function commandHelp(reader: CommandReader): string[] {
  const lines = commandsFor(reader).map(({ name, args = '', help }) => [`/${name} ${args}`.trim(), help] as const);
  return [...lines, ['//TEXT', 'send a message that begins with a slash'] as const].map(
    ([usage, help]) => `${usage.padEnd(16)} ${help}`,
  );
}

/** The line for a command that is not complete. */
export function usageOf(name: string): string {
  const command = chatCommands.find((each) => each.name === name);
  return `/${name} ${command?.args ?? ''}`.trim();
}
