/** Every text of the interface is in both languages, and stands in no component. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { en } from '../../web/i18n/en.ts';
import { zh } from '../../web/i18n/zh.ts';

const web = join(import.meta.dirname, '../../web');
const placesIn = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
const keys = Object.keys(en) as (keyof typeof en)[];

describe('the texts', () => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  });

  it('have the same places for values in both languages, and say something', () => {
    // A count may be left out where a language says it by its grammar ("a task").
    const differing = keys.filter(
      (key) => !key.endsWith('.one') && String(placesIn(en[key])) !== String(placesIn(zh[key])),
    );
    expect(differing).toEqual([]);
    expect(keys.filter((key) => en[key].trim() === '' || zh[key].trim() === '')).toEqual([]);
  });

  it('are Chinese in Chinese, but for names and numbers', () => {
    const names = new Set(NAMES);
    const foreign = keys.filter((key) => !/\p{Script=Han}/u.test(zh[key]) && !names.has(zh[key]));
    expect(foreign).toEqual([]);
  });

  it('are all used', () => {
    const code = sources()
      .map(({ text }) => text)
      .join('\n');
    const base = (key: string) => key.replace(/\.(one|other)$/, '');
    const built = beginnings(code);
    const isBuilt = (key: string) => built.some((start) => key.startsWith(start));
    const isUsed = (key: string) => code.includes(`'${key}'`) || code.includes(`'${base(key)}'`);
    expect(keys.filter((key) => !isUsed(key) && !isBuilt(key))).toEqual([]);
  });

  it('stand in no component', () => {
    expect(sources().flatMap(({ path, text }) => hardCoded(path, text))).toEqual([]);
  });
});

/** Texts that are the same in every language. */
const NAMES: readonly string[] = ['2×', '4×', '1.5×'];

/** The beginnings of keys that are put together in the code, such as `t(…)` of "status." and a status. */
function beginnings(code: string): string[] {
  return [...code.matchAll(/`([a-z]\w*(?:\.[\w-]+)*\.)\$\{/g)].map(([, start = '']) => start);
}

/** Attributes that people read or hear. */
const SPOKEN = new Set([
  'title',
  'label',
  'alt',
  'placeholder',
  'hint',
  'text',
  'caption',
  'aria-label',
  'error',
  'action',
]);

/** Words that are names: of the product, of languages by themselves, of units. */
const ALLOWED = new Set(['cordgate', 'English', '简体中文']);

function sources(): { path: string; text: string }[] {
  return globSync('**/*.{ts,tsx}', { cwd: web })
    .filter((path) => !path.startsWith('i18n/e') && !path.startsWith('i18n/z'))
    .map((path) => ({ path, text: readFileSync(join(web, path), 'utf8') }));
}

function hardCoded(path: string, text: string): string[] {
  if (!path.endsWith('.tsx')) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const note = (node: ts.Node, words: string) => {
    const isWord = /\p{L}{2,}/u.test(words) && !ALLOWED.has(words.trim());
    if (!isWord) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push(`web/${path}:${line + 1}: ${words.trim()}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node)) note(node, node.text);
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteralLike(node.expression)) {
      if (ts.isJsxElement(node.parent) || ts.isJsxFragment(node.parent)) note(node, node.expression.text);
    }
    if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText(file)) && node.initializer) {
      const { initializer } = node;
      if (ts.isStringLiteral(initializer)) note(node, initializer.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
