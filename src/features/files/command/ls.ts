import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { withOptions } from '../../../cli/option-table.js';
import { writeOut } from '../../../cli/process.js';
import { escapedJson, readableName, readableSize } from '../../../cli/readable.js';
import { WirelineError } from '../../../core/index.js';
import { list } from '../client/ls.js';
import type { TreeListing } from '../protocol/tree.js';
import { transferOptions, withFiles } from './transfer-options.js';

/** `wireline ls`: what a files service has. */
export function lsCommand() {
  const command = new Command('ls')
    .summary('list what is served')
    .description('Lists the files and folders of a files service.')
    .usage('[options] HOST PORT [PATH]')
    .argument('<address...>', 'HOST PORT, HOST:PORT or unix:PATH, then a folder');
  return withOptions(command, transferOptions)
    .addHelpText('after', examples('wireline ls localhost 9000', 'wireline ls --json nas:9000 photos'))
    .action((words, options) =>
      withFiles(words, options, async (session, [path = '', ...more]) => {
        if (more.length > 0) throw new WirelineError('usage', 'one folder is listed at a time');
        for (const entry of await list(session, path))
          writeOut(`${options.json ? escapedJson(entry) : lineOf(entry)}\n`);
      }),
    );
}

function lineOf({ name, type, size, time }: TreeListing): string {
  const when = new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  const what = type === 'folder' ? '' : readableSize(size);
  return `${what.padStart(10)}  ${when}  ${readableName(name)}${type === 'folder' ? '/' : ''}`;
}
