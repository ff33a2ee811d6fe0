import type { Server } from '../net/index.js';
import type { Logger } from './logger.js';
import type { OptionTable } from './option-table.js';
import { size } from './options.js';

/** The option of servers that write what clients send into a folder. */
export const maxBytesOption = {
  maxBytes: {
    flags: '--max-bytes <size>',
    help: 'what the folder may hold, with what is in it at the start (default: any size)',
    read: size,
    stops: 'clients from filling the disk',
  },
} as const satisfies OptionTable;

/** The option of the library for the value of the command's. */
export function given(maxBytes: number | undefined): { maxBytes?: number } {
  return maxBytes === undefined ? {} : { maxBytes };
}

/** Warns where clients of other machines may fill the disk. */
export function warnOfRoom({ address }: Server, log: Logger): void {
  if (address.path !== undefined || /^(127\.|::1$|::ffff:127\.)/.test(address.host ?? '')) return;
  log.warn('whoever reaches this port can fill the disk: --max-bytes limits what the folder may hold');
}
