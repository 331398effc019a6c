/** What accounts do with channels: checked, then done in the world. REST and the in-memory port both call these. */
import { type Actor, may, requireChannel, requireGuild, requireLogin } from './access.ts';
import {
  channelName,
  channelsOf,
  createChannel,
  deleteChannel,
  type NewChannel,
  updateChannel,
} from './channels.ts';
import { refusal } from './errors.ts';
import { Form } from './form.ts';
import type { SimChannel, SimGuild, SimOverwrite, WireObject } from './model.ts';

/** A guild holds at most so many channels, categories included (Discord docs, JSON error 30013). */
const CHANNELS_PER_GUILD = 500;
/** A category holds at most so many channels. */
const CHANNELS_PER_CATEGORY = 50;

/** Get Guild Channels: all of them, as Discord lists them, also those the account cannot read. */
export function listGuildChannels(actor: Actor, guildId: string): SimChannel[] {
  requireLogin(actor);
  return channelsOf(actor.world, requireGuild(actor, guildId));
}

/** Create Guild Channel. */
export function createGuildChannel(actor: Actor, guildId: string, body: WireObject): SimChannel {
  requireLogin(actor);
  const guild = requireGuild(actor, guildId, 'MANAGE_CHANNELS');
  const form = new Form(body);
  const type = form.integer('type', { min: 0, max: 16 }) ?? 0;
  const draft = readChannel(actor, guild, form, { type, parentId: null }, true);
  form.done();
  if (guild.channelIds.size >= CHANNELS_PER_GUILD) throw refusal.tooManyChannels();
  return createChannel(actor.world, guild, { ...draft, name: draft.name ?? '', type });
}

/** Modify Channel. */
export function modifyChannel(actor: Actor, channelId: string, body: WireObject): SimChannel {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId);
  if (channel.guildId === undefined) throw refusal.directChannel();
  const guild = requireGuild(actor, channel.guildId);
  requireChannel(actor, channelId, 'MANAGE_CHANNELS');
  const form = new Form(body);
  const patch = readChannel(actor, guild, form, channel, false);
  form.done();
  return updateChannel(actor.world, channel, patch);
}

/** Delete Channel; one of direct messages only disappears from the list of the one who closes it. */
export function removeChannel(actor: Actor, channelId: string): SimChannel {
  requireLogin(actor);
  const channel = requireChannel(actor, channelId);
  if (channel.guildId === undefined) {
    channel.openFor.delete(actor.account.userId);
    return channel;
  }
  requireChannel(actor, channelId, 'MANAGE_CHANNELS');
  deleteChannel(actor.world, channel);
  return channel;
}

/** Get Channel. */
export function getChannel(actor: Actor, channelId: string): SimChannel {
  requireLogin(actor);
  return requireChannel(actor, channelId);
}

function readChannel(
  actor: Actor,
  guild: SimGuild,
  form: Form,
  current: Pick<SimChannel, 'type' | 'parentId'>,
  required: boolean,
): Partial<NewChannel> {
  const name = form.text('name', { min: 1, max: 100, required });
  if (name !== undefined && channelName(name, current.type) === '') {
    form.fail(['name'], 'BASE_TYPE_REQUIRED', 'This field is required');
  }
  const topic = form.text('topic', { max: current.type === 15 ? 4096 : 1024 });
  return {
    name,
    topic: form.body.topic === null ? null : topic,
    parentId: readParent(actor, guild, form, current.parentId),
    position: form.integer('position', { min: 0, max: 2 ** 31 - 1 }),
    nsfw: form.flag('nsfw'),
    rateLimitPerUser: form.integer('rate_limit_per_user', { min: 0, max: 21_600 }),
    overwrites: form.body.permission_overwrites === undefined ? undefined : readOverwrites(form),
  };
}

function readParent(
  actor: Actor,
  guild: SimGuild,
  form: Form,
  currentId: string | null,
): string | null | undefined {
  if (form.body.parent_id === null) return null;
  const parentId = form.id('parent_id');
  if (parentId === undefined || parentId === currentId) return parentId;
  const parent = actor.world.channels.get(parentId);
  if (!parent || parent.guildId !== guild.id || parent.type !== 4) {
    form.fail(['parent_id'], 'CHANNEL_PARENT_INVALID', 'Category does not exist');
    return undefined;
  }
  if (!may(actor, parent, 'VIEW_CHANNEL')) throw refusal.missingAccess();
  const siblings = channelsOf(actor.world, guild).filter((channel) => channel.parentId === parentId);
  if (siblings.length >= CHANNELS_PER_CATEGORY) {
    const message = `Maximum number of channels in category reached (${CHANNELS_PER_CATEGORY})`;
    form.fail(['parent_id'], 'CHANNEL_PARENT_MAX_CHANNELS', message);
  }
  return parentId;
}

function readOverwrites(form: Form): SimOverwrite[] {
  return form.objects('permission_overwrites', 100).map((entry) => ({
    id: String(entry.id),
    type: entry.type === 1 || entry.type === 'member' ? 1 : 0,
    allow: bits(entry.allow),
    deny: bits(entry.deny),
  }));
}

function bits(value: unknown): bigint {
  return /^\d+$/.test(String(value)) ? BigInt(String(value)) : 0n;
}
