import type { Log as ServerLog } from '../../../cli/logger.js';
import { type Connection, type Service, sha256, systemClock } from '../../../core/index.js';
import { sniffed } from '../../../net/index.js';
import type { Log } from '../protocol/journal.js';
import { jsonDialect } from '../server/dialects/json.js';
import { plainDialect } from '../server/dialects/plain.js';
import { strangers } from '../server/dialects/wrong-protocol.js';
import { Hall } from '../server/server.js';
import { noted } from './monitored-journal.js';

export { memoryLog } from '../journal/memory.js';

/** The limits of a chat's members, as the command's options have them. */
export interface ChatLimits {
  readonly lobby: string;
  readonly replay: number;
  readonly hold: number;
  readonly rate: number;
  readonly burst: number;
  readonly maxMessage: number;
  readonly maxBacklog: number;
  readonly memory: number;
  readonly maxRooms: number;
  readonly maxMembers: number;
}

/** A chat that is served. */
export interface ChatRooms {
  readonly service: Service;
  /** Says bye to all, and resolves when they are gone. */
  goodbye(): Promise<void>;
}

/** The rooms of a chat on one port, in all dialects. The names of clients, and the failures of the log, go to the server's log. */
export function chatRooms(log: Log, server: ServerLog, options: ChatLimits): ChatRooms {
  const { lobby, replay, hold, rate, burst, maxMessage, maxBacklog, memory, maxRooms, maxMembers } = options;
  const hall = new Hall({
    ...{ lobby, replay, maxMessage, maxBacklog, memory, maxRooms, maxMembers, holdMs: hold },
    pace: { rate, burst, maxDelayMs: 60_000 },
    clock: systemClock,
    hash: sha256,
    log: noted(log, server),
    onNamed: (peer: Connection, name: string) => server.info(`${peer.remote} is ${name}`, { peer: peer.id, name }),
  });
  return {
    service: sniffed([jsonDialect(hall), ...strangers], plainDialect(hall)),
    goodbye: () => hall.goodbye(),
  };
}
