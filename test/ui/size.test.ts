/** What the interface weighs, and that it needs nobody else. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureUiBuilt, UI_FOLDER } from './build-ui.ts';

const MOST_JAVASCRIPT = 120 * 1024;

beforeAll(ensureUiBuilt, 120_000);

const read = (path: string) => readFileSync(join(UI_FOLDER, path));

describe('the built interface', () => {
  it('has at most 120 KB of gzipped JavaScript in all', () => {
    const scripts = globSync('**/*.js', { cwd: UI_FOLDER });
    expect(scripts.length).toBeGreaterThan(0);
    const bytes = scripts.reduce((sum, path) => sum + gzipSync(read(path)).length, 0);
    expect(bytes).toBeLessThanOrEqual(MOST_JAVASCRIPT);
  });

  it('loads its own files only: no link to another host in the page or the styles, no script inside the page', () => {
    const page = read('index.html').toString();
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
    for (const path of globSync('**/*.css', { cwd: UI_FOLDER })) {
      expect(read(path).toString()).not.toMatch(/url\((?!["']?data:)["']?(https?:)?\/\/|@import/);
    }
  });
});
