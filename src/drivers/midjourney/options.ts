import { z } from 'zod';

const snowflake = z.string().regex(/^\d{17,20}$/, 'must be a Discord id: 17 to 20 digits, in quotes');

/** An account in a channel, with its own line of tasks. */
const roomSchema = z.strictObject({
  account: z.string().min(1).describe('account that gives the commands; kind: user'),
  guildId: snowflake
    .optional()
    .describe('guild (server) of the channel; left out for direct messages with the bot'),
  channelId: snowflake.describe('channel in which the account and the bot are'),
  concurrency: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe('tasks at a time; Midjourney allows 3 on its Basic and Standard plans, 12 on Pro and Mega'),
  queue: z.number().int().min(0).default(500).describe('tasks that may wait for this account'),
});

/** What a bot of `driver: midjourney` takes in `cordgate.yaml`, beside `id` and `driver`. */
export const midjourneyBotSchema = z.strictObject({
  models: z
    .array(z.string().min(1))
    .min(1)
    .default(['midjourney'])
    .describe('model names under which the API offers this bot'),
  rooms: z.array(roomSchema).min(1).describe('accounts that draw, each in a channel with its own line'),
  balance: z
    .enum(['least-busy', 'round-robin'])
    .default('least-busy')
    .describe('which room gets a new task; follow-ups stay with their account'),
  timeoutMinutes: z
    .number()
    .positive()
    .default(10)
    .describe('longest time from the start of a task to its picture'),
  submitMinutes: z
    .number()
    .positive()
    .default(5)
    .describe('longest time until the bot shows that it has begun'),
  botQueueMinutes: z
    .number()
    .positive()
    .default(20)
    .describe('longest time that a task may stand in the line of the bot itself ("Job queued")'),
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
  pictures: z
    .enum(['cut', 'upscale'])
    .default('cut')
    .describe('how /v1/images gives single pictures: cut from the grid, or upscaled by the bot'),
  remix: z
    .boolean()
    .default(false)
    .describe('true = the accounts draw in remix mode: callers who press a button are asked for a prompt'),
  applicationId: snowflake
    .optional()
    .describe('application id of the bot; found by the name of its commands when left out'),
  nijiApplicationId: snowflake
    .optional()
    .describe('application id of niji・journey; the public one when left out'),
});

/** Options of a Midjourney bot, defaults filled in; `words` are read from the file of `bannedWords`. */
export type MidjourneyOptions = z.infer<typeof midjourneyBotSchema> & { readonly words?: readonly string[] };

/** The public application ids (each is also the user id of its bot). */
export const MIDJOURNEY_ID = '936929561302675456';
/** niji・journey. */
export const NIJI_ID = '1022952195194359889';
