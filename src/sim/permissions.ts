import type { SimChannel, SimGuild } from './model.ts';

/** Permission bits by the names of Discord's documents ("Permissions"). */
export const PERMISSION = {
  ADMINISTRATOR: 1n << 3n,
  MANAGE_CHANNELS: 1n << 4n,
  ADD_REACTIONS: 1n << 6n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  MANAGE_MESSAGES: 1n << 13n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MENTION_EVERYONE: 1n << 17n,
  USE_EXTERNAL_EMOJIS: 1n << 18n,
  MANAGE_ROLES: 1n << 28n,
  USE_APPLICATION_COMMANDS: 1n << 31n,
} as const;

/** Name of a permission bit. */
export type PermissionName = keyof typeof PERMISSION;

/** What both may do in direct messages. */
const DIRECT =
  PERMISSION.ADD_REACTIONS |
  PERMISSION.VIEW_CHANNEL |
  PERMISSION.SEND_MESSAGES |
  PERMISSION.EMBED_LINKS |
  PERMISSION.ATTACH_FILES |
  PERMISSION.READ_MESSAGE_HISTORY |
  PERMISSION.USE_APPLICATION_COMMANDS;

const ALL = Object.values(PERMISSION).reduce((sum, bit) => sum | bit, 0n);

/** Adds up the bits of a list of names. */
export function permissionBits(names: readonly PermissionName[]): bigint {
  return names.reduce((sum, name) => sum | PERMISSION[name], 0n);
}

/** What a member may do in the whole guild; 0 for strangers. */
export function guildPermissions(guild: SimGuild, userId: string): bigint {
  const member = guild.members.get(userId);
  if (!member) return 0n;
  if (guild.ownerId === userId) return ALL;
  let bits = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const roleId of member.roleIds) bits |= guild.roles.get(roleId)?.permissions ?? 0n;
  return bits & PERMISSION.ADMINISTRATOR ? ALL : bits;
}

/**
 * What a member may do in a channel: role bits, then the overwrites for @everyone, for roles, for the member.
 * Source: Discord docs, "Permissions", section "Permission Overwrites".
 */
export function channelPermissions(guild: SimGuild | undefined, channel: SimChannel, userId: string): bigint {
  if (!guild) return channel.recipientIds.includes(userId) ? DIRECT : 0n;
  const base = guildPermissions(guild, userId);
  if (base === ALL || base === 0n || channel.overwrites.length === 0) return withoutHidden(base);
  const roleIds = guild.members.get(userId)?.roleIds ?? [];
  let allow = 0n;
  let deny = 0n;
  let bits = base;
  for (const overwrite of channel.overwrites) {
    if (overwrite.id === guild.id) bits = (bits & ~overwrite.deny) | overwrite.allow;
    else if (roleIds.includes(overwrite.id)) {
      allow |= overwrite.allow;
      deny |= overwrite.deny;
    }
  }
  bits = (bits & ~deny) | allow;
  const own = channel.overwrites.find((overwrite) => overwrite.type === 1 && overwrite.id === userId);
  return withoutHidden(own ? (bits & ~own.deny) | own.allow : bits);
}

/** A channel that cannot be seen allows nothing else (Discord docs, "Implicit Permissions"). */
function withoutHidden(bits: bigint): bigint {
  return bits & PERMISSION.VIEW_CHANNEL ? bits : 0n;
}
