import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import type { FilesSession } from '../clients/files-session.js';
import { putAll, type Sent } from '../clients/put.js';
import { WirelineError } from '../core/index.js';
import { inWords } from '../transport/system-errors.js';
import { examples } from './help.js';
import { print, say } from './process.js';
import { readableName, readableSize } from './readable.js';
import { inputOf, isTyped } from './stdio.js';
import { progressFor, type TransferOptions, withFiles, withTransferOptions } from './transfer-options.js';

/** `wireline put`: sends files to a files service that is writable. */
export function putCommand() {
  const command = new Command('put')
    .summary('send a file, or a folder of them')
    .description('Sends a file, or all files of a folder. It has its name at the server only when it is there whole.')
    .usage('[options] HOST PORT FILE')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH, then the file; - is stdin')
    .option('--name <name>', 'what to call it at the server (default: as here)')
    .option('--force', 'replace what is there')
    .option('--no-sync', 'do not have the server wait for its disk: faster, and a power cut may take what came last');
  return withTransferOptions(command)
    .addHelpText(
      'after',
      examples('wireline put localhost 9000 notes.txt', 'tar c . | wireline put nas:9000 - --name all.tar'),
    )
    .action((words, options) => withFiles(words, options, (session, rest) => sendAll(session, rest, options)));
}

interface PutCommandOptions extends TransferOptions {
  name?: string | undefined;
  force?: true | undefined;
  sync: boolean;
}

async function sendAll(session: FilesSession, words: string[], options: PutCommandOptions): Promise<void> {
  const [file, ...more] = words;
  if (file === undefined) throw new WirelineError('usage', 'the file is missing after the address; - is stdin');
  if (more.length > 0) throw new WirelineError('usage', 'one file is sent at a time: a folder for many');
  const name = options.name ?? (file === '-' ? undefined : basename(resolve(file)));
  if (name === undefined) throw new WirelineError('usage', 'what comes from stdin needs a --name');
  const leaveOut = (path: string, what: string) => {
    if (!options.quiet) say(`wireline: ${readableName(path)} is left out: it ${what}`);
  };
  // A bar would stand in the way of what is typed.
  const progress = await progressFor(isTyped([file]) ? { ...options, quiet: true } : options, printLine);
  try {
    const found = file === '-' ? [{ path: '-', below: '', size: undefined }] : filesUnder(file, leaveOut);
    const sizes = new Map<string, number>();
    const files = found.map(({ path, below, size }) => {
      const there = below === '' ? name : `${name}/${below}`;
      if (size !== undefined) sizes.set(there, size);
      return { path: there, size: size ?? Infinity, open: () => inputOf([path], { steady: true }) };
    });
    await putAll(session, files, {
      replace: options.force === true,
      sync: options.sync,
      onProgress(known, bytes) {
        const size = sizes.get(known);
        progress.show(known, bytes, size ? Math.max(size, bytes) : undefined);
      },
      onSent(sent) {
        progress.stop();
        report(sent, options);
      },
    });
  } finally {
    progress.stop();
  }
}

interface LocalFile {
  readonly path: string;
  /** Its path below the folder that is sent; empty where it is what is sent. */
  readonly below: string;
  readonly size: number;
}

/** The regular files that are meant by `path`: itself, or all under it. `leaveOut` is given what else there is. */
function filesUnder(path: string, leaveOut: (path: string, what: string) => void): LocalFile[] {
  const stat = statOf(path);
  if (!stat.isDirectory()) return [{ path, below: '', size: stat.size }];
  const found = readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => ({
    entry,
    path: join(entry.parentPath, entry.name),
  }));
  for (const { entry, path } of found) {
    if (entry.isDirectory() && readdirSync(path).length === 0) leaveOut(path, 'is an empty folder');
    else if (!entry.isDirectory() && !entry.isFile()) leaveOut(path, 'is no regular file');
  }
  return found
    .filter(({ entry }) => entry.isFile())
    .map((file) => ({ path: file.path, below: relative(path, file.path), size: statOf(file.path).size }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

function statOf(path: string) {
  try {
    return statSync(path);
  } catch (cause) {
    throw new WirelineError('input', `cannot read ${path}: ${inWords(cause)}`, { cause });
  }
}

function printLine(line: string): void {
  print(`${line}\n`);
}

function report(sent: Sent, { json, quiet }: TransferOptions): void {
  if (json) printLine(JSON.stringify(sent));
  else if (!quiet) say(`${readableName(sent.path)}: ${readableSize(sent.bytes)} sent, SHA-256 ${sent.sha256}`);
}
