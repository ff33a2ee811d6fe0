import { describe, expect, test } from 'vitest';
import { type NewFile, sha256, WirelineError } from '../../src/core/index.js';
import { pathParts, type ServedTree, type TreeListing } from '../../src/features/files/protocol/tree.js';

/** An implementation of {@link ServedTree} under test: a folder with nothing in it. */
export interface TreeUnderTest {
  readonly name: string;
  open(): ServedTree;
}

const refused = (words: string) => new WirelineError('refused', words);

/** A file in memory. */
interface Held {
  readonly bytes: Uint8Array;
  readonly time: number;
  readonly mode: number;
}

/** A {@link ServedTree} in memory: the specification. */
export function memoryFolder(): ServedTree {
  const files = new Map<string, Held>();
  const folders = new Set<string>(['']);
  const keyOf = (path: string) => {
    const parts = pathParts(path);
    if (!parts || parts.some((part) => /^\.wireline-.*\.part$/.test(part))) throw refused('no such file here');
    return parts.join('/');
  };
  const above = (key: string) =>
    key
      .split('/')
      .slice(0, -1)
      .map((_, at, all) => all.slice(0, at + 1).join('/'));
  return {
    open(path) {
      const key = keyOf(path);
      if (folders.has(key)) return 'folder';
      const held = files.get(key);
      if (!held) throw refused('no such file here');
      return {
        size: held.bytes.length,
        time: held.time,
        mode: held.mode,
        read: (offset, most) => held.bytes.subarray(offset, offset + most),
        changed: () => false,
        known: undefined,
        learn() {},
        checkpoint: () => undefined,
        passed() {},
        close() {},
      };
    },
    list(path) {
      const key = keyOf(path);
      if (!folders.has(key)) throw refused('no such file here');
      const start = key === '' ? '' : `${key}/`;
      const inside = (each: string) => each !== '' && each.startsWith(start) && !each.slice(start.length).includes('/');
      const entries: TreeListing[] = [
        ...[...folders]
          .filter(inside)
          .map((each) => ({ name: each.slice(start.length), type: 'folder' as const, size: 0, time: 0 })),
        ...[...files]
          .filter(([each]) => inside(each))
          .map(([each, { bytes, time, mode }]) => ({
            name: each.slice(start.length),
            type: 'file' as const,
            size: bytes.length,
            time,
            mode,
          })),
      ];
      return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    },
    create(path, { replace, mode = 0o644, time = Date.now() }): NewFile {
      const key = keyOf(path);
      if (key === '' || folders.has(key)) throw refused('no such file here');
      const chunks: Uint8Array[] = [];
      return {
        write: (bytes) => void chunks.push(new Uint8Array(bytes)),
        flush: async () => {},
        finish() {
          if (files.has(key) && !replace) throw refused(`${key} exists already`);
          for (const folder of above(key)) folders.add(folder);
          files.set(key, { bytes: Buffer.concat(chunks), time, mode });
        },
        abort() {},
      };
    },
    makeFolder(path) {
      const key = keyOf(path);
      for (const folder of [...above(key), key]) folders.add(folder);
    },
    hash: sha256,
  };
}

/** The contract of {@link ServedTree}. */
export function treeConformance({ name, open }: TreeUnderTest): void {
  async function put(folder: ServedTree, path: string, content: string, how = {}): Promise<void> {
    const file = folder.create(path, { replace: false, sync: false, ...how });
    const bytes = Buffer.from(content);
    file.write(bytes);
    // They were lent.
    bytes.fill(0);
    await file.flush();
    file.finish();
    file.abort();
  }
  function content(folder: ServedTree, path: string): string {
    const file = folder.open(path);
    if (file === 'folder') return 'a folder';
    const pieces: Buffer[] = [];
    for (let at = 0; at < file.size; ) {
      const piece = file.read(at, 7);
      pieces.push(Buffer.from(piece));
      at += piece.length;
    }
    file.close();
    return Buffer.concat(pieces).toString();
  }
  const names = (folder: ServedTree, path: string) => [...folder.list(path)].map(({ name, type }) => `${name} ${type}`);

  describe(`the folder ${name}`, () => {
    test('has what was put into it, in folders that are made', async () => {
      const folder = open();
      await put(folder, 'b/c/text', 'the content of a file');
      await put(folder, 'a', '');
      folder.makeFolder('empty/below');
      expect(names(folder, '')).toEqual(['a file', 'b folder', 'empty folder']);
      expect([names(folder, 'b'), names(folder, 'b/c'), names(folder, 'empty')]).toEqual([
        ['c folder'],
        ['text file'],
        ['below folder'],
      ]);
      expect([content(folder, 'b/c/text'), content(folder, 'a'), content(folder, 'b')]).toEqual([
        'the content of a file',
        '',
        'a folder',
      ]);
    });

    test('keeps size, time and permissions', async () => {
      const folder = open();
      await put(folder, 'x', 'four', { mode: 0o600, time: 981158400_000 });
      const entry = { size: 4, time: 981158400_000, mode: 0o600 };
      expect([...folder.list('.')]).toEqual([{ name: 'x', type: 'file', ...entry }]);
      expect(folder.open('x')).toMatchObject(entry);
    });

    test('replaces nothing unless it may, and then at once', async () => {
      const folder = open();
      await put(folder, 'x', 'old');
      await expect(put(folder, 'x', 'new')).rejects.toMatchObject({ code: 'refused', message: 'x exists already' });
      expect(content(folder, 'x')).toBe('old');
      await put(folder, 'x', 'newer', { replace: true });
      expect(content(folder, 'x')).toBe('newer');
    });

    test('has nothing of what is not finished', async () => {
      const folder = open();
      const file = folder.create('made/for/it', { replace: false, sync: false });
      file.write(Buffer.from('half'));
      await file.flush();
      expect(() => folder.open('made/for/it')).toThrow('no such file here');
      file.abort();
      file.abort();
      expect(names(folder, '')).toEqual([]);
    });

    test.each([
      '../x',
      '/etc/passwd',
      'a/../b',
      'a//b',
      '.',
      '',
      'x\0y',
      'a'.repeat(5000),
      '.wireline-x.part',
      'd/.wireline-x.part/y',
    ])('has no file %j', (path) => {
      const folder = open();
      folder.makeFolder('d');
      if (path !== '' && path !== '.') expect(() => folder.open(path)).toThrow('no such file here');
      expect(() => folder.create(path, { replace: true, sync: false })).toThrow(WirelineError);
    });

    test('gives a file that is replaced meanwhile as it was when it was opened', async () => {
      const folder = open();
      await put(folder, 'x', 'old');
      const opened = folder.open('x');
      if (opened === 'folder') throw new Error('it is a file');
      await put(folder, 'x', 'newer', { replace: true });
      expect(Buffer.from(opened.read(0, 9)).toString()).toBe('old');
      expect(opened.changed()).toBe(false);
      opened.close();
      expect(content(folder, 'x')).toBe('newer');
    });
  });
}
