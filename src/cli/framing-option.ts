import { InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Codec } from '../core/index.js';
import { type LengthHeader, length, lines, netstring } from '../framing/index.js';

/** A framing as the command line names it: `text`, or the codec of one that needs no pause. */
export type FramingChoice = 'text' | ((max: number) => Codec<Uint8Array>);

const named: Record<string, FramingChoice> = {
  text: 'text',
  lines: (max) => lines({ max }),
  length: (max) => length({ max }),
  netstring: (max) => netstring({ max }),
};
const forms: Record<string, LengthHeader['form']> = { '': 'big-endian', le: 'little-endian', ascii: 'ascii' };
const hint = 'It is text, lines, length, netstring, or length:N, length:Nle or length:Nascii with a header of N bytes.';

/** The option `--framing` of commands that exchange messages. */
export function framingOption() {
  const option = new Option(
    '--framing <name>',
    'how messages are told apart; also length:2, length:4le, length:10ascii ...',
  );
  // The choices are what help and completion offer; the reader takes more than these.
  return option
    .choices(Object.keys(named))
    .argParser(framing)
    .default('text' as FramingChoice, 'text');
}

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
