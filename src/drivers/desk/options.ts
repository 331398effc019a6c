/** What every bot that works in rooms takes in `cordgate.yaml`. */
import { z } from 'zod';

/** A Discord id. */
export const snowflakeSchema = z
  .string()
  .regex(/^\d{17,20}$/, 'must be a Discord id: 17 to 20 digits, in quotes');

/** An account in a channel, with its own line of tasks. */
export function roomSchema(concurrency: { readonly byNature: number; readonly says: string }) {
  return z.strictObject({
    account: z.string().min(1).describe('account that gives the commands; kind: user'),
    guildId: snowflakeSchema
      .optional()
      .describe('guild (server) of the channel; left out for direct messages with the bot'),
    channelId: snowflakeSchema.describe('channel in which the account and the bot are'),
    concurrency: z.number().int().min(1).max(100).default(concurrency.byNature).describe(concurrency.says),
    queue: z.number().int().min(0).default(500).describe('tasks that may wait for this account'),
  });
}

/** Times and texts that mean the same for each of these bots. */
export const deskShape = {
  balance: z
    .enum(['least-busy', 'round-robin'])
    .default('least-busy')
    .describe('which room gets a new task; follow-ups stay with their account'),
  submitMinutes: z
    .number()
    .positive()
    .default(5)
    .describe('longest time until the bot shows that it has begun'),
  queueMinutes: z
    .number()
    .positive()
    .default(60)
    .describe('longest time that a task may wait for its account'),
  spacingMs: z
    .number()
    .int()
    .min(0)
    .default(350)
    .describe('pause between two commands of an account in milliseconds'),
  bannedWords: z
    .string()
    .min(1)
    .optional()
    .describe(
      'file with words that prompts must not hold, one in a line; a relative name counts from the folder of this file',
    ),
} as const;
