import { mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { type OptionTable, type Values, withOptions } from '../../../cli/option-table.js';
import { count } from '../../../cli/options.js';
import { setStatus, writeErr, writeNote, writeOut } from '../../../cli/process.js';
import { escapedJson, readableName, readableSize } from '../../../cli/readable.js';
import { standardOutput } from '../../../cli/stdio.js';
import { errorText, sha256, WirelineError } from '../../../core/index.js';
import { isPart } from '../../../io/new-file.js';
import {
  downloadInto,
  type FileTargetOptions,
  fileTarget,
  isFolderHere,
  pathIn,
  treeDownload,
} from '../client/file-target.js';
import { type GetResult, get, getTree, IsFolder } from '../client/get.js';
import type { FilesSession } from '../client/session.js';
import { type FileTarget, pathParts } from '../protocol/tree.js';
import { progressFor, type TransferOptions, transferOptions, withFiles } from './transfer-options.js';

const gettingOptions = {
  output: {
    flags: '-o, --output <file>',
    help: 'the file or folder to make; - is stdout (default: the name, here)',
  },
  force: { flags: '--force', help: 'replace what is there' },
  sync: { flags: '--no-sync', help: 'do not wait for the disk: faster, and a power cut may take what came last' },
  maxFiles: {
    flags: '--max-files <n>',
    help: 'files and folders of a tree, at most',
    read: count,
    default: 1_000_000,
    stops: 'a tree that never ends',
  },
  hash: { flags: '--no-hash', help: 'check the length only: faster, for what is checked in another way' },
  ...transferOptions,
} as const satisfies OptionTable;

/** `wireline get`: fetches files by name. */
export function getCommand() {
  const command = new Command('get')
    .summary('fetch a file, or a folder of them')
    .description(
      'Fetches a file, or all files of a folder. What was cut is resumed; a file has its name only when its ' +
        'SHA-256 has proved right.',
    )
    .usage('[options] HOST PORT NAME [-]')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH, then the name; a - after it is stdout');
  return withOptions(command, gettingOptions)
    .addHelpText('after', examples('wireline get localhost 9000 notes.txt', 'wireline get nas:9000 photos -o backup'))
    .action((words, options) => withFiles(words, options, (session, rest) => fetchAll(session, rest, options)));
}

async function fetchAll(session: FilesSession, words: string[], options: Values<typeof gettingOptions>): Promise<void> {
  const [name, dash, ...more] = words;
  if (name === undefined) throw new WirelineError('usage', 'the name of a file is missing after the address');
  if (dash !== undefined && options.output !== undefined) {
    throw new WirelineError('usage', 'it is stdout that is named by a -, or what -o names: not both');
  }
  if (more.length > 0 || (dash !== undefined && dash !== '-')) {
    throw new WirelineError('usage', 'one name is fetched at a time: a folder for many files');
  }
  const output = dash ?? options.output ?? lastPart(name);
  const printLine = output === '-' ? writeErr : (line: string) => writeOut(`${line}\n`);
  const progress = await progressFor(options, printLine);
  const how = { hash: options.hash, onProgress: progress.show };
  const done = (got: GetResult) => {
    progress.stop();
    report(got, printLine, options);
  };
  const kept = new Kept();
  const target = { replace: options.force === true, sync: options.sync, onKept: kept.add };
  try {
    if (output === '-') return done(await get(session, name, ontoStdout(session), how));
    await get(session, name, place(output, name, target), how).then(done, async (error) => {
      if (!(error instanceof IsFolder)) throw error;
      await getTree(session, name, (below) => treeDownload(pathIn(output, below), target), {
        ...{ ...how, onGot: done, maxEntries: options.maxFiles },
        onFolder: (below) => makeFolder(pathIn(output, below)),
        leavesOut: (below) => leftOut(below, name, printLine, options),
      });
    });
  } finally {
    progress.stop();
    kept.tell();
  }
}

/** The parts that stay, for which one line is enough. */
class Kept {
  readonly #parts: { part: string; bytes: number }[] = [];
  readonly add = (part: string, bytes: number) => void this.#parts.push({ part, bytes });

  tell(): void {
    const [first, ...more] = this.#parts;
    if (!first) return;
    const others = more.length > 0 ? `, and ${more.length} more parts` : '';
    writeNote(
      `wireline: ${readableSize(first.bytes)} stay in ${readableName(first.part)}${others}: the next get goes on from there`,
    );
  }
}

/** Where a file goes: below a folder that is there, or is named with a / at its end, it has its own name. */
function place(output: string, name: string, target: FileTargetOptions): FileTarget {
  const isFolder = output.endsWith('/') || isFolderHere(output);
  const last = basename(name);
  return isFolder && pathParts(last)?.length === 1 ? downloadInto(output, last, target) : fileTarget(output, target);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new WirelineError('output', `cannot make the folder ${path}: ${errorText(cause)}`, { cause });
  }
}

/** Leaves out a file whose name says that it is the part of another, as the parts here have such names. */
function leftOut(below: string, name: string, printLine: (line: string) => void, { json }: TransferOptions): boolean {
  if (!isPart(basename(below))) return false;
  const why = 'has the name of a part of a file that is not whole yet';
  setStatus('refused');
  writeErr(`wireline: ${readableName(below)} of ${readableName(name)} is left out: it ${why}`);
  if (json) printLine(escapedJson({ leftOut: below, why }));
  return true;
}

/** The name here of what is called `path` there. */
function lastPart(path: string): string {
  const part = basename(path);
  if (pathParts(part)?.length === 1) return part;
  throw new WirelineError('usage', `${path} has no name of its own: -o says what to call it here`);
}

/** Stdout as a download: nothing is there before, and nothing can be taken back. */
function ontoStdout(session: FilesSession): FileTarget {
  const output = standardOutput((error) => session.fail(error));
  const hash = sha256();
  return {
    path: 'stdout',
    offset: 0,
    prefix: sha256().hex(),
    hash,
    restart: () => hash,
    write(bytes) {
      if (output.write(bytes)) return;
      session.pause();
      output.whenDrained(() => session.resume());
    },
    finish() {},
    keep() {},
    drop() {},
  };
}

function report(got: GetResult, printLine: (line: string) => void, { json, quiet }: TransferOptions): void {
  if (json) printLine(JSON.stringify(got));
  else if (!quiet) {
    const resumed = got.resumed > 0 ? `, of which ${readableSize(got.resumed)} were there` : '';
    writeErr(
      `${readableName(got.path)}: ${readableSize(got.bytes)}${resumed}${got.sha256 ? `, SHA-256 ${got.sha256}` : ''}`,
    );
  }
}
