import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { floors, parts } from './support/house.js';

const limits = { fileLines: 300, functionLines: 40, usualFunctionLines: 20 };

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts'))
  .sort();
const sources = new Map(files.map((path) => [path, parse(path)]));

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Where a file stands: its floor, and inside `features` its feature and its part of that. */
function placeOf(path: string): { floor: string; feature?: string | undefined; part?: string | undefined } {
  const [, floor = '', feature, part] = path.split('/');
  return floor === 'features' ? { floor, feature, part: part?.replace(/\.[jt]s$/, '') } : { floor };
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** What a file imports, by a statement, by `import()`, by `import('...')` in a type, or by `require`. */
function importsOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    const named = specifierOf(node);
    if (named) found.push(ts.isStringLiteralLike(named) ? named.text : `(computed) ${named.getText()}`);
  });
  return found;
}

function specifierOf(node: ts.Node): ts.Expression | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return node.argument.literal as ts.StringLiteral;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression, arguments: given } = node;
  const imports = expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText() === 'require';
  return imports ? given[0] : undefined;
}

/** Why a file may not import what it does; nothing where it may. */
function breachOf(path: string, imported: string): string | undefined {
  const reason = imported.startsWith('.')
    ? fileBreach(path, normalize(join(dirname(path), imported)).replaceAll('\\', '/'))
    : packageBreach(path, imported);
  return reason && `${path} imports ${imported}: ${reason}`;
}

function fileBreach(path: string, target: string): string | undefined {
  const here = placeOf(path);
  const there = placeOf(target);
  const floor = floors.find(({ folder }) => folder === here.floor);
  const part = parts.find(({ name }) => name === here.part);
  if (!target.startsWith('src/')) return 'it is outside of src';
  if (here.floor !== there.floor) {
    const kit = here.floor === 'features' && there.floor === 'cli' && part?.kit;
    return floor?.floors.includes(there.floor) || kit ? undefined : `${here.floor} stands below ${there.floor}`;
  }
  // The entry of all services names those of each feature, and knows nothing else of them.
  if (path === 'src/features/index.ts') return there.part === 'index' ? undefined : 'it names public names alone';
  if (here.feature !== there.feature) return `a feature knows no other`;
  if (here.part === there.part || part?.parts.includes(there.part ?? '')) return undefined;
  return `${here.part} does not know ${there.part}`;
}

function packageBreach(path: string, imported: string): string | undefined {
  const { floor, part } = placeOf(path);
  const packages = [
    ...(floors.find(({ folder }) => folder === floor)?.packages ?? []),
    ...(parts.find(({ name }) => name === part)?.packages ?? []),
  ];
  const ofNode = imported.startsWith('node:') || builtinModules.includes(imported);
  const scoped = imported.startsWith('@') ? 2 : 1;
  const name = ofNode ? 'node:' : imported.split('/').slice(0, scoped).join('/');
  const allowed = packages.includes(name) || (!ofNode && packages.includes('*'));
  return allowed ? undefined : `not allowed in ${part ?? floor}`;
}

function linesOf(source: ts.SourceFile, node: ts.Node): number {
  const line = (at: number) => source.getLineAndCharacterOfPosition(at).line;
  return line(node.getEnd()) - line(node.getStart(source)) + 1;
}

function functionsOf(source: ts.SourceFile): { name: string; lines: number }[] {
  const found: { name: string; lines: number }[] = [];
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push({ name: `${source.fileName}:${line + 1}`, lines: linesOf(source, node) });
  });
  return found;
}

/** Names that a file declares and exports without a word about them. */
function undocumented(source: ts.SourceFile): string[] {
  const exported = source.statements.filter((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  });
  return exported
    .filter((statement) => !ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc))
    .map((statement) => `${source.fileName}: ${statement.getText(source).split('\n')[0]}`);
}

/** The names that a file declares and exports. */
function declaredBy(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
    if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    return 'name' in statement && statement.name ? [(statement.name as ts.Identifier).text] : [];
  });
}

describe('the doors of the house', () => {
  test('are the only way through', () => {
    const breaches = [...sources].flatMap(([path, source]) =>
      importsOf(source).flatMap((imported) => breachOf(path, imported) ?? []),
    );
    expect(breaches).toEqual([]);
  });

  test('are known for every folder and every part of a feature', () => {
    const places = files.map(placeOf);
    expect(places.filter(({ floor }) => !floors.some(({ folder }) => folder === floor))).toEqual([]);
    expect(places.filter(({ part }) => part && !parts.some(({ name }) => name === part))).toEqual([]);
  });

  test('lead down, to no other feature, and inside a feature from the command to the protocol', () => {
    const ends = parts.filter(({ name }) => ['server', 'client'].includes(name));
    expect(ends.map((part) => part.parts)).toEqual([['protocol', 'directory'], ['protocol']]);
    floors.forEach(({ floors: below }, at) => {
      expect(below.filter((name) => floors.findIndex(({ folder }) => folder === name) >= at)).toEqual([]);
    });
  });

  test('are found wherever an import can stand', () => {
    const source = `import a from 'a'; export * from './b.js'; type C = import('c').C; await import('node:d'); require('e');`;
    const parsed = ts.createSourceFile('src/core/x.ts', source, ts.ScriptTarget.Latest, true);
    expect(importsOf(parsed)).toEqual(['a', './b.js', 'c', 'node:d', 'e']);
    expect(importsOf(parsed).flatMap((each) => breachOf('src/core/x.ts', each) ?? [])).toHaveLength(4);
    expect(breachOf('src/framing/x.ts', '../net/index.js')).toContain('framing stands below net');
    expect(breachOf('src/cli/x.ts', '../../test/x.js')).toContain('outside of src');
    expect(breachOf('src/cli/x.ts', 'commander')).toBeUndefined();
    expect(breachOf('src/framing/x.ts', 'fs')).toContain('not allowed in framing');
    expect(breachOf('src/features/chat/client/x.ts', '../server/room.js')).toContain('client does not know server');
    expect(breachOf('src/features/chat/server/x.ts', '../../files/client.js')).toContain('a feature knows no other');
    expect(breachOf('src/features/chat/server/x.ts', '../../../cli/process.js')).toContain('features stands below cli');
    expect(breachOf('src/features/echo/command.ts', '../../cli/process.js')).toBeUndefined();
  });
});

describe('the size', () => {
  test(`of no file is over ${limits.fileLines} lines`, ({ annotate }) => {
    const sizes = [...sources].map(([path, { text }]) => ({ path, lines: text.trimEnd().split('\n').length }));
    annotate(
      `over 200 lines: ${
        sizes
          .filter(({ lines }) => lines > 200)
          .map(({ path }) => path)
          .join(', ') || 'none'
      }`,
    );
    expect(sizes.filter(({ lines }) => lines > limits.fileLines)).toEqual([]);
  });

  test(`of no function is over ${limits.functionLines} lines, and of nine in ten is at most ${limits.usualFunctionLines}`, ({
    annotate,
  }) => {
    const functions = [...sources.values()].flatMap(functionsOf).sort((a, b) => a.lines - b.lines);
    const tooLong = functions.filter(({ lines }) => lines > limits.functionLines);
    expect(tooLong).toEqual([]);
    const p90 = functions[Math.floor(functions.length * 0.9)]?.lines ?? 0;
    const longest = functions.slice(-3).map(({ name, lines }) => `${name} has ${lines}`);
    annotate(`${functions.length} functions, nine in ten of up to ${p90} lines; ${longest.join(', ')}`);
    expect(p90).toBeLessThanOrEqual(limits.usualFunctionLines);
  });
});

test('every exported name says what it is', () => {
  expect([...sources.values()].flatMap(undocumented)).toEqual([]);
});

test('no name is exported by two features', () => {
  const features = new Map<string, Set<string>>();
  for (const [path, source] of sources) {
    const { feature } = placeOf(path);
    for (const name of feature ? declaredBy(source) : []) {
      features.set(name, (features.get(name) ?? new Set()).add(feature as string));
    }
  }
  const shared = [...features].filter(([, where]) => where.size > 1);
  expect(shared.map(([name, where]) => `${name}: ${[...where].join(', ')}`)).toEqual([]);
});

describe('the tests', () => {
  const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'architecture.test.ts')
    .map((path) => ({ path, source: readFileSync(join('test', path), 'utf8') }));

  test.each([
    ['try nothing twice', /\bretry\b\s*[:(]/],
    [
      'leave out nothing in silence: what cannot run here is skipped, and its title says why',
      /return console\.log|\.skip\(/,
    ],
    ['run all', /\.only\(/],
  ])('%s', (_what, pattern) => {
    expect(tests.filter(({ source }) => pattern.test(source)).map(({ path }) => path)).toEqual([]);
  });
});
