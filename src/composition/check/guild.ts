import type { Snowflake } from '../../core/discord.ts';
import { permissionsOf } from '../../discord/permissions.ts';
import type { Probe, ProbedChannel, ProbedGuild, ProbedMember } from '../../discord/probe.ts';

/** Discord's channel types that a conversation can live in: text and announcements (Discord docs, "Channel Types"). */
export const TEXT_TYPES: readonly number[] = [0, 5];

/** Discord's channel type of a category. */
export const CATEGORY_TYPE = 4;

/** A guild with its channels, as one account sees it. */
export interface GuildView {
  readonly guild: ProbedGuild;
  readonly channels: readonly ProbedChannel[];
}

/** Reads a guild with its channels. @throws GatewayError like `Probe` */
export async function viewGuild(probe: Probe, guildId: Snowflake, signal: AbortSignal): Promise<GuildView> {
  const guild = await probe.getGuild(guildId, signal);
  return { guild, channels: await probe.getChannels(guildId, signal) };
}

/** The bit set of what a member may do in a channel or category; in the guild as a whole when none of this id is there. */
export function permissionsIn(view: GuildView, member: ProbedMember, channelId?: Snowflake): bigint {
  const { guild, channels } = view;
  return permissionsOf({
    guildId: guild.id,
    ownerId: guild.ownerId,
    userId: member.userId,
    memberRoleIds: member.roleIds,
    roles: guild.roles,
    overwrites: channels.find(({ id }) => id === channelId)?.overwrites ?? [],
  });
}
