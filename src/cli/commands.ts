/**
 * The sub-commands, each given the word that follows its own. Only the one that is asked for is loaded, so that it starts
 * about as fast as Node does.
 */
export const commands: Record<string, (word?: string) => Promise<object>> = {
  serve: async (service) => (await import('./serve.js')).serveCommand(service),
  send: async () => (await import('./send.js')).sendCommand(),
  ask: async () => (await import('./ask.js')).askCommand(),
  get: async () => (await import('./get.js')).getCommand(),
  put: async () => (await import('./put.js')).putCommand(),
  ls: async () => (await import('./ls.js')).lsCommand(),
  announce: async () => (await import('./announce.js')).announceCommand(),
  talk: async () => (await import('./talk.js')).talkCommand(),
  chat: async () => (await import('./chat.js')).chatCommand(),
  store: async () => (await import('./store.js')).storeCommand(),
  connect: async () => (await import('./connect.js')).connectCommand(),
};
