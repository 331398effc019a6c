import { z } from 'zod';
import { deskShape, roomSchema, snowflakeSchema } from '../desk/options.ts';

const rooms = roomSchema({ byNature: 2, says: 'tasks at a time' });

const commandName = (byNature: string, says: string) =>
  z
    .string()
    .regex(/^[-_\p{L}\p{N}]{1,32}$/u, 'must be the name of a slash command, without the slash')
    .default(byNature)
    .describe(says);

/** What a bot of `driver: pika` takes in `cordgate.yaml`, beside `id` and `driver`. */
export const pikaBotSchema = z.strictObject({
  models: z
    .array(z.string().min(1))
    .min(1)
    .default(['pika'])
    .describe('model names under which the API offers this bot'),
  rooms: z.array(rooms).min(1).describe('accounts that film, each in a channel with its own line'),
  balance: deskShape.balance,
  timeoutMinutes: z
    .number()
    .positive()
    .default(10)
    .describe('longest time from the start of a task to its video'),
  submitMinutes: deskShape.submitMinutes,
  queueMinutes: deskShape.queueMinutes,
  spacingMs: deskShape.spacingMs,
  pollSeconds: z
    .number()
    .min(1)
    .max(600)
    .default(15)
    .describe(
      'how often the channel is read while nothing is heard of a task: Discord tells of no messages in very large guilds',
    ),
  bannedWords: deskShape.bannedWords,
  applicationId: snowflakeSchema
    .optional()
    .describe('application id of the bot; found by the names of its commands when left out'),
  commands: z
    .strictObject({
      create: commandName('create', 'command that makes a video of words'),
      animate: commandName('animate', 'command that makes a video of a picture'),
    })
    .default({ create: 'create', animate: 'animate' })
    .describe('names of the commands of the bot'),
});

/** Options of a Pika bot, defaults filled in; `words` are read from the file of `bannedWords`. */
export type PikaOptions = z.infer<typeof pikaBotSchema> & { readonly words?: readonly string[] };
