import { type Clock, sleep } from '../../core/clock.ts';
import {
  type Channel,
  type ChannelDraft,
  type DiscordRefusal,
  discordCode,
  type Snowflake,
} from '../../core/discord.ts';
import { GatewayError } from '../../core/errors.ts';
import { checkedSnowflake, compareSnowflakes, isSnowflake } from '../snowflake.ts';
import { nonsenseError } from './errors.ts';
import type { Rest } from './rest.ts';

/** Making, renaming, removing and listing of text channels. */
export interface ChannelCalls {
  /** See `DiscordPort.createChannel`. */
  create(guildId: Snowflake, draft: ChannelDraft, signal?: AbortSignal): Promise<Channel>;
  /** See `DiscordPort.renameChannel`. */
  rename(channelId: Snowflake, name: string, signal?: AbortSignal): Promise<Channel>;
  /** See `DiscordPort.deleteChannel`. */
  remove(channelId: Snowflake, signal?: AbortSignal): Promise<void>;
  /** See `DiscordPort.listChannels`. */
  list(guildId: Snowflake, signal?: AbortSignal): Promise<Channel[]>;
  /** See `InteractionPort.openDirectChannel`. */
  openDirect(userId: Snowflake, signal?: AbortSignal): Promise<Snowflake>;
}

const GUILD_TEXT = 0;
const UNKNOWN_CHANNEL = 10003;
const GUILD_TEMPLATE = '/guilds/{id}/channels';
const CHANNEL_TEMPLATE = '/channels/{id}';
const DIRECT_PATH = '/users/@me/channels';
/** A creation whose answer was lost shows in the list after this time at the latest, as a rule. */
const LOOK_AFTER_MS = 1_000;

/** Makes the channel calls of one account. */
export function createChannelCalls(rest: Rest, clock: Clock): ChannelCalls {
  return {
    create: (guildId, draft, signal) => create(rest, clock, guildId, draft, signal),
    rename: (channelId, name, signal) => rename(rest, channelId, name, signal),
    remove: (channelId, signal) => remove(rest, channelId, signal),
    list: (guildId, signal) => list(rest, guildId, signal),
    openDirect: (userId, signal) => openDirect(rest, userId, signal),
  };
}

async function list(rest: Rest, guildId: Snowflake, signal?: AbortSignal): Promise<Channel[]> {
  const id = checkedSnowflake(guildId, 'guild id');
  const path = `/guilds/${id}/channels`;
  const call = { method: 'GET', path, template: GUILD_TEMPLATE, major: id, repeatable: true } as const;
  const answer = await rest.call(call, signal);
  if (!Array.isArray(answer)) throw nonsenseError(`GET ${GUILD_TEMPLATE}`);
  return answer.filter(isTextChannel).map(toChannel);
}

/** After an ambiguous failure the guild is looked at; only when nothing is there follows one more try. */
async function create(
  rest: Rest,
  clock: Clock,
  guildId: Snowflake,
  draft: ChannelDraft,
  signal?: AbortSignal,
): Promise<Channel> {
  const id = checkedSnowflake(guildId, 'guild id');
  if (draft.parentId !== undefined) checkedSnowflake(draft.parentId, 'category id');
  for (let tries = 1; ; tries += 1) {
    try {
      return await createOnce(rest, id, draft, signal);
    } catch (error) {
      if (!isAmbiguous(error)) throw error;
      await sleep(clock, LOOK_AFTER_MS, signal);
      const channel = findMade(await list(rest, id, signal), draft);
      if (channel) return channel;
      if (tries === 2) throw error;
    }
  }
}

async function createOnce(
  rest: Rest,
  guildId: Snowflake,
  draft: ChannelDraft,
  signal?: AbortSignal,
): Promise<Channel> {
  const answer = await rest.call(
    {
      method: 'POST',
      path: `/guilds/${guildId}/channels`,
      template: GUILD_TEMPLATE,
      major: guildId,
      json: { name: draft.name, type: GUILD_TEXT, parent_id: draft.parentId, topic: draft.topic },
      repeatable: false,
    },
    signal,
  );
  return channelOf(answer, `POST ${GUILD_TEMPLATE}`);
}

/** The channel that a creation with a lost answer has made after all: the newest one of that name. */
function findMade(channels: readonly Channel[], draft: ChannelDraft): Channel | undefined {
  const names = [draft.name, asDiscordWrites(draft.name)];
  return channels
    .filter(({ name }) => names.includes(name))
    .filter(({ parentId }) => draft.parentId === undefined || parentId === draft.parentId)
    .sort((left, right) => compareSnowflakes(right.id, left.id))[0];
}

async function rename(
  rest: Rest,
  channelId: Snowflake,
  name: string,
  signal?: AbortSignal,
): Promise<Channel> {
  const id = checkedSnowflake(channelId, 'channel id');
  const where = { path: `/channels/${id}`, template: CHANNEL_TEMPLATE, major: id };
  const answer = await rest.call({ method: 'PATCH', ...where, json: { name }, repeatable: true }, signal);
  return channelOf(answer, `PATCH ${CHANNEL_TEMPLATE}`);
}

async function remove(rest: Rest, channelId: Snowflake, signal?: AbortSignal): Promise<void> {
  const id = checkedSnowflake(channelId, 'channel id');
  const where = { path: `/channels/${id}`, template: CHANNEL_TEMPLATE, major: id };
  try {
    await rest.call({ method: 'DELETE', ...where, repeatable: true }, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Discord docs, "Create DM": the channel that is there already is answered again. */
async function openDirect(rest: Rest, userId: Snowflake, signal?: AbortSignal): Promise<Snowflake> {
  const json = { recipients: [checkedSnowflake(userId, 'user id')] };
  const where = { path: DIRECT_PATH, template: DIRECT_PATH, major: '' };
  const answer = await rest.call({ method: 'POST', ...where, json, repeatable: true }, signal);
  if (typeof answer === 'object' && answer !== null && 'id' in answer && isSnowflake(answer.id))
    return answer.id;
  throw nonsenseError(`POST ${DIRECT_PATH}`);
}

/** True when it is not known whether Discord acted. */
function isAmbiguous(error: unknown): boolean {
  return (
    error instanceof GatewayError &&
    (error.code === 'discord_unreachable' || error.code === 'discord_timeout')
  );
}

function isGone(error: unknown): boolean {
  if (discordCode(error) === UNKNOWN_CHANNEL) return true;
  return error instanceof GatewayError && (error.cause as DiscordRefusal | undefined)?.status === 404;
}

/** Discord writes names of text channels in lower case, with hyphens for spaces. */
function asDiscordWrites(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, '-');
}

interface WireChannel {
  readonly id: Snowflake;
  readonly name: string;
  readonly type: number;
  readonly parent_id?: Snowflake | null;
}

function isTextChannel(value: unknown): value is WireChannel {
  return isChannel(value) && value.type === GUILD_TEXT;
}

function isChannel(value: unknown): value is WireChannel {
  if (typeof value !== 'object' || value === null) return false;
  return 'id' in value && isSnowflake(value.id) && 'name' in value && typeof value.name === 'string';
}

function toChannel(channel: WireChannel): Channel {
  return { id: channel.id, name: channel.name, parentId: channel.parent_id ?? undefined };
}

function channelOf(answer: unknown, call: string): Channel {
  if (!isChannel(answer)) throw nonsenseError(call);
  return toChannel(answer);
}
