/** `cordgate animate` as its own process, at a gateway in front of the simulated Discord. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { drawPicture } from '../../src/sim/bots/picture.ts';
import { isFilmOf } from '../../src/sim/index.ts';
import { ensureBuilt, ROOT } from './built.ts';
import { expectInteractions } from './drawing/studio.ts';
import { type FilmSet, startSet } from './filming/set.ts';
import { KEY } from './world.ts';

const PNG = drawPicture('a cat');
let world: FilmSet;
let folder: string;

beforeAll(ensureBuilt, 120_000);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordgate-animate-'));
  writeFileSync(join(folder, 'cat.png'), PNG);
  world = await startSet({ pika: { steps: [20, 40, 60, 80], takesMs: 60_000 } });
});
afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

function animate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const all = [join(ROOT, 'bin/cordgate.js'), 'animate', ...args, '--url', world.url];
  const options = { cwd: folder, env: { PATH: process.env.PATH, CORDGATE_KEY: KEY } };
  return new Promise((resolve) => {
    execFile(process.execPath, all, options, (error, stdout, stderr) => {
      world.book.note(stdout + stderr);
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

it('saves the video of a picture under its name, and shows how far it is', async () => {
  const { code, stdout, stderr } = await animate('cat.png', 'she jumps', '--out', 'cat.mp4');
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: expect.stringMatching(/cat\.mp4\n$/) });
  const bytes = readFileSync(join(folder, 'cat.mp4'));
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
  expect(bytes.includes('moov') && bytes.includes('mdat')).toBe(true);
  expect(isFilmOf(bytes, { prompt: 'she jumps', marks: [], picture: PNG })).toBe(true);
  const lines = stderr.trim().split('\n');
  expect(lines[0]).toMatch(/^animate +\d+ % {2}0:0\d {2}(?:in line|filming)$/);
  expect(lines.some((line) => /animate +[2468]0 % .*filming/.test(line))).toBe(true);
  expect(lines.at(-1)).toMatch(/^animate 100 % {2}0:0\d {2}done$/);
  expectInteractions(world.sim, 1);
}, 15_000);

it('with --json tells of the video and the file in one line', async () => {
  const { code, stdout, stderr } = await animate('a red fox', 'in the snow', '--ar', '9:16', '--json');
  expect(code, stderr).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  const { task, files } = JSON.parse(stdout) as { task: Record<string, unknown>; files: string[] };
  expect(task).toMatchObject({ object: 'video', model: 'pika', status: 'completed', progress: 100 });
  expect(files).toHaveLength(1);
  const bytes = readFileSync(join(folder, files[0] as string));
  expect(isFilmOf(bytes, { prompt: 'a red fox in the snow -ar 9:16', marks: [] })).toBe(true);
}, 15_000);

it('ends with 1 and the words of the bot when there is no video', async () => {
  world.sim.script({ pika: { match: 'forbidden', ending: 'moderated', takesMs: 1_000 } });
  const { code, stdout, stderr } = await animate('forbidden', '--out', 'no.mp4');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/flagged by our content moderation/);
}, 15_000);
