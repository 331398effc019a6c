import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../../../src/core/discord.ts';

const folder = join(import.meta.dirname, '../../../src/drivers/pika/fixtures');

/** Names of all messages on file, without extension. */
export const fixtureNames = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

/** A message as it looks on the wire. */
export function fixture(name: string): Message {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Message;
}
