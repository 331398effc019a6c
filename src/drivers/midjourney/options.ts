import { z } from 'zod';
import { deskShape, roomSchema, snowflakeSchema } from '../desk/options.ts';

const rooms = roomSchema({
  byNature: 3,
  says: 'tasks at a time; Midjourney allows 3 on its Basic and Standard plans, 12 on Pro and Mega',
});

/** What a bot of `driver: midjourney` takes in `cordgate.yaml`, beside `id` and `driver`. */
export const midjourneyBotSchema = z.strictObject({
  models: z
    .array(z.string().min(1))
    .min(1)
    .default(['midjourney'])
    .describe('model names under which the API offers this bot'),
  rooms: z.array(rooms).min(1).describe('accounts that draw, each in a channel with its own line'),
  balance: deskShape.balance,
  timeoutMinutes: z
    .number()
    .positive()
    .default(10)
    .describe('longest time from the start of a task to its picture'),
  submitMinutes: deskShape.submitMinutes,
  botQueueMinutes: z
    .number()
    .positive()
    .default(20)
    .describe('longest time that a task may stand in the line of the bot itself ("Job queued")'),
  queueMinutes: deskShape.queueMinutes,
  spacingMs: deskShape.spacingMs,
  bannedWords: deskShape.bannedWords,
  pictures: z
    .enum(['cut', 'upscale'])
    .default('cut')
    .describe('how /v1/images gives single pictures: cut from the grid, or upscaled by the bot'),
  remix: z
    .boolean()
    .default(false)
    .describe('true = the accounts draw in remix mode: callers who press a button are asked for a prompt'),
  applicationId: snowflakeSchema
    .optional()
    .describe('application id of the bot; found by the name of its commands when left out'),
  nijiApplicationId: snowflakeSchema
    .optional()
    .describe('application id of niji・journey; the public one when left out'),
});

/** Options of a Midjourney bot, defaults filled in; `words` are read from the file of `bannedWords`. */
export type MidjourneyOptions = z.infer<typeof midjourneyBotSchema> & { readonly words?: readonly string[] };

/** The public application ids (each is also the user id of its bot). */
export const MIDJOURNEY_ID = '936929561302675456';
/** niji・journey. */
export const NIJI_ID = '1022952195194359889';
