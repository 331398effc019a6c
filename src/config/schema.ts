/** The one description of `cordgate.yaml`: validation, defaults, JSON Schema and docs/configuration.md come from it. */
import { z } from 'zod';
import { accountSchema } from './sections/account.ts';
import { authSchema } from './sections/auth.ts';
import { botSchema } from './sections/bot.ts';
import { discordSchema } from './sections/discord.ts';
import { mediaSchema } from './sections/media.ts';
import { logSchema, telemetrySchema, webhooksSchema } from './sections/operation.ts';
import { serverSchema } from './sections/server.ts';
import { storeSchema } from './sections/store.ts';

/** The whole file. Unknown keys are errors at every level. */
export const configSchema = z.strictObject({
  server: serverSchema.prefault({}),
  auth: authSchema.prefault({}),
  discord: discordSchema.prefault({}),
  accounts: z.array(accountSchema).default([]).describe('who logs in to Discord'),
  bots: z.array(botSchema).default([]).describe('what the API offers'),
  store: storeSchema.prefault({}),
  media: mediaSchema.prefault({}),
  webhooks: webhooksSchema.prefault({}),
  log: logSchema.prefault({}),
  telemetry: telemetrySchema.prefault({}),
});

/** The same type with every property and every list readonly, all the way down. */
export type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The configuration as the gateway gets it: validated, defaults filled in, `botUserId` folded into `botUserIds`, word lists read. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;

/** One entry of `accounts`. */
export type AccountConfig = Config['accounts'][number];

/** One entry of `bots`; `driver` tells which kind. */
export type BotConfig = Config['bots'][number];

/** A Coze bot: `driver: coze`. */
export type CozeBotConfig = Extract<BotConfig, { driver: 'coze' }>;

/** A Midjourney bot: `driver: midjourney`. */
export type MidjourneyBotConfig = Extract<BotConfig, { driver: 'midjourney' }>;

/** A Pika bot: `driver: pika`. */
export type PikaBotConfig = Extract<BotConfig, { driver: 'pika' }>;

/** A bot that draws or films, in rooms. */
export type StudioBotConfig = MidjourneyBotConfig | PikaBotConfig;

/** An account in a channel: an entry of `rooms`. */
export type RoomConfig = StudioBotConfig['rooms'][number];

/** True for a Coze bot. */
export function isCoze(bot: BotConfig): bot is CozeBotConfig {
  return bot.driver === 'coze';
}

/** Ids of the accounts that a bot names, also of those that are switched off; one may come more than once. */
export function accountsOf(bot: BotConfig): string[] {
  return isCoze(bot) ? [bot.listen, ...bot.send] : bot.rooms.map(({ account }) => account);
}

/** A configuration as code writes it: everything that has a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;
