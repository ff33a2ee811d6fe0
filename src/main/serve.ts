import { Command } from '@commander-js/extra-typings';

/** The services. Only the one that is asked for is loaded, so that its port is open soon. */
export const services: Record<string, () => Promise<object>> = {
  echo: async () => (await import('../features/echo/command.js')).serveEcho(),
  sink: async () => (await import('../features/stream/command/serve.js')).serveSink(),
  transform: async () => (await import('../features/transform/command.js')).serveTransform(),
  files: async () => (await import('../features/files/command/serve.js')).serveFiles(),
  order: async () => (await import('../features/order/command/serve.js')).serveOrder(),
  relay: async () => (await import('../features/relay/command.js')).serveRelay(),
  chat: async () => (await import('../features/chat/command/serve.js')).serveChat(),
};

/** `wireline serve SERVICE`, with the sub-command of `service` alone, or with all where there is none of that name. */
export async function serveCommand(service?: string) {
  const command = new Command('serve')
    .summary('run a server')
    .description('Runs a server until SIGINT or SIGTERM.')
    .usage('SERVICE [options] ADDRESS');
  const named = service === undefined ? undefined : services[service];
  for (const make of named ? [named] : Object.values(services)) command.addCommand((await make()) as Command);
  return command;
}
