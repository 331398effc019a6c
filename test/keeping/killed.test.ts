/** A process that is killed while it writes a copy leaves no half one behind. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createFolderBin } from '../../src/keeping/folder-bin.ts';

const NAMES = [
  '1-0-aa000000000000000000000000000000.png',
  '2-0-bb000000000000000000000000000000.png',
] as const;
const signal = new AbortController().signal;

/** Writes one whole copy, then a second one whose source never ends. */
const PROGRAM = `
const { createFolderBin } = await import(process.argv[1]);
const bin = createFolderBin(process.argv[2]);
const { signal } = new AbortController();
async function* whole() { yield Buffer.alloc(100_000, 1); }
async function* endless() {
  for (;;) { yield Buffer.alloc(100_000, 2); console.log('wrote'); await new Promise((resolve) => setTimeout(resolve, 5)); }
}
await bin.write('${NAMES[0]}', 'image/png', whole(), signal);
await bin.write('${NAMES[1]}', 'image/png', endless(), signal);
`;

it('by kill -9', async () => {
  const path = mkdtempSync(join(tmpdir(), 'cordgate-killed-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const source = new URL('../../src/keeping/folder-bin.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, source, path]);
  const closed = new Promise((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.once('close', () => reject(new Error(errors)));
    child.stdout.once('data', () => resolve());
  });
  child.kill('SIGKILL');
  await closed;
  expect(readdirSync(path, { recursive: true }).map(String)).toContain(join('unfinished', NAMES[1]));

  const bin = createFolderBin(path);
  expect(await bin.find(NAMES[1], signal)).toBeUndefined();
  expect(await bin.read(NAMES[1], { start: 0, end: 9 }, signal)).toBeUndefined();
  const listed = [];
  for await (const { name, size } of bin.list(signal)) listed.push({ name, size });
  expect(listed).toEqual([{ name: NAMES[0], size: 100_000 }]);
  expect(readdirSync(join(path, 'unfinished'))).toEqual([]);
});
