import { graphemeAt, graphemes } from '../../../../io/width.js';

/** A text that is being typed. `cursor` is in UTF-16 units, and never within a grapheme. */
export interface Editor {
  readonly text: string;
  readonly cursor: number;
  /** The text that was cut last. */
  readonly cut: string;
}

/** Nothing typed yet. */
export const emptyEditor: Editor = { text: '', cursor: 0, cut: '' };

/** The editor with another text, the cursor at its end. */
export function withText(editor: Editor, text: string): Editor {
  return { ...editor, text, cursor: text.length };
}

/** The editor with `text` at the cursor. */
export function insert(editor: Editor, text: string): Editor {
  const { text: before, cursor } = editor;
  return { ...editor, text: before.slice(0, cursor) + text + before.slice(cursor), cursor: cursor + text.length };
}

/** The edits of a text: an editor for an editor, by the key's name. */
export const edits: Readonly<Record<string, (editor: Editor) => Editor>> = {
  left: (editor) => to(editor, before(editor)),
  right: (editor) => to(editor, after(editor)),
  home: (editor) => to(editor, lineStart(editor)),
  end: (editor) => to(editor, lineEnd(editor)),
  'word-left': (editor) => to(editor, wordStart(editor)),
  'word-right': (editor) => to(editor, wordEnd(editor)),
  backspace: (editor) => without(editor, before(editor), editor.cursor),
  delete: (editor) => without(editor, editor.cursor, after(editor)),
  // At the start of a line it takes the end of the one before, so that a long text goes by it too.
  'cut-start': (editor) => cutting(editor, Math.min(lineStart(editor), before(editor)), editor.cursor),
  'cut-end': (editor) => cutting(editor, editor.cursor, lineEnd(editor)),
  'cut-word': (editor) => cutting(editor, wordStart(editor), editor.cursor),
  'cut-word-right': (editor) => cutting(editor, editor.cursor, wordEnd(editor)),
  paste: (editor) => insert(editor, editor.cut),
};

/** The editor with the cursor one line up or down, as many graphemes from the start; undefined where there is no line. */
export function vertical(editor: Editor, lines: -1 | 1): Editor | undefined {
  const { text, cursor } = editor;
  const start = lineStart(editor);
  const target = lines < 0 ? lineStart({ ...editor, cursor: start - 1 }) : lineEnd(editor) + 1;
  if (lines < 0 ? start === 0 : target > text.length) return undefined;
  const end = lineEnd({ ...editor, cursor: target });
  const column = graphemes(text.slice(start, cursor)).length;
  const passed = graphemes(text.slice(target, end)).slice(0, column).join('');
  return to(editor, target + passed.length);
}

function to(editor: Editor, cursor: number): Editor {
  return { ...editor, cursor };
}

function before({ text, cursor }: Editor): number {
  return cursor === 0 ? 0 : graphemeAt(text, cursor - 1).start;
}

function after({ text, cursor }: Editor): number {
  return cursor === text.length ? cursor : graphemeAt(text, cursor).end;
}

function lineStart({ text, cursor }: Editor): number {
  return cursor <= 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1;
}

function lineEnd({ text, cursor }: Editor): number {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
}

function wordStart({ text, cursor }: Editor): number {
  return cursor - (/\S*\s*$/u.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

function wordEnd({ text, cursor }: Editor): number {
  return cursor + (/^\s*\S*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}

function without(editor: Editor, from: number, until: number): Editor {
  return { ...editor, text: editor.text.slice(0, from) + editor.text.slice(until), cursor: from };
}

function cutting(editor: Editor, from: number, until: number): Editor {
  return from === until ? editor : { ...without(editor, from, until), cut: editor.text.slice(from, until) };
}
