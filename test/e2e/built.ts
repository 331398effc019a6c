import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The package's own folder. */
export const ROOT = join(import.meta.dirname, '../..');

/** Builds the package unless `dist` is newer than the sources, as it is after `npm ci`. Takes seconds when it builds. */
export async function ensureBuilt(): Promise<void> {
  if (isFresh()) return;
  const failed = (error: { stdout?: string }) => {
    // The compiler writes its errors to the standard output.
    throw new Error(`the package does not build:\n${error.stdout}`, { cause: error });
  };
  await promisify(execFile)('npm', ['run', 'build'], { cwd: ROOT }).catch(failed);
}

/** Each source by itself: what is left in `dist` of a source that is gone does no harm. */
function isFresh(): boolean {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .every((path) => {
      const built = timeOf(join(ROOT, 'dist', path.replace(/\.ts$/, '.js')));
      return built !== undefined && built >= (timeOf(join(ROOT, 'src', path)) ?? 0);
    });
}

function timeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
