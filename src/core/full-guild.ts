/** Discord's answers that there is no room for another channel. */
import { discordCode } from './discord.ts';
import { GatewayError } from './errors.ts';

/** Discord's code for a guild that holds 500 channels (Discord docs, "JSON Error Codes"). */
const GUILD_IS_FULL = 30_013;

/** Discord's code for a form error; its text tells when a category holds 50 channels, its maximum. */
const INVALID_FORM = 50_035;
const CATEGORY_IS_FULL = /CHANNEL_PARENT_MAX_CHANNELS|number of channels in category/i;

/** True when Discord said that the guild or the category is full. */
export function saysFull(error: unknown): boolean {
  const code = discordCode(error);
  return code === GUILD_IS_FULL || (code === INVALID_FORM && CATEGORY_IS_FULL.test(String(error)));
}

/** What a caller is told when nothing can be given up either. */
export function noRoom(cause: unknown): GatewayError {
  const isGuild = discordCode(cause) === GUILD_IS_FULL;
  const what = isGuild ? 'guild holds 500 channels' : 'category (categoryId) holds 50 channels';
  return new GatewayError('channels_full', `The Discord ${what}, its maximum.`, {
    hint: 'Delete channels there, lower maxChannels, leave categoryId out, or use another guild for this bot.',
    cause,
  });
}
