import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ROOT } from '../e2e/built.ts';

/** Where the built interface lies. */
export const UI_FOLDER = join(ROOT, 'dist/ui');

const LOCK = join(ROOT, 'dist/.ui-is-being-built');
const PATIENCE_MS = 60_000;

/** Builds the interface unless `dist/ui` is newer than its sources, as it is after `npm ci`. Test files run side by side: one builds. */
export async function ensureUiBuilt(): Promise<void> {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (!locked()) {
    if (Date.now() > giveUpAt)
      throw new Error(`another process builds the interface for too long; remove ${LOCK}`);
    await sleep(100);
  }
  try {
    if (!isFresh()) await build();
  } finally {
    rmdirSync(LOCK);
  }
}

async function build(): Promise<void> {
  // The runner of tests sets another one, which would build for development.
  const env = { ...process.env, NODE_ENV: 'production' };
  const args = ['vite', 'build', 'web', '--logLevel', 'error'];
  await promisify(execFile)('npx', args, { cwd: ROOT, env }).catch((error: { stderr?: string }) => {
    throw new Error(`the interface does not build:\n${error.stderr}`, { cause: error });
  });
}

function locked(): boolean {
  try {
    mkdirSync(LOCK);
    return true;
  } catch {
    return false;
  }
}

function isFresh(): boolean {
  const built = timeOf(join(UI_FOLDER, 'index.html')) ?? 0;
  return readdirSync(join(ROOT, 'web'), { recursive: true, encoding: 'utf8' }).every(
    (path) => (timeOf(join(ROOT, 'web', path)) ?? 0) <= built,
  );
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
