/** The package as others install it. Needs the build that `npm ci` and `npm test` make. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const doors: string[] = Object.values<unknown>(manifest.exports).flatMap((door) =>
  typeof door === 'object' && door !== null ? Object.values(door) : [door],
);

describe('the package', () => {
  it('has an exports map in which publint finds nothing to correct', async () => {
    const { messages } = await publint({ pkgDir: root, pack: false, strict: true });
    const spoken = messages.map((message) => formatMessage(message, manifest, { color: false }));
    expect(spoken).toEqual([]);
  });

  it.each(doors)('ships %s, which the exports map names', (file) => {
    expect(existsSync(join(root, file))).toBe(true);
    const shipped = ['package.json', ...manifest.files].some((entry) => file.slice(2).startsWith(entry));
    expect(shipped).toBe(true);
  });

  it('can be imported by its name, through every door', async () => {
    const names = Object.keys(manifest.exports).map((door) => `cordgate${door.slice(1)}`);
    const program = `for (const name of ${JSON.stringify(names)})
      console.log(name, Object.keys(await import(name, name.endsWith('.json') ? { with: { type: 'json' } } : {})).length)`;
    const args = ['--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stdout.trim().split('\n')).toEqual(names.map((name) => expect.stringMatching(`^${name} [1-9]`)));
  });
});
