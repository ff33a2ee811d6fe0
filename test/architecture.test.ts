import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** What a room of the house may import: the table of `AGENTS.md`. */
interface Doors {
  readonly rooms: readonly string[];
  /** Packages of others, each for a reason. Modules of Node are named as `node:`. */
  readonly packages?: readonly string[];
}

const everyRoom = ['core', 'transport', 'framing', 'services', 'rooms', 'clients', 'disk', 'log', 'workers', 'tui'];
const doors: Record<string, Doors> = {
  core: { rooms: [] },
  transport: { rooms: ['core'], packages: ['node:'] },
  framing: { rooms: ['core'] },
  services: { rooms: ['core', 'framing'] },
  rooms: { rooms: ['core', 'framing'] },
  clients: { rooms: ['core', 'framing', 'transport'], packages: ['node:'] },
  disk: { rooms: ['core'], packages: ['node:'] },
  log: { rooms: ['core'], packages: ['node:', '@photostructure/sqlite'] },
  // What a user's module is, only its thread finds out.
  workers: { rooms: ['core', 'services'], packages: ['node:', 'piscina', '(computed) transform'] },
  // How wide characters are is a table of Unicode's; it knows no terminal.
  tui: { rooms: ['core', 'clients'], packages: ['string-width'] },
  // For the tests of a user's services.
  testing: { rooms: ['core', 'clients', 'transport'] },
  cli: { rooms: everyRoom, packages: ['node:', '*'] },
  // The library's public face.
  'index.ts': { rooms: everyRoom },
};

const limits = { fileLines: 300, functionLines: 40, usualFunctionLines: 20, serviceLines: 110 };
/** Files of `services` that are no service but a part of one, and so may be longer. */
const partsOfServices = [
  'src/services/outlet.ts',
  'src/services/files-request-reader.ts',
  'src/services/file-sending.ts',
];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts'))
  .sort();
const sources = new Map(files.map((path) => [path, parse(path)]));

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** The room that a file is in: a folder of `src`, or the file itself where it is in none. */
function roomOf(path: string): string {
  return path.split('/')[1] as string;
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
  const room = roomOf(path);
  const { rooms, packages = [] } = doors[room] ?? { rooms: [] };
  if (imported.startsWith('.')) {
    const target = normalize(join(dirname(path), imported)).replaceAll('\\', '/');
    const other = roomOf(target);
    const inside = target.startsWith('src/') && (other === room || rooms.includes(other));
    return inside ? undefined : `${path} imports ${target}: ${room} has no door there`;
  }
  const ofNode = imported.startsWith('node:') || builtinModules.includes(imported);
  const name = ofNode
    ? 'node:'
    : imported
        .split('/')
        .slice(0, imported.startsWith('@') ? 2 : 1)
        .join('/');
  const allowed = packages.includes(name) || (!ofNode && packages.includes('*'));
  return allowed ? undefined : `${path} imports ${imported}: not allowed in ${room}`;
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

describe('the doors between the rooms', () => {
  test('are the only way through', () => {
    const breaches = [...sources].flatMap(([path, source]) =>
      importsOf(source).flatMap((imported) => breachOf(path, imported) ?? []),
    );
    expect(breaches).toEqual([]);
  });

  test('are known for every room', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in doors))).toEqual([]);
  });

  test('are found wherever an import can stand', () => {
    const source = `import a from 'a'; export * from './b.js'; type C = import('c').C; await import('node:d'); require('e');`;
    const parsed = ts.createSourceFile('src/core/x.ts', source, ts.ScriptTarget.Latest, true);
    expect(importsOf(parsed)).toEqual(['a', './b.js', 'c', 'node:d', 'e']);
    expect(importsOf(parsed).flatMap((each) => breachOf('src/core/x.ts', each) ?? [])).toHaveLength(4);
    expect(breachOf('src/services/x.ts', '../transport/index.js')).toContain('services has no door there');
    expect(breachOf('src/cli/x.ts', '../../test/x.js')).toContain('no door');
    expect(breachOf('src/cli/x.ts', 'commander')).toBeUndefined();
    expect(breachOf('src/framing/x.ts', 'fs')).toContain('not allowed in framing');
  });
});

describe('the size', () => {
  test(`of no file is over ${limits.fileLines} lines, and of no service over ${limits.serviceLines}`, () => {
    const tooLong = [...sources].flatMap(([path, { text }]) => {
      const lines = text.trimEnd().split('\n').length;
      const isService = roomOf(path) === 'services' && !partsOfServices.includes(path);
      return lines > (isService ? limits.serviceLines : limits.fileLines) ? [`${path}: ${lines} lines`] : [];
    });
    expect(tooLong).toEqual([]);
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
