import { z } from 'zod';

const snowflake = z.string().regex(/^\d{17,20}$/, 'must be a Discord id: 17 to 20 digits, in quotes');

/** Pings a Coze bot that was left alone for long, because Coze takes bots offline that nobody talks to. */
const keepaliveSchema = z
  .strictObject({
    everyMinutes: z.number().min(0).default(0).describe('how often to look; 0 = never'),
    maxIdleMinutes: z.number().min(1).default(720).describe('ping only a bot that was silent for longer'),
    channel: z.string().min(1).default('keepalive').describe('name of the conversation the ping goes to'),
    message: z.string().min(1).default('keepalive').describe('text of the ping'),
  })
  .describe('keeps an unused Coze bot from being taken offline');

/** What a bot of `driver: coze` takes in `cordgate.yaml`, beside `id` and `driver`. Times are milliseconds unless named. */
export const cozeBotSchema = z.strictObject({
  listen: z
    .string()
    .min(1)
    .describe('account whose gateway connection reads the replies and owns the channels'),
  send: z.array(z.string().min(1)).min(1).describe('accounts that write the prompts, a pool'),
  guildId: snowflake.describe('the guild (server) in which the Coze bot lives'),
  categoryId: snowflake.optional().describe('parent category of the channels the gateway creates'),
  botUserId: snowflake.optional().describe('user id of the Coze bot'),
  botUserIds: z.array(snowflake).min(1).optional().describe('user ids of several Coze bots, a pool'),
  models: z.array(z.string().min(1)).min(1).describe('model names under which the API offers this bot'),
  idleMs: z
    .number()
    .int()
    .positive()
    .default(10_000)
    .describe('silence after the last edit that ends an answer without buttons'),
  deadlineMs: z
    .number()
    .int()
    .positive()
    .default(300_000)
    .describe('longest time for one answer; then the partial text is returned'),
  longPrompt: z
    .enum(['file', 'split'])
    .default('file')
    .describe('prompts over 2,000 characters go as Prompt.txt, or as several messages'),
  maxChannels: z
    .number()
    .int()
    .min(1)
    .max(490)
    .default(50)
    .describe('channels the gateway may hold for this bot; Discord allows 500 per guild'),
  spareChannels: z
    .number()
    .int()
    .min(0)
    .max(50)
    .default(2)
    .describe('empty channels kept ready ahead of need'),
  channelIdleMinutes: z
    .number()
    .positive()
    .default(60)
    .describe('an unnamed conversation that rested for so long loses its channel'),
  queue: z
    .number()
    .int()
    .min(0)
    .default(500)
    .describe('requests that may wait for a channel, and for each named conversation'),
  conversations: z
    .record(z.string().min(1).max(100), snowflake)
    .default({})
    .describe('channels that exist already, by the name under which callers reach them as a conversation'),
  keepalive: keepaliveSchema.prefault({}),
});

/** Options of a Coze bot, defaults filled in. */
export type CozeOptions = z.infer<typeof cozeBotSchema>;
