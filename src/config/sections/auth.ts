import { createHash } from 'node:crypto';
import { z } from 'zod';
import { text } from '../fields.ts';

const botList = () => z.array(text());

/** A key without a name is called by a part of its hash: stable while the list is reordered, and it gives nothing away. */
function nameOf(key: string): string {
  return `key-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}

const keySchema = z
  .strictObject({
    key: text().regex(/^\S*$/, 'must not contain blanks').describe('the secret that callers send'),
    name: text()
      .regex(/^[^(]/, 'must not begin with a bracket: such names are used by cordgate itself')
      .optional()
      .describe('stable name of the caller: conversations and usage belong to it, also when the key changes'),
    bots: botList().default(['*']).describe('ids of the bots that the key reaches; "*" = all'),
    admin: z.boolean().default(false).describe('true = the key may use /admin/api'),
    requestsPerMinute: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('requests in a minute; 0 = no limit; left out = server.limits.requestsPerMinute'),
  })
  .transform((entry) => ({ ...entry, name: entry.name ?? nameOf(entry.key) }));

const anonymousSchema = z.strictObject({
  bots: botList().default([]).describe('ids of the bots that are reachable with no key; "*" = all'),
});

/** Section `auth`: the API keys. */
export const authSchema = z
  .strictObject({
    keys: z.array(keySchema).default([]).describe('the API keys'),
    anonymous: anonymousSchema.prefault({}).describe('what callers without a key may use'),
    open: z
      .boolean()
      .default(false)
      .describe('true = listen on a public address although no key is configured'),
  })
  .describe('who may use the API');
