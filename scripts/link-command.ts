/**
 * Makes `npx cordgate` in a clone run the clone itself. npx looks into node_modules/.bin first; without this link it would
 * install the folder into its cache and build it there once more.
 */
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';

const FOLDER = new URL('../node_modules/.bin/', import.meta.url);
const LINK = new URL('cordgate', FOLDER);

try {
  mkdirSync(FOLDER, { recursive: true });
  rmSync(LINK, { force: true });
  symlinkSync('../../bin/cordgate.js', LINK);
} catch {
  // Windows asks for a privilege to make links; npx then takes its longer way.
}
