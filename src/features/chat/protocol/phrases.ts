import type { ChatEvent } from './events.js';

/**
 * Returns the sentence for an event, as people read it in every view; undefined where an event has none. With `named`, it says in
 * which room somebody has come or gone.
 */
export function describe(event: ChatEvent, { named = true }: { readonly named?: boolean } = {}): string | undefined {
  switch (event.type) {
    case 'join':
      return `${event.name} has joined${named ? ` ${event.room}` : ''}`;
    case 'leave':
      return `${event.name} has left${named ? ` ${event.room}` : ''}`;
    case 'nick':
      return `${event.from} is now ${event.name}`;
    case 'topic':
      return `${event.name} has ${event.topic ? `set the topic: ${event.topic}` : 'cleared the topic'}`;
    case 'rooms':
      return `rooms: ${event.rooms.map(({ room, members }) => `${room} (${members})`).join(', ') || 'none'}`;
    case 'who':
      return `in ${event.room}: ${event.names.join(', ') || 'nobody'}`;
    case 'notice':
    case 'error':
      return event.message;
    default:
      return undefined;
  }
}
