import { parseArgs } from 'node:util';

/** Reads `--name value` options behind the bench's name; `--json` is always known. @throws TypeError for others */
export function readOptions<Name extends string>(
  defaults: Readonly<Record<Name, string>>,
): Record<Name, string> & { json: boolean } {
  const names = Object.entries<string>(defaults);
  const options = Object.fromEntries(
    names.map(([name, value]) => [name, { type: 'string' as const, default: value }]),
  );
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { ...options, json: { type: 'boolean', default: false } },
  });
  return values as Record<Name, string> & { json: boolean };
}
