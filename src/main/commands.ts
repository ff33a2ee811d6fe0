/**
 * The sub-commands, each given the word that follows its own. Only the one that is asked for is loaded, so that it starts
 * about as fast as Node does.
 */
export const commands: Record<string, (word?: string) => Promise<object>> = {
  serve: async (service) => (await import('./serve.js')).serveCommand(service),
  send: async () => (await import('../features/stream/command/send.js')).sendCommand(),
  ask: async () => (await import('../features/ask/command/ask.js')).askCommand(),
  get: async () => (await import('../features/files/command/get.js')).getCommand(),
  put: async () => (await import('../features/files/command/put.js')).putCommand(),
  ls: async () => (await import('../features/files/command/ls.js')).lsCommand(),
  announce: async () => (await import('../features/order/command/announce.js')).announceCommand(),
  talk: async () => (await import('../features/talk/command/talk.js')).talkCommand(),
  chat: async () => (await import('../features/chat/command/chat.js')).chatCommand(),
  store: async () => (await import('../features/chat/command/store.js')).storeCommand(),
  connect: async () => (await import('../features/connect/command.js')).connectCommand(),
};
