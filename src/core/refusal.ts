/** The beginning of the line in which a server of plain text says why it refuses. */
export const refusalPrefix = 'error: ';

/** Returns the line, with its newline, in which a server of plain text says why it refuses. */
export function refusalLine(text: string): string {
  return `${refusalPrefix}${text}\n`;
}

/** Returns why the server refuses, where `text`, the beginning of what it sent, is a refusal; else undefined. */
export function refusalIn(text: string): string | undefined {
  if (!text.startsWith(refusalPrefix)) return undefined;
  return text.slice(refusalPrefix.length).split(/\r?\n/, 1)[0];
}
