/** What can happen to channels. No permissions here: `actions.ts` checks those for accounts. */
import type { SimChannel, SimGuild, SimOverwrite } from './model.ts';
import type { World } from './world.ts';

/** A channel to be made. */
export interface NewChannel {
  readonly name: string;
  readonly type?: number | undefined;
  readonly topic?: string | null | undefined;
  readonly parentId?: string | null | undefined;
  readonly position?: number | undefined;
  readonly nsfw?: boolean | undefined;
  readonly rateLimitPerUser?: number | undefined;
  readonly overwrites?: SimOverwrite[] | undefined;
}

/** Text channels are named in lower case without blanks; categories are named freely. */
export function channelName(name: string, type: number): string {
  const trimmed = name.trim();
  if (type !== 0 && type !== 5) return trimmed;
  return trimmed
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/[!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~]/g, '')
    .replace(/-{2,}/g, '-');
}

/** Makes a channel and tells everybody who can see it. */
export function createChannel(world: World, guild: SimGuild, draft: NewChannel): SimChannel {
  const type = draft.type ?? 0;
  const channel: SimChannel = {
    id: world.newId(),
    guildId: guild.id,
    recipientIds: [],
    openFor: new Set(),
    type,
    name: channelName(draft.name, type),
    topic: draft.topic ?? null,
    parentId: draft.parentId ?? null,
    position: draft.position ?? guild.channelIds.size,
    nsfw: draft.nsfw ?? false,
    rateLimitPerUser: draft.rateLimitPerUser ?? 0,
    overwrites: draft.overwrites ?? inherited(world, draft.parentId),
    messages: [],
    lastMessageId: null,
  };
  world.channels.set(channel.id, channel);
  guild.channelIds.add(channel.id);
  world.counts.channelsCreated += 1;
  world.emit({ name: 'CHANNEL_CREATE', guild, channel });
  return channel;
}

/** Changes a channel; absent fields stay. */
export function updateChannel(world: World, channel: SimChannel, patch: Partial<NewChannel>): SimChannel {
  const { name, ...rest } = patch;
  const fields = Object.entries(rest).filter(([, value]) => value !== undefined);
  Object.assign(channel, Object.fromEntries(fields));
  if (name !== undefined) channel.name = channelName(name, channel.type);
  const guild = world.guildOf(channel);
  if (guild) world.emit({ name: 'CHANNEL_UPDATE', guild, channel });
  return channel;
}

/** Takes a channel away; the children of a category stay, without a parent. */
export function deleteChannel(world: World, channel: SimChannel): void {
  const guild = world.guildOf(channel);
  if (!guild || !world.channels.delete(channel.id)) return;
  guild.channelIds.delete(channel.id);
  world.counts.channelsDeleted += 1;
  world.emit({ name: 'CHANNEL_DELETE', guild, channel });
  for (const child of channelsOf(world, guild)) {
    if (child.parentId === channel.id) updateChannel(world, child, { parentId: null });
  }
}

/** All channels of a guild. */
export function channelsOf(world: World, guild: SimGuild): SimChannel[] {
  return [...guild.channelIds].flatMap((id) => world.channels.get(id) ?? []);
}

/** A channel made without overwrites of its own starts with its category's, as in Discord's clients. */
function inherited(world: World, parentId: string | null | undefined): SimOverwrite[] {
  const parent = parentId ? world.channels.get(parentId) : undefined;
  return parent ? [...parent.overwrites] : [];
}
