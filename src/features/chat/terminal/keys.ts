/** An action on the keyboard: a key of a name (`enter`, `ctrl-a`, `alt-1`), text that was typed, or a paste. */
export type KeyEvent = { readonly key: string } | { readonly text: string } | { readonly paste: string };

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';
/** Characters of a sequence that is no key's: it is dropped. */
const longest = 64;

/** Final characters of keys' sequences (ECMA-48, section 5.4, as xterm uses them), and the numbers before `~`. */
const finals: Record<string, string> = {
  ...{ A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end', Z: 'shift-tab', M: 'enter' },
};
const numbers: Record<string, string> = {
  ...{ 1: 'home', 3: 'delete', 4: 'end', 5: 'page-up', 6: 'page-down', 7: 'home', 8: 'end' },
};
const codes: Record<string, string> = { 9: 'tab', 13: 'enter', 27: 'escape', 127: 'backspace' };
const controls: Record<string, string> = { '\r': 'enter', '\t': 'tab', '\x7f': 'backspace', '\b': 'backspace' };
/** The character after an escape, where another escape is written as `^`. */
const sequence = /^(?:\[([0-9;?<>=]*)([A-Za-z~$@])|O([A-Za-z])|\^\[([A-D])|([^[O^]))/u;
const begun = /^(?:\^?\[?[0-9;?<>=]*|O)$/;

/**
 * Reads strokes out of what a terminal sends, in whatever pieces it comes. A lone escape is the key or the beginning
 * of a sequence: it is held until more comes, or until `flush`.
 */
export class KeyReader {
  #held = '';
  #paste: string | undefined;

  /** True if something is held that `flush` would give. */
  get holds(): boolean {
    return this.#held !== '' && this.#paste === undefined;
  }

  push(text: string): KeyEvent[] {
    const strokes: KeyEvent[] = [];
    let rest = this.#held + text;
    this.#held = '';
    while (rest !== '') {
      const left = this.#paste === undefined ? this.#take(rest, strokes) : this.#takePaste(rest, strokes);
      if (left === undefined) {
        this.#held = rest.length > longest && this.#paste === undefined ? '' : rest;
        break;
      }
      rest = left;
    }
    return strokes;
  }

  /** True from the beginning of a paste to its end. */
  get pasting(): boolean {
    return this.#paste !== undefined;
  }

  /** Nothing more has come for a second: a paste of which the end was lost is over. */
  endPaste(): KeyEvent[] {
    const paste = `${this.#paste ?? ''}${this.#held}`;
    this.#paste = undefined;
    this.#held = '';
    return paste === '' ? [] : [{ paste }];
  }

  /** Nothing more has come for a moment: what is held was the escape key, and what followed it. */
  flush(): KeyEvent[] {
    const held = this.#held;
    if (!this.holds) return [];
    this.#held = '';
    const rest = held.slice(1).replace(/[^\P{Cc}]/gu, '');
    return rest === '' || rest === '[' || rest === 'O' ? [{ key: 'escape' }] : [{ key: 'escape' }, { text: rest }];
  }

  /** Takes one stroke. Returns what is left, or undefined where more has to come first. */
  #take(text: string, strokes: KeyEvent[]): string | undefined {
    if (text.startsWith(pasteStart)) {
      this.#paste = '';
      return text.slice(pasteStart.length);
    }
    if (text.startsWith('\x1b')) return takeSequence(text, strokes);
    const typed = /^[^\p{Cc}]+/u.exec(text)?.[0];
    if (typed !== undefined) {
      strokes.push({ text: typed });
      return text.slice(typed.length);
    }
    const key = controlKey(text[0] as string);
    if (key) strokes.push({ key });
    return text.slice(1);
  }

  #takePaste(text: string, strokes: KeyEvent[]): string | undefined {
    const end = text.indexOf(pasteEnd);
    if (end >= 0) {
      strokes.push({ paste: `${this.#paste}${text.slice(0, end)}` });
      this.#paste = undefined;
      return text.slice(end + pasteEnd.length);
    }
    // All but what may be the beginning of the end is taken at once.
    const sure = Math.max(0, text.length - pasteEnd.length + 1);
    this.#paste += text.slice(0, sure);
    this.#held = text.slice(sure);
    return '';
  }
}

function takeSequence(text: string, strokes: KeyEvent[]): string | undefined {
  const head = text.slice(1, longest).replaceAll('\x1b', '^');
  const match = sequence.exec(head);
  if (!match) return begun.test(head) ? undefined : text.slice(1);
  const [whole, parameters, final, short, alted, character] = match;
  const key =
    final !== undefined
      ? csiKey(parameters ?? '', final)
      : character !== undefined
        ? `alt-${controlKey(character) ?? character}`
        : alted !== undefined
          ? `alt-${finals[alted]}`
          : finals[short as string];
  if (key) strokes.push({ key });
  return text.slice(1 + whole.length);
}

/** A key with its modifiers: `CSI 1;5D`, `CSI 5~`, and, as some terminals have it, `CSI 13;2u` or `CSI 27;2;13~`. */
function csiKey(parameters: string, final: string): string | undefined {
  const [first = '', second = '', third = ''] = parameters.split(';');
  const other = final === '~' && first === '27';
  const name = other ? codes[third] : final === '~' ? numbers[first] : final === 'u' ? codes[first] : finals[final];
  if (name === undefined) return undefined;
  const bits = Math.max(0, Number(second || 1) - 1);
  return `${bits & 4 ? 'ctrl-' : ''}${bits & 2 ? 'alt-' : ''}${bits & 1 ? 'shift-' : ''}${name}`;
}

function controlKey(character: string): string | undefined {
  const known = controls[character];
  if (known) return known;
  const code = character.charCodeAt(0);
  return code >= 1 && code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : undefined;
}
