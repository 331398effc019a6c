import { readFileSync } from 'node:fs';

/** The version in package.json, which stands two folders above this file in the sources and in the build alike. */
export function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}
