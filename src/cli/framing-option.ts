import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Codec } from '../core/index.js';
import { type LengthHeader, length, lines, netstring } from '../framing/index.js';
import type { OptionTable } from './option-table.js';

/** A framing as the command line names it: `text`, or the codec of one that needs no pause. */
export type FramingChoice = 'text' | ((max: number) => Codec<Uint8Array>);

const named: Record<string, FramingChoice> = {
  text: 'text',
  lines: (max) => lines({ max }),
  length: (max) => length({ max }),
  netstring: (max) => netstring({ max }),
};
const forms: Record<string, LengthHeader['form']> = { '': 'big-endian', le: 'little-endian', ascii: 'ascii' };
const hint = `A framing is ${Object.keys(named).join(', ')}, or length:N, length:Nle or length:Nascii with a header of N bytes.`;

/** The option `--framing` of commands that exchange messages. Its reader takes more than the choices. */
export const framingOption = {
  framing: {
    flags: '--framing <name>',
    help: 'how messages are told apart; also length:2, length:4le, length:10ascii ...',
    choices: Object.keys(named),
    read: framing,
    default: 'text' as FramingChoice,
    shown: 'text',
  },
} as const satisfies OptionTable;

/** Reads `text`, `lines`, `netstring`, `length`, or `length:N` with `le` (lowest byte first) or `ascii` (digits). */
function framing(word: string): FramingChoice {
  if (Object.hasOwn(named, word)) return named[word] as FramingChoice;
  const [, digits, form = ''] = /^length:(\d{1,3})(le|ascii)?$/.exec(word) ?? [];
  if (digits === undefined) throw new InvalidArgumentError(hint);
  const header = { bytes: Number(digits), form: forms[form] } as LengthHeader;
  try {
    length(header);
  } catch (error) {
    throw new InvalidArgumentError(`In it, ${(error as Error).message}.`);
  }
  return (max) => length({ max, ...header });
}
