import type { WireObject } from '../model.ts';
import { renderMember } from '../wire.ts';
import type { World } from '../world.ts';

/** The answer to "Request Guild Members", in one chunk; undefined for guilds the asker is not in. */
export function membersChunk(world: World, askerId: string, data: WireObject): WireObject | undefined {
  const guild = world.guilds.get(String(data.guild_id));
  if (!guild?.members.has(askerId)) return undefined;
  const wanted = Array.isArray(data.user_ids) ? data.user_ids.map(String) : undefined;
  const query = typeof data.query === 'string' ? data.query.toLowerCase() : '';
  const members = [...guild.members.values()].filter((member) => {
    if (wanted) return wanted.includes(member.userId);
    return world.users.get(member.userId)?.username.startsWith(query) ?? false;
  });
  return {
    guild_id: guild.id,
    members: members.map((member) => renderMember(world, member)),
    chunk_index: 0,
    chunk_count: 1,
    not_found: wanted?.filter((id) => !guild.members.has(id)) ?? [],
    ...(data.nonce === undefined ? {} : { nonce: data.nonce }),
  };
}
