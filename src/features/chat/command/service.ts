import type { Logger as ServerLog } from '../../../cli/logger.js';
import { type Service, sha256, systemClock } from '../../../core/index.js';
import { detect } from '../../../net/index.js';
import type { Journal } from '../protocol/journal.js';
import { jsonDialect } from '../server/dialects/json.js';
import { plainDialect } from '../server/dialects/plain.js';
import { wrongProtocol } from '../server/dialects/wrong-protocol.js';
import { type ChatDiagnostic, chatEvents } from '../server/events.js';
import { ChatServer } from '../server/server.js';
import { monitored } from './monitored-journal.js';

export { memoryJournal } from '../journal/memory.js';

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
export interface ChatService {
  readonly service: Service;
  /** Says bye to all, and resolves when they are gone. */
  shutdown(): Promise<void>;
}

/** The rooms of a chat on one port, in all dialects. The names of clients, and the failures of the journal, go to the server's log. */
export function chatService(journal: Journal, server: ServerLog, options: ChatLimits): ChatService {
  const { lobby, replay, hold, rate, burst, maxMessage, maxBacklog, memory, maxRooms, maxMembers } = options;
  const chat = new ChatServer({
    ...{ lobby, replay, maxMessage, maxBacklog, memory, maxRooms, maxMembers, holdMs: hold },
    rateLimit: { rate, burst, maxDelayMs: 60_000 },
    clock: systemClock,
    hash: sha256,
    journal: monitored(journal, server),
  });
  logNames(server);
  return {
    service: detect([jsonDialect(chat), ...wrongProtocol], plainDialect(chat)),
    shutdown: () => chat.shutdown(),
  };
}

function logNames(server: ServerLog): void {
  chatEvents.subscribe((published) => {
    const event = published as ChatDiagnostic;
    if (event.type !== 'named') return;
    server.info(`${event.peer.remote} is ${event.name}`, { peer: event.peer.id, name: event.name });
  });
}
