/** Who may see and do what: the checks in front of every action, with Discord's own refusals. */

import { forReader, isAddressed } from './content.ts';
import { refusal } from './errors.ts';
import { invalidField } from './form.ts';
import type { SimAccount, SimChannel, SimGuild, SimMessage, WireObject } from './model.ts';
import { channelPermissions, guildPermissions, PERMISSION, type PermissionName } from './permissions.ts';
import { isSnowflake } from './snowflake.ts';
import { renderMessage } from './wire.ts';
import type { World } from './world.ts';

/** An account at work in a world. */
export interface Actor {
  readonly world: World;
  readonly account: SimAccount;
}

/** @throws DiscordError 401 when the token was revoked */
export function requireLogin({ account }: Actor): void {
  if (account.revoked) throw refusal.unauthorized();
}

/** Checks that a path or query value is an id. */
export function requireId(name: string, value: string): string {
  if (isSnowflake(value)) return value;
  throw invalidField([name], 'NUMBER_TYPE_COERCE', `Value "${value}" is not snowflake.`);
}

/** A guild the account is in; with permissions when named. */
export function requireGuild(actor: Actor, guildId: string, ...names: PermissionName[]): SimGuild {
  const guild = actor.world.guilds.get(requireId('guild_id', guildId));
  if (!guild) throw refusal.unknownGuild();
  if (!guild.members.has(actor.account.userId)) throw refusal.missingAccess();
  requireBits(guildPermissions(guild, actor.account.userId), names);
  return guild;
}

/** A channel the account can see; with permissions when named. */
export function requireChannel(actor: Actor, channelId: string, ...names: PermissionName[]): SimChannel {
  const channel = actor.world.channels.get(requireId('channel_id', channelId));
  if (!channel) throw refusal.unknownChannel();
  const bits = channelPermissions(actor.world.guildOf(channel), channel, actor.account.userId);
  if (!(bits & PERMISSION.VIEW_CHANNEL)) throw refusal.missingAccess();
  requireBits(bits, names);
  return channel;
}

/** True when the account has a permission in a channel. */
export function may(actor: Actor, channel: SimChannel, name: PermissionName): boolean {
  const guild = actor.world.guildOf(channel);
  return (channelPermissions(guild, channel, actor.account.userId) & PERMISSION[name]) !== 0n;
}

/** A message of a channel. */
export function requireMessage(actor: Actor, channel: SimChannel, messageId: string): SimMessage {
  const message = actor.world.findMessage(channel.id, requireId('message_id', messageId));
  if (!message) throw refusal.unknownMessage();
  return message;
}

/** The message as this account may read it over REST, where the portal's toggle decides about content. */
export function showMessage(actor: Actor, message: SimMessage): WireObject {
  const rendered = renderMessage(actor.world, message);
  if (actor.account.kind === 'user' || actor.account.messageContent) return rendered;
  const target = message.reference
    ? actor.world.findMessage(message.channelId, message.reference.messageId)
    : undefined;
  const reader = actor.account.userId;
  return forReader(
    rendered,
    !isAddressed(message, reader),
    target !== undefined && !isAddressed(target, reader),
  );
}

/** The same for the one who just sent it: with its nonce. */
export function showSent(actor: Actor, message: SimMessage): WireObject {
  const shown = showMessage(actor, message);
  return message.nonce === undefined ? shown : { ...shown, nonce: message.nonce };
}

function requireBits(bits: bigint, names: readonly PermissionName[]): void {
  for (const name of names) {
    if (!(bits & PERMISSION[name])) throw refusal.missingPermissions();
  }
}
