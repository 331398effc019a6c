import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { PAGES } from '../../scripts/docs/pages.ts';
import { ERROR_KINDS } from '../../src/core/errors.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

it.each(Object.keys(PAGES))('%s is up to date (npm run docs writes it)', (path) => {
  expect(read(path) === PAGES[path]?.(), `${path} is out of date: run "npm run docs"`).toBe(true);
});

it('docs/errors.md documents every error code, and no code that does not exist', () => {
  const documented = [
    ...read('docs/errors.md').matchAll(/^\| `(\w+)` \| (\d+) \| (yes|no) \| .+ \| .+ \|$/gm),
  ];
  const rows = documented.map(([, code, status, again]) => [code, Number(status), again === 'yes']);
  const kinds = Object.entries(ERROR_KINDS).map(([code, kind]) => [code, kind.status, kind.retryable]);
  expect(rows).toEqual(kinds);
});

it('every documented variable and key of docs/configuration.md has a meaning', () => {
  const rows = read('docs/configuration.md').match(/^\| `.*$/gm) ?? [];
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) expect(row).toMatch(/\| [^|]+<br>`CORDGATE_[A-Z0-9_]+` \|$/);
});

it('the JSON Schema lets a placeholder stand where the type is no free text', () => {
  const schema = parse(read('schema/cordgate.schema.json'));
  const { port } = schema.properties.server.properties;
  expect(port).toMatchObject({
    default: 8092,
    anyOf: [{ type: 'integer' }, { type: 'string', pattern: '\\$\\{' }],
  });
});
