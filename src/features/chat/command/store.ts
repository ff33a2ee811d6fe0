import { Command } from '@commander-js/extra-typings';
import { examples } from '../../../cli/help.js';
import { reportFailure } from '../../../cli/process.js';
import { backupJournal } from '../journal/backup.js';

/** `wireline store`: the files of a chat's journal. */
export function storeCommand() {
  const backup = new Command('backup')
    .summary('copy a journal, also while its server runs')
    .description(
      'Copies the journal of a chat to a new file, also while its server runs. The copy has all that was acknowledged before, ' +
        'and an epoch of its own, so that clients know that a server of the copy may have forgotten something.',
    )
    .argument('<file>', 'the journal: FILE of serve chat --store sqlite:FILE')
    .argument('<copy>', 'the file to make')
    .addHelpText('after', examples('wireline store backup chat.db chat-2026-11-27.db'))
    .action((file, copy) => backupJournal(file, copy).catch(reportFailure));
  return new Command('store')
    .summary('back up the journal of a chat')
    .description('Looks after the files that a server keeps.')
    .usage('COMMAND FILE...')
    .addCommand(backup);
}
