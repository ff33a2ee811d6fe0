import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Protocol } from './chat-wire.js';
import { type Command, wireline } from './children.js';
import { temporaryFolder } from './data.js';

/** A chat's server that is measured. */
export interface ChatServer {
  readonly name: string;
  readonly program: string;
  readonly protocol: Protocol;
  /** The program, listening on a port of the loopback address. */
  readonly command: (port: string) => Command;
}

const host = '127.0.0.1';
let folder: string | undefined;
let files = 0;

/** `wireline serve chat` with what a load of this kind needs: no pace, and a backlog as large as NATS' own. */
export function ourChat(name: string, protocol: Protocol, ...options: string[]): ChatServer {
  const limits = ['--rate', '0', '--max-backlog', '64MiB'];
  const command = (port: string) =>
    wireline('serve', 'chat', '-q', ...limits, ...options.map(filled), `${host}:${port}`);
  return { name, program: 'node', protocol, command };
}

/** The same with its log in a new SQLite file. */
export function ourChatOnDisk(name: string, protocol: Protocol, ...options: string[]): ChatServer {
  return ourChat(name, protocol, '--log', 'sqlite:FILE', ...options);
}

/** Others, with their limits lifted where they would refuse or slow down the load. */
export const chatPeers: readonly ChatServer[] = [
  {
    name: 'ncat --broker',
    program: 'ncat',
    protocol: 'raw',
    command: (port) => ['ncat', '-l', '--broker', '-m', '1010', host, port],
  },
  {
    name: 'ngircd',
    program: 'ngircd',
    protocol: 'irc',
    command: (port) => ['ngircd', '-n', '-f', written(ngircd(port))],
  },
  {
    name: 'Mosquitto, QoS 0',
    program: 'mosquitto',
    protocol: 'mqtt',
    command: (port) => ['mosquitto', '-c', written(mosquitto(port))],
  },
  {
    name: 'nats-server, core',
    program: 'nats-server',
    protocol: 'nats',
    command: (port) => ['nats-server', '-a', host, '-p', port],
  },
];

const ngircd = (port: string) => `[Global]
Name = bench.example.net
Info = bench
Listen = ${host}
Ports = ${port}
MotdPhrase = none
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
Syslog = no
`;

const mosquitto = (port: string) => `listener ${port} ${host}
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
log_type none
set_tcp_nodelay true
`;

function written(config: string): string {
  const path = fresh('.conf');
  writeFileSync(path, config);
  return path;
}

function filled(option: string): string {
  return option.replace('FILE', () => fresh('.db'));
}

function fresh(extension: string): string {
  folder ??= temporaryFolder();
  return join(folder, `${++files}${extension}`);
}
