/** `npm run docs`: writes the pages that are made from the sources. test/config/docs.test.ts fails when one is out of date. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PAGES } from './docs/pages.ts';

for (const [path, render] of Object.entries(PAGES)) {
  const file = join(import.meta.dirname, '..', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, render());
  console.log(`wrote ${path}`);
}
