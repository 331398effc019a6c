import { PermissionFlagsBits } from 'discord-api-types/v10';

/** The permissions that the gateway needs, by the names that Discord's settings show. */
const NEEDED = {
  'View Channels': PermissionFlagsBits.ViewChannel,
  'Send Messages': PermissionFlagsBits.SendMessages,
  'Read Message History': PermissionFlagsBits.ReadMessageHistory,
  'Attach Files': PermissionFlagsBits.AttachFiles,
  'Embed Links': PermissionFlagsBits.EmbedLinks,
  'Use Application Commands': PermissionFlagsBits.UseApplicationCommands,
  'Manage Channels': PermissionFlagsBits.ManageChannels,
} as const;

/** Name of a permission in Discord's settings. */
export type PermissionName = keyof typeof NEEDED;

/** The names of those wanted permissions that are missing. Administrators lack nothing. */
export function missing(held: bigint, wanted: readonly PermissionName[]): PermissionName[] {
  if (held & PermissionFlagsBits.Administrator) return [];
  return wanted.filter((name) => (held & NEEDED[name]) === 0n);
}
