import type { CozeBotConfig } from '../../config/schema.ts';
import type { ProbedChannel } from '../../discord/probe.ts';
import { type Finding, findingsOf } from './finding.ts';
import { CATEGORY_TYPE, type GuildView } from './guild.ts';

/** Most channels of one category, and of a guild with its categories (Discord support, "Server Limits"). */
const PER_CATEGORY = 50;
const PER_GUILD = 500;

/** Channels that the gateway makes for unnamed conversations; they count as its own. */
const OWN_CHANNEL = /^cg-[0-9a-f]+-/;

/** Whether the channels that the bot may hold have room in its guild and its category. */
export function channelFindings(
  bot: CozeBotConfig,
  bots: readonly CozeBotConfig[],
  view: GuildView,
): Finding[] {
  const { channels } = view;
  const category = channels.find(({ id }) => id === bot.categoryId);
  if (category && category.type !== CATEGORY_TYPE) return [wrongCategory(bot, category)];
  const here = bots.filter(({ guildId }) => guildId === bot.guildId);
  const wide = room('guild', PER_GUILD, channels, here);
  const findings = wide.free < wide.wanted ? [tooSmall(bot, wide)] : [];
  const texts = [`the guild has ${channels.length} of ${PER_GUILD} channels`];
  // What is wrong with the configuration alone was said without looking.
  if (category && bot.maxChannels <= PER_CATEGORY) {
    const inside = channels.filter(({ parentId }) => parentId === category.id);
    const sharing = here.filter(({ categoryId }) => categoryId === category.id);
    const narrow = room('category', PER_CATEGORY, inside, sharing);
    if (narrow.free < narrow.wanted) findings.push(tooSmall(bot, narrow));
    texts.push(`the category ${inside.length} of ${PER_CATEGORY}`);
  }
  if (findings.length > 0) return findings;
  const message = `${texts.join(', ')}: there is room for maxChannels ${bot.maxChannels}`;
  return [findingsOf({ bot: bot.id }).ok('channels', message)];
}

interface Room {
  readonly place: 'guild' | 'category';
  readonly limit: number;
  readonly held: number;
  /** Channels that are left for the gateway, or are its own already. */
  readonly free: number;
  /** `maxChannels` of all bots that share the place. */
  readonly wanted: number;
  readonly isShared: boolean;
}

function room(
  place: Room['place'],
  limit: number,
  channels: readonly ProbedChannel[],
  bots: readonly CozeBotConfig[],
): Room {
  const foreign = channels.filter(({ name }) => !OWN_CHANNEL.test(name)).length;
  return {
    place,
    limit,
    held: channels.length,
    free: Math.max(0, limit - foreign),
    wanted: bots.reduce((sum, { maxChannels }) => sum + maxChannels, 0),
    isShared: bots.length > 1,
  };
}

function tooSmall(bot: CozeBotConfig, { place, limit, held, free, wanted, isShared }: Room): Finding {
  const say = findingsOf({ bot: bot.id });
  const who = isShared ? 'maxChannels of all bots there is together' : 'maxChannels is';
  const message = `the ${place} has ${held} of ${limit} channels, which leaves ${free}, but ${who} ${wanted}`;
  const elsewhere = place === 'category' ? 'use another category or none' : 'use another guild';
  const remedy = `Lower maxChannels to fit, delete channels that nobody needs, or ${elsewhere}.`;
  if (free === 0) return say.error(`${place}_full`, message, remedy);
  return say.warn(`${place}_full`, message, remedy);
}

function wrongCategory(bot: CozeBotConfig, { id, name }: ProbedChannel): Finding {
  const message = `categoryId ${id} is the channel "${name}" and no category`;
  const remedy =
    'In Discord, switch on developer mode, right-click the category itself, and copy its id; or leave categoryId out.';
  return findingsOf({ bot: bot.id }).error('category_wrong', message, remedy);
}
