import { Option } from '@commander-js/extra-typings';
import type { Server } from '../net/index.js';
import type { Logger } from './logger.js';
import { size } from './options.js';

/** The option of servers that write what clients send into a folder. */
export function maxBytesOption() {
  return new Option(
    '--max-bytes <size>',
    'what the folder may hold, with what is in it at the start (default: any size)',
  )
    .argParser(size)
    .default(undefined as number | undefined);
}

/** The option of the library for the value of the command's. */
export function given(maxBytes: number | undefined): { maxBytes?: number } {
  return maxBytes === undefined ? {} : { maxBytes };
}

/** Warns where clients of other machines may fill the disk. */
export function warnOfRoom({ address }: Server, log: Logger): void {
  if (address.path !== undefined || /^(127\.|::1$|::ffff:127\.)/.test(address.host ?? '')) return;
  log.warn('whoever reaches this port can fill the disk: --max-bytes limits what the folder may hold');
}
