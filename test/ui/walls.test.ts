/** The walls of web/: who may import whom, nothing of the server but types, and files of a readable size. See web/README.md. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const web = join(import.meta.dirname, '../../web');
const MOST_LINES = 300;

/** What each room may import beside itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  i18n: [],
  api: [],
  parts: ['api', 'i18n'],
  app: ['parts', 'api', 'i18n'],
  pages: ['app', 'parts', 'api', 'i18n'],
};

/** The composition: it knows the pages. */
const COMPOSITION = ['main.tsx', 'app/app.tsx', 'app/pages.ts', 'vite.config.ts'];

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const paths = globSync('**/*.{ts,tsx}', { cwd: web });
const arrows = paths.flatMap(arrowsOf);

function arrowsOf(from: string): Arrow[] {
  const text = readFileSync(join(web, from), 'utf8');
  const file = ts.createSourceFile(from, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  return file.statements.flatMap((node) => {
    if (!ts.isImportDeclaration(node) && !ts.isExportDeclaration(node)) return [];
    const { moduleSpecifier } = node;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
    if (!moduleSpecifier.text.startsWith('.')) return [];
    const isType = ts.isImportDeclaration(node)
      ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : node.isTypeOnly;
    return [{ from, to: join(dirname(from), moduleSpecifier.text), isType }];
  });
}

const isInside = ({ to }: Arrow) => !to.startsWith('..');
const roomOf = (path: string) => path.split('/')[0] ?? '';
const pageOf = (path: string) => path.split('/')[1] ?? '';

function isWrong({ from, to }: Arrow): boolean {
  if (COMPOSITION.includes(from) || to.endsWith('.css')) return false;
  const [own, other] = [roomOf(from), roomOf(to)];
  if (own === other) return own === 'pages' && pageOf(from) !== pageOf(to);
  return !(ALLOWED[own] ?? []).includes(other);
}

describe('the house of the interface', () => {
  it('imports only along the arrows: pages -> app -> parts -> api, i18n; no page knows another', () => {
    expect(arrows.length).toBeGreaterThan(100);
    const wrong = arrows.filter((arrow) => isInside(arrow) && isWrong(arrow));
    expect(wrong.map(({ from, to }) => `web/${from} imports web/${to}`)).toEqual([]);
  });

  it('takes nothing of the server but types', () => {
    const wrong = arrows.filter((arrow) => !isInside(arrow) && !arrow.isType);
    expect(wrong.map(({ from, to }) => `web/${from} imports ${to}`)).toEqual([]);
  });

  it(`keeps files at ${MOST_LINES} lines, but for the books of texts`, () => {
    const long = paths
      .filter((path) => !path.startsWith('i18n/'))
      .map((path) => ({ path, lines: readFileSync(join(web, path), 'utf8').split('\n').length }))
      .filter(({ lines }) => lines > MOST_LINES);
    expect(long).toEqual([]);
  });
});
