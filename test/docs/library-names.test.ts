import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const entries = {
  wireline: 'src/index.ts',
  'wireline/services': 'src/features/index.ts',
  'wireline/files': 'src/features/files/index.ts',
  'wireline/chat': 'src/features/chat/index.ts',
  'wireline/framing': 'src/framing/index.ts',
  'wireline/net': 'src/net/entry.ts',
  'wireline/testing': 'src/testing/index.ts',
};

/** The first sentence of a name's docstring, in one line. */
function firstSentence(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const words = ts
    .displayPartsToString(symbol.getDocumentationComment(checker))
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\{@link ([\w.]+)\}/g, '`$1`')
    .trim();
  const sentence = /^.*?[.:](?= [A-Z`{]|$)/.exec(words)?.[0] ?? words;
  return sentence.replaceAll('|', '\\|');
}

/** The folder of `src` that a name is declared in: a floor, or a feature. */
function placeOf(file: string): string {
  const [floor = '', feature = ''] = file.split('/');
  return floor === 'features' ? feature : floor;
}

/** What the entry of the package at `path` exports: each with its folder and what it is. */
function namesOf(path: string): string[] {
  const program = ts.createProgram([path], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const source = checker.getSymbolAtLocation(program.getSourceFile(path) as ts.SourceFile) as ts.Symbol;
  const rows = checker.getExportsOfModule(source).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const file = relative('src', symbol.declarations?.[0]?.getSourceFile().fileName ?? '');
    return { name: exported.name, room: placeOf(file), words: firstSentence(symbol, checker) };
  });
  expect(rows.filter(({ words }) => words === '').map(({ name }) => name)).toEqual([]);
  const rooms = [...new Set(rows.map(({ room }) => room))].sort();
  return rooms.flatMap((room) => [
    `\nFrom \`src/${room}\`:\n`,
    '| name | |\n| --- | --- |',
    ...rows
      .filter((row) => row.room === room)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, words }) => `| \`${name}\` | ${words} |`),
  ]);
}

test('docs/reference/library.md has every name that the package exports', { timeout: 120_000 }, async () => {
  const sections = Object.entries(entries).map(([entry, path]) => `\n### ${entry}\n${namesOf(path).join('\n')}\n`);
  const page = readFileSync('docs/reference/library.md', 'utf8');
  const made = page.replace(
    /<!-- names -->[\s\S]*<!-- end -->/,
    () => `<!-- names -->\n${sections.join('')}\n<!-- end -->`,
  );
  expect(made).toContain('| `serve` |');
  await expect(made).toMatchFileSnapshot('../../docs/reference/library.md');
});

test('the face of the package has about 45 names, and the rest is under its subpaths', () => {
  const face = namesOf(entries.wireline).filter((line) => line.startsWith('| `'));
  expect(face.length).toBeLessThanOrEqual(50);
});
