/** Channels of direct messages between two users. */
import { type Actor, requireLogin } from './access.ts';
import { refusal } from './errors.ts';
import { Form, invalidField } from './form.ts';
import type { SimChannel, WireObject } from './model.ts';
import { isSnowflake } from './snowflake.ts';
import type { World } from './world.ts';

/** The channel of two users; the same one each time. */
export function directChannel(world: World, userId: string, otherId: string): SimChannel {
  const recipientIds = [userId, otherId].sort();
  const key = recipientIds.join(':');
  const known = world.channels.get(world.directChannels.get(key) ?? '');
  if (known) return known;
  const channel: SimChannel = {
    id: world.newId(),
    guildId: undefined,
    recipientIds,
    openFor: new Set(),
    type: 1,
    name: '',
    topic: null,
    parentId: null,
    position: 0,
    nsfw: false,
    rateLimitPerUser: 0,
    overwrites: [],
    messages: [],
    lastMessageId: null,
  };
  world.channels.set(channel.id, channel);
  world.directChannels.set(key, channel.id);
  return channel;
}

/** Create DM: `recipients` of user accounts, `recipient_id` of bots (userdoccers and Discord docs, "Create DM"). */
export function openDirectChannel(actor: Actor, body: WireObject): SimChannel {
  requireLogin(actor);
  const recipients: unknown[] = Array.isArray(body.recipients) ? body.recipients : [body.recipient_id];
  const form = new Form(body);
  const otherId = recipients[0];
  if (otherId === undefined || otherId === null) {
    form.fail(['recipients'], 'BASE_TYPE_REQUIRED', 'This field is required');
  }
  form.done();
  if (!isSnowflake(otherId)) {
    throw invalidField(
      ['recipients', 0],
      'NUMBER_TYPE_COERCE',
      `Value "${String(otherId)}" is not snowflake.`,
    );
  }
  const { world, account } = actor;
  if (!world.users.has(otherId)) throw refusal.unknownUser();
  if (recipients.length > 1 || otherId === account.userId) throw refusal.invalidRecipients();
  const channel = directChannel(world, account.userId, otherId);
  show(world, channel, account.userId);
  return channel;
}

/** The direct channels that a user has in the list. */
export function directChannelsOf(world: World, userId: string): SimChannel[] {
  return [...world.directChannels.values()]
    .flatMap((id) => world.channels.get(id) ?? [])
    .filter((channel) => channel.openFor.has(userId));
}

/** Before a message: a direct channel appears in the lists of both. */
export function introduce(world: World, channel: SimChannel, authorId: string): void {
  if (channel.recipientIds.length === 0) return;
  show(world, channel, authorId);
  for (const userId of channel.recipientIds) show(world, channel, userId);
}

/** CHANNEL_CREATE goes to people; bots have not been told of direct channels since version 8. */
function show(world: World, channel: SimChannel, userId: string): void {
  if (channel.openFor.has(userId)) return;
  channel.openFor.add(userId);
  if (world.users.get(userId)?.bot) return;
  world.emit({ name: 'CHANNEL_CREATE', guild: undefined, channel, onlyFor: userId });
}
