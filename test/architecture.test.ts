/** The walls of the house: who may import whom, no circles, small files, small functions. See docs/architecture.md. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** Rooms: folders of src. Single files of src stand above them and are composition, but for the library door. */
const ROOMS = [
  'config',
  'core',
  'discord',
  'drivers',
  'http',
  'keeping',
  'media',
  'metrics',
  'notify',
  'sim',
  'stores',
  'tokens',
  'tracing',
];
const COMPOSITION = ['gateway.ts', 'library.ts'];

/** What each room may import beside itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(ROOMS.map((room) => [room, ['core']])),
  core: [],
  composition: ROOMS,
  cli: ['composition', 'config', 'core', 'sim'],
  door: ['composition', ...ROOMS],
};

/** Folders whose subfolders must not know each other: one bot another bot, one dialect another dialect. */
const APART = ['drivers', 'http'];
/** Ground that the others of its room may stand on; it knows none of them. */
const COMMON_GROUND = ['drivers/desk', 'http/native', 'http/openapi'];

const MAX_FILE_LINES = 400;
const MAX_MEDIAN_FILE_LINES = 100;
const MAX_FUNCTION_LINES = 60;
const MAX_MEDIAN_FUNCTION_LINES = 10;

interface Import {
  readonly line: number;
  readonly specifier: string;
  /** Path inside src, undefined for a package. */
  readonly target: string | undefined;
}

interface Source {
  /** Path inside src with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly { readonly line: number; readonly name: string; readonly lines: number }[];
  readonly anys: readonly number[];
}

const src = join(import.meta.dirname, '../src');

function read(path: string): Source {
  const text = readFileSync(join(src, path), 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;
  const imports: Import[] = [];
  const functions: { line: number; name: string; lines: number }[] = [];
  const anys: number[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    const line = lineAt(node.getStart(file));
    if (specifier !== undefined) imports.push({ line, specifier, target: targetOf(path, specifier) });
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      functions.push({ line, name: nameOf(node), lines: lineAt(node.getEnd()) - line + 1 });
    }
    if (node.kind === ts.SyntaxKind.AnyKeyword) anys.push(line);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, lines: text.trimEnd().split('\n').length, imports, functions, anys };
}

/** `import … from`, `export … from`, `import()`, and `import('…')` in a type. */
function specifierOf(node: ts.Node): string | undefined {
  let literal: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) literal = node.moduleSpecifier;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) literal = node.argument.literal;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    literal = node.arguments[0];
  return literal && ts.isStringLiteralLike(literal) ? literal.text : undefined;
}

function nameOf(node: ts.Node): string {
  const named = 'name' in node && node.name ? node : node.parent;
  return 'name' in named && named.name ? (named.name as ts.Node).getText() : '(anonymous)';
}

function targetOf(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? join(dirname(path), specifier).split(sep).join('/') : undefined;
}

function roomOf(path: string): string | undefined {
  if (path === 'index.ts') return 'door';
  if (COMPOSITION.includes(path) || path.startsWith('composition/')) return 'composition';
  const folder = path.split('/')[0] ?? '';
  return path.includes('/') && (folder === 'cli' || ROOMS.includes(folder)) ? folder : undefined;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

const sources = globSync('**/*.ts', { cwd: src })
  .map((path) => relative('.', path).split(sep).join('/'))
  .filter((path) => !path.endsWith('.test.ts') && !path.includes('/fixtures/'))
  .sort()
  .map(read);
const byPath = new Map(sources.map((source) => [source.path, source]));
const arrows = sources.flatMap((source) => source.imports.map((arrow) => ({ ...arrow, from: source.path })));
const functions = sources.flatMap((source) =>
  source.functions.map((entry) => ({ ...entry, path: source.path })),
);

/** Why an import is not allowed, undefined when it is. */
function objection(from: string, target: string): string | undefined {
  const [own, other] = [roomOf(from), roomOf(target)];
  if (own === undefined || other === undefined) return undefined; // the test of rooms complains
  if (own === other) return sidestep(from, target);
  if (own === 'config' && /^drivers\/[^/]+\/options\.ts$/.test(target)) return undefined;
  const allowed = ALLOWED[own] ?? [];
  if (allowed.includes(other)) return undefined;
  return `${own} may import ${allowed.length === 0 ? 'only itself' : allowed.join(', ')}, not ${other}`;
}

function sidestep(from: string, target: string): string | undefined {
  const [room = '', folder] = from.split('/').slice(0, -1);
  const [, other] = target.split('/').slice(0, -1);
  const isApart = APART.includes(room) && folder !== undefined && other !== undefined && folder !== other;
  if (isApart && COMMON_GROUND.includes(`${room}/${other}`)) return undefined;
  return isApart ? `${room}/${folder} must not know ${room}/${other}` : undefined;
}

/** One circle of imports that begins at a file, or undefined. */
function circleFrom(start: string): string[] | undefined {
  const seen = new Set<string>();
  const search = (path: string, trail: string[]): string[] | undefined => {
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target === start) return [...trail, start];
      if (target === undefined || seen.has(target)) continue;
      seen.add(target);
      const found = search(target, [...trail, target]);
      if (found) return found;
    }
    return undefined;
  };
  return search(start, [start]);
}

describe('the rules of this test', () => {
  it.each([
    ['http/openai/routes.ts', 'discord/client.ts'],
    ['http/openai/routes.ts', 'http/coze-bridge/routes.ts'],
    ['drivers/coze/driver.ts', 'drivers/pika/driver.ts'],
    ['drivers/desk/desk.ts', 'drivers/midjourney/parse.ts'],
    ['drivers/desk/intake.ts', 'drivers/pika/parse.ts'],
    ['drivers/pika/parse.ts', 'drivers/midjourney/parse.ts'],
    ['drivers/coze/driver.ts', 'http/app.ts'],
    ['config/schema.ts', 'drivers/coze/driver.ts'],
    ['core/service.ts', 'stores/memory.ts'],
    ['gateway.ts', 'cli/main.ts'],
    ['core/service.ts', 'gateway.ts'],
    ['cli/serve.ts', 'http/app.ts'],
    ['sim/world.ts', 'discord/client.ts'],
  ])('forbid %s to import %s', (from, target) => expect(objection(from, target)).toBeDefined());

  it.each([
    ['config/schema.ts', 'drivers/coze/options.ts'],
    ['drivers/index.ts', 'drivers/coze/driver.ts'],
    ['drivers/coze/driver.ts', 'drivers/coze/parse.ts'],
    ['drivers/midjourney/driver.ts', 'drivers/desk/desk.ts'],
    ['drivers/pika/options.ts', 'drivers/desk/options.ts'],
    ['http/openai/routes.ts', 'http/sse.ts'],
    ['gateway.ts', 'discord/client.ts'],
    ['cli/serve.ts', 'gateway.ts'],
    ['stores/memory.ts', 'core/store.ts'],
  ])('let %s import %s', (from, target) => expect(objection(from, target)).toBeUndefined());
});

describe('the house', () => {
  it('puts every file into a room that is known here and in docs/architecture.md', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.map((source) => source.path).filter((path) => roomOf(path) === undefined)).toEqual([]);
  });

  it('imports only along the arrows: cli -> composition -> rooms -> core', () => {
    const wrong = arrows.flatMap(({ from, line, target }) => {
      const reason = target === undefined ? undefined : objection(from, target);
      return reason === undefined ? [] : [`src/${from}:${line} imports src/${target}: ${reason}`];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the simulator and the transport strangers, so that each is a witness of the other', () => {
    const between = arrows.filter(({ from, target }) =>
      ['sim discord', 'discord sim'].includes(`${roomOf(from)} ${roomOf(target ?? '')}`),
    );
    expect(between).toEqual([]);
    const foreign = arrows.filter(
      ({ from, specifier }) => roomOf(from) === 'sim' && /^(undici|discord\.js)/.test(specifier),
    );
    expect(
      foreign,
      'the simulator must not use a Discord client or the HTTP client of the transport',
    ).toEqual([]);
  });

  it('lets core import nothing but itself and Node', () => {
    const packages = arrows.filter(
      ({ from, specifier, target }) =>
        roomOf(from) === 'core' && target === undefined && !specifier.startsWith('node:'),
    );
    expect(packages.map(({ from, line, specifier }) => `src/${from}:${line} imports ${specifier}`)).toEqual(
      [],
    );
  });

  it('imports only files that exist, with their extension', () => {
    const missing = arrows.filter(({ target }) => target !== undefined && !byPath.has(target));
    expect(missing.map(({ from, line, specifier }) => `src/${from}:${line} imports ${specifier}`)).toEqual(
      [],
    );
  });

  it('has no circle of imports', () => {
    const circles = sources.flatMap(({ path }) => {
      const circle = circleFrom(path);
      // A circle is found from each of its files; it is shown once, from the first one by name.
      return circle?.every((other) => path <= other) ? [circle.join(' -> ')] : [];
    });
    expect(circles).toEqual([]);
  });
});

describe('the budgets', () => {
  it(`keep files at ${MAX_FILE_LINES} lines, half of them at ${MAX_MEDIAN_FILE_LINES}`, () => {
    const long = sources.filter((source) => source.lines > MAX_FILE_LINES);
    expect(long.map(({ path, lines }) => `src/${path} has ${lines} lines`)).toEqual([]);
    expect(median(sources.map((source) => source.lines))).toBeLessThanOrEqual(MAX_MEDIAN_FILE_LINES);
  });

  it(`keep functions at ${MAX_FUNCTION_LINES} lines, half of them at ${MAX_MEDIAN_FUNCTION_LINES}`, () => {
    const long = functions.filter((entry) => entry.lines > MAX_FUNCTION_LINES);
    expect(
      long.map(({ path, line, name, lines }) => `src/${path}:${line} ${name} has ${lines} lines`),
    ).toEqual([]);
    expect(median(functions.map((entry) => entry.lines))).toBeLessThanOrEqual(MAX_MEDIAN_FUNCTION_LINES);
  });

  it('allow no any', () => {
    const anys = sources.flatMap(({ path, anys: lines }) => lines.map((line) => `src/${path}:${line}`));
    expect(anys).toEqual([]);
  });
});
