/** Renders records of the world as Discord's JSON objects (Discord docs, "Resources"). */
import type {
  SimChannel,
  SimGuild,
  SimMember,
  SimMessage,
  SimMessageInteraction,
  SimRole,
  SimUser,
  WireObject,
} from './model.ts';
import type { World } from './world.ts';

/** A user as anybody sees it. */
export function renderUser(user: SimUser): WireObject {
  return {
    id: user.id,
    username: user.username,
    avatar: null,
    discriminator: user.bot ? String(1000 + Number(BigInt(user.id) % 9000n)) : '0',
    public_flags: 0,
    flags: 0,
    ...(user.bot ? { bot: true } : {}),
    banner: null,
    accent_color: null,
    global_name: user.globalName,
    avatar_decoration_data: null,
    collectibles: null,
    primary_guild: null,
  };
}

/** The user an id belongs to; an empty shell for ids nobody has. */
export function renderUserId(world: World, userId: string): WireObject {
  const user = world.users.get(userId);
  return renderUser(user ?? { id: userId, username: 'Deleted User', globalName: null, bot: false });
}

/** A member without its user, as messages carry it. */
export function renderPartialMember(member: SimMember): WireObject {
  return {
    roles: member.roleIds,
    joined_at: member.joinedAt,
    avatar: null,
    banner: null,
    nick: null,
    premium_since: null,
    pending: false,
    communication_disabled_until: null,
    flags: 0,
    mute: false,
    deaf: false,
  };
}

/** A member with its user. */
export function renderMember(world: World, member: SimMember): WireObject {
  return { ...renderPartialMember(member), user: renderUserId(world, member.userId) };
}

/** A role. */
export function renderRole(role: SimRole): WireObject {
  return {
    id: role.id,
    name: role.name,
    permissions: role.permissions.toString(),
    position: role.position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: role.botId !== undefined,
    mentionable: false,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(role.botId ? { tags: { bot_id: role.botId } } : {}),
  };
}

/** A channel as one of its readers sees it; people get the fields that Discord's own client needs. */
export function renderChannelFor(world: World, channel: SimChannel, readerId: string): WireObject {
  if (channel.type !== 1) return renderChannel(channel);
  const others = channel.recipientIds.filter((id) => id !== readerId);
  return {
    id: channel.id,
    type: 1,
    flags: 0,
    last_message_id: channel.lastMessageId,
    recipients: others.map((id) => renderUserId(world, id)),
    is_message_request: false,
    is_spam: false,
  };
}

/** A channel of a guild. */
export function renderChannel(channel: SimChannel): WireObject {
  const common = {
    id: channel.id,
    type: channel.type,
    flags: 0,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId,
    position: channel.position,
    permission_overwrites: channel.overwrites.map((overwrite) => ({
      id: overwrite.id,
      type: overwrite.type,
      allow: overwrite.allow.toString(),
      deny: overwrite.deny.toString(),
    })),
  };
  if (channel.type === 4) return common;
  return {
    ...common,
    last_message_id: channel.lastMessageId,
    rate_limit_per_user: channel.rateLimitPerUser,
    topic: channel.topic,
    nsfw: channel.nsfw,
  };
}

/** A guild as GET /guilds/{id} gives it. */
export function renderGuild(guild: SimGuild): WireObject {
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    roles: [...guild.roles.values()].map(renderRole),
    ...GUILD_DEFAULTS,
  };
}

/** A guild as GUILD_CREATE and a user's READY carry it. */
export function renderFullGuild(world: World, guild: SimGuild, channels: readonly SimChannel[]): WireObject {
  return {
    ...renderGuild(guild),
    joined_at: guild.createdAt,
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: [...guild.members.values()].map((member) => renderMember(world, member)),
    channels: channels.map(renderChannel),
    threads: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

const GUILD_DEFAULTS: WireObject = {
  icon: null,
  description: null,
  home_header: null,
  splash: null,
  discovery_splash: null,
  features: [],
  banner: null,
  application_id: null,
  region: 'us-west',
  afk_channel_id: null,
  afk_timeout: 300,
  system_channel_id: null,
  system_channel_flags: 0,
  widget_enabled: false,
  widget_channel_id: null,
  verification_level: 0,
  default_message_notifications: 0,
  mfa_level: 0,
  explicit_content_filter: 0,
  max_presences: null,
  max_members: 500_000,
  max_stage_video_channel_users: 50,
  max_video_channel_users: 25,
  vanity_url_code: null,
  premium_tier: 0,
  premium_subscription_count: 0,
  preferred_locale: 'en-US',
  rules_channel_id: null,
  safety_alerts_channel_id: null,
  public_updates_channel_id: null,
  premium_progress_bar_enabled: false,
  nsfw: false,
  nsfw_level: 0,
  emojis: [],
  stickers: [],
  incidents_data: null,
};

/** A message without the one it replies to. */
function renderBasicMessage(world: World, message: SimMessage): WireObject {
  return {
    type: message.type,
    content: message.content,
    mentions: message.mentionIds.map((id) => renderUserId(world, id)),
    mention_roles: message.mentionRoleIds,
    attachments: message.attachments,
    embeds: message.embeds,
    timestamp: message.timestamp,
    edited_timestamp: message.editedTimestamp,
    flags: message.flags,
    components: message.components,
    id: message.id,
    channel_id: message.channelId,
    author: renderUserId(world, message.authorId),
    pinned: false,
    mention_everyone: message.mentionEveryone,
    tts: message.tts,
    ...(message.reference ? { message_reference: renderReference(message) } : {}),
    ...renderOrigin(world, message),
    ...(message.reactions.size > 0 ? { reactions: renderReactions(message) } : {}),
  };
}

/** A message; replies carry `referenced_message`, null when that one is gone. */
export function renderMessage(world: World, message: SimMessage): WireObject {
  const basic = renderBasicMessage(world, message);
  if (!message.reference) return basic;
  const target = world.findMessage(message.reference.channelId, message.reference.messageId);
  return { ...basic, referenced_message: target ? renderBasicMessage(world, target) : null };
}

/**
 * A message with the nonce it was sent with. Discord does not store nonces: only the answer to the sender and
 * MESSAGE_CREATE carry them, no history and no update does.
 */
export function renderNewMessage(world: World, message: SimMessage): WireObject {
  const rendered = renderMessage(world, message);
  return message.nonce === undefined ? rendered : { ...rendered, nonce: message.nonce };
}

/** What an answer to an interaction carries beside an ordinary message. */
function renderOrigin(world: World, { applicationId, interaction }: SimMessage): WireObject {
  const application = applicationId && { application_id: applicationId, webhook_id: applicationId };
  if (!interaction) return { ...application };
  const { id, type, name, userId } = interaction;
  const user = renderUserId(world, userId);
  return {
    ...application,
    // The older field exists for commands only; the others have their message reference (Discord docs, "Message Interaction").
    ...(type === 2 ? { interaction: { id, type, name, user } } : {}),
    interaction_metadata: renderInteraction(world, interaction),
  };
}

function renderInteraction(world: World, interaction: SimMessageInteraction): WireObject {
  const { id, type, userId, name, originalResponseId, interactedMessageId, triggering } = interaction;
  return {
    id,
    type,
    user: renderUserId(world, userId),
    authorizing_integration_owners: {},
    ...(name === undefined ? {} : { name, command_type: 1 }),
    ...(originalResponseId === undefined ? {} : { original_response_message_id: originalResponseId }),
    ...(interactedMessageId === undefined ? {} : { interacted_message_id: interactedMessageId }),
    ...(triggering ? { triggering_interaction_metadata: renderInteraction(world, triggering) } : {}),
  };
}

function renderReactions(message: SimMessage): WireObject[] {
  return [...message.reactions].map(([name, users]) => ({
    emoji: { id: null, name },
    count: users.size,
    count_details: { burst: 0, normal: users.size },
    burst_colors: [],
    me_burst: false,
    burst_me: false,
    me: false,
    burst_count: 0,
  }));
}

function renderReference(message: SimMessage): WireObject | undefined {
  const reference = message.reference;
  if (!reference) return undefined;
  return {
    type: 0,
    channel_id: reference.channelId,
    message_id: reference.messageId,
    ...(reference.guildId === undefined ? {} : { guild_id: reference.guildId }),
  };
}
