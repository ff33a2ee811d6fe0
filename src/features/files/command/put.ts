import { type Stats, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { type OptionTable, type Values, withOptions } from '../../../cli/option-table.js';
import { setStatus, writeErr, writeOut } from '../../../cli/process.js';
import { escapedJson, readableName, readableSize } from '../../../cli/readable.js';
import { inputOf, isTyped } from '../../../cli/stdio.js';
import { WirelineError } from '../../../core/index.js';
import { errorText } from '../../../net/system-errors.js';
import { type FileToPut, makeFolder, type PutResult, putAll } from '../client/put.js';
import type { FilesSession } from '../client/session.js';
import { filesUnder, type LeaveOut } from '../client/tree.js';
import { progressFor, type TransferOptions, transferOptions, withFiles } from './transfer-options.js';

const puttingOptions = {
  name: { flags: '--name <name>', help: 'what to call it at the server (default: as here)' },
  force: { flags: '--force', help: 'replace what is there' },
  sync: {
    flags: '--no-sync',
    help: 'do not have the server wait for its disk: faster, and a power cut may take what came last',
  },
  ...transferOptions,
} as const satisfies OptionTable;

/** `wireline put`: sends files to a files service that is writable. */
export function putCommand() {
  const command = new Command('put')
    .summary('send a file, or a folder of them')
    .description('Sends a file, or all files of a folder. It has its name at the server only when it is there whole.')
    .usage('[options] HOST PORT FILE')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH, then the file; - is stdin');
  return withOptions(command, puttingOptions)
    .addHelpText(
      'after',
      examples('wireline put localhost 9000 notes.txt', 'tar c . | wireline put nas:9000 - --name all.tar'),
    )
    .action((words, options) => withFiles(words, options, (session, rest) => sendAll(session, rest, options)));
}

async function sendAll(session: FilesSession, words: string[], options: Values<typeof puttingOptions>): Promise<void> {
  const [file, ...more] = words;
  if (file === undefined) throw new WirelineError('usage', 'the file is missing after the address; - is stdin');
  if (more.length > 0) throw new WirelineError('usage', 'one file is sent at a time: a folder for many');
  const name = options.name ?? (file === '-' ? undefined : basename(resolve(file)));
  if (name === undefined) throw new WirelineError('usage', 'what comes from stdin needs a --name');
  const leaveOut = leavingOut(options);
  // A bar would stand in the way of what is typed.
  const progress = await progressFor(isTyped([file]) ? { ...options, quiet: true } : options, printLine);
  try {
    const { files, folders } = meant(file, name, leaveOut);
    const sizes = new Map(files.map(({ path, size }) => [path, size]));
    await putAll(session, files, {
      replace: options.force === true,
      sync: options.sync,
      onProgress(known, bytes) {
        const size = sizes.get(known);
        progress.show(known, bytes, size && Number.isFinite(size) ? Math.max(size, bytes) : undefined);
      },
      onSent(sent) {
        progress.stop();
        report(sent, options);
      },
    });
    for (const folder of folders) await makeFolder(session, folder);
  } finally {
    progress.stop();
  }
}

/** Says what is not sent, and why, also with `-q`: the status is then 1. */
function leavingOut({ json }: TransferOptions): LeaveOut {
  return (path, why) => {
    setStatus('input');
    writeErr(`wireline: ${readableName(path)} is left out: it ${why}`);
    if (json) printLine(escapedJson({ leftOut: path, why }));
  };
}

/** The files and the empty folders that are meant by `file`, with their names at the server. */
function meant(file: string, name: string, leaveOut: LeaveOut): { files: FileToPut[]; folders: string[] } {
  const stat = file === '-' ? undefined : statOf(file);
  if (!stat?.isDirectory()) return { files: [toPut(file, name, stat)], folders: [] };
  const files: FileToPut[] = [];
  const folders: string[] = [];
  for (const { path, below, stat } of filesUnder(file, leaveOut)) {
    const there = below === '' ? name : `${name}/${below}`;
    if (stat.isDirectory()) folders.push(there);
    else files.push(toPut(path, there, stat));
  }
  return { files, folders };
}

function toPut(path: string, there: string, stat: Stats | undefined): FileToPut {
  const open = () => inputOf([path], { steady: true });
  if (!stat?.isFile()) return { path: there, size: Number.POSITIVE_INFINITY, open };
  return { path: there, size: stat.size, mode: stat.mode & 0o777, time: stat.mtimeMs, open };
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw new WirelineError('input', `cannot read ${path}: ${errorText(cause)}`, { cause });
  }
}

function printLine(line: string): void {
  writeOut(`${line}\n`);
}

function report(sent: PutResult, { json, quiet }: TransferOptions): void {
  if (json) printLine(JSON.stringify(sent));
  else if (!quiet) writeErr(`${readableName(sent.path)}: ${readableSize(sent.bytes)} sent, SHA-256 ${sent.sha256}`);
}
