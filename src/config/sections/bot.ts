import { z } from 'zod';
import { cozeBotSchema } from '../../drivers/coze/options.ts';
import { midjourneyBotSchema } from '../../drivers/midjourney/options.ts';
import { pikaBotSchema } from '../../drivers/pika/options.ts';
import { name } from '../fields.ts';

/** The kinds of bots. */
export const DRIVERS: readonly string[] = ['coze', 'midjourney', 'pika'];

const cozeSchema = z
  .strictObject({
    id: name().describe('name of the bot in this file'),
    driver: z.literal('coze').describe('which kind of bot it is'),
  })
  .extend(cozeBotSchema.shape)
  .transform(({ botUserId, botUserIds, ...rest }) => ({
    ...rest,
    // Exactly one of the two is given; check.ts sees to it.
    botUserIds: botUserIds ?? (botUserId === undefined ? [] : [botUserId]),
  }));

const NO_WORDS: readonly string[] = [];

const midjourneySchema = z
  .strictObject({
    id: name().describe('name of the bot in this file'),
    driver: z.literal('midjourney').describe('which kind of bot it is'),
  })
  .extend(midjourneyBotSchema.shape)
  // The loader reads them from the file of bannedWords; a schema opens no files.
  .transform((bot) => ({ ...bot, words: NO_WORDS }));

const pikaSchema = z
  .strictObject({
    id: name().describe('name of the bot in this file'),
    driver: z.literal('pika').describe('which kind of bot it is'),
  })
  .extend(pikaBotSchema.shape)
  .transform((bot) => ({ ...bot, words: NO_WORDS }));

/** One entry of `bots`: what the API offers. */
export const botSchema = z.discriminatedUnion('driver', [cozeSchema, midjourneySchema, pikaSchema]);
