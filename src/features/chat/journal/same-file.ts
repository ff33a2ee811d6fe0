import { statSync } from 'node:fs';

/** Returns a function that throws once `path` names another file than now, or none. */
export function sameFile(path: string): () => void {
  const before = fileAt(path);
  return () => {
    if (fileAt(path) !== before) throw new Error('the database file was removed or replaced');
  };
}

/** The file, whatever it is called: its device and its number there. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
