import { readFileSync } from 'node:fs';
import { CommandFailure } from './io.ts';

/** The bytes of a picture that the command line names. @throws CommandFailure 2 when there are none */
export function readPicture(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${String(code)})`;
    throw new CommandFailure(`${path}: ${why}`, 2, error);
  }
}
