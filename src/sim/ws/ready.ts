/** READY of bots and of people (Discord docs, "Ready"; people's is far larger and carries the guilds whole). */

import { channelsOf } from '../channels.ts';
import { directChannelsOf } from '../direct-channels.ts';
import type { SimAccount, SimGuild, WireObject } from '../model.ts';
import { channelPermissions, PERMISSION } from '../permissions.ts';
import { GATEWAY_MESSAGE_CONTENT_LIMITED } from '../rest/account-routes.ts';
import { renderChannelFor, renderFullGuild, renderUserId } from '../wire.ts';
import type { World } from '../world.ts';
import type { Session } from './session.ts';

/** The guilds an account is in, as far as its session's shard owns them. */
export function guildsOf(world: World, session: Session): SimGuild[] {
  return [...world.guilds.values()].filter(
    (guild) => guild.members.has(session.account.userId) && session.owns(guild.id),
  );
}

/** GUILD_CREATE's payload for a session: only channels it can see. */
export function renderGuildCreate(world: World, guild: SimGuild, account: SimAccount): WireObject {
  const visible = channelsOf(world, guild).filter(
    (channel) => channelPermissions(guild, channel, account.userId) & PERMISSION.VIEW_CHANNEL,
  );
  return renderFullGuild(world, guild, visible);
}

/** READY's payload. */
export function renderReady(world: World, session: Session, version: number, resumeUrl: string): WireObject {
  const { account } = session;
  const common = {
    v: version,
    user: {
      ...renderUserId(world, account.userId),
      verified: true,
      mfa_enabled: false,
      email: account.kind === 'user' ? `${account.id}@example.com` : null,
    },
    session_type: 'normal',
    session_id: session.id,
    resume_gateway_url: resumeUrl,
    relationships: [],
    private_channels: [],
    presences: [],
    user_settings: {},
    geo_ordered_rtc_regions: ['us-west'],
    guild_join_requests: [],
    auth: {},
    _trace: ['["gateway-sim",{"micros":1}]'],
  };
  return account.kind === 'bot' ? botReady(world, session, common) : userReady(world, session, common);
}

function botReady(world: World, session: Session, common: WireObject): WireObject {
  const { account, shard } = session;
  return {
    ...common,
    guilds: guildsOf(world, session).map((guild) => ({ id: guild.id, unavailable: true })),
    application: {
      id: account.userId,
      flags: account.messageContent ? GATEWAY_MESSAGE_CONTENT_LIMITED : 0,
    },
    ...(shard[1] > 1 ? { shard } : {}),
  };
}

function userReady(world: World, session: Session, common: WireObject): WireObject {
  const guilds = guildsOf(world, session).map((guild) => renderGuildCreate(world, guild, session.account));
  const { userId } = session.account;
  return {
    ...common,
    private_channels: directChannelsOf(world, userId).map((channel) =>
      renderChannelFor(world, channel, userId),
    ),
    guilds: [...guilds, ...padding(session.account.readyBytes)],
    read_state: { version: 1, partial: false, entries: [] },
    user_guild_settings: { version: 1, partial: false, entries: [] },
    connected_accounts: [],
    country_code: 'US',
    analytics_token: '',
    sessions: [],
    experiments: [],
    guild_experiments: [],
  };
}

const PADDING_CHANNELS = 60;

/** Guilds that exist only to make READY as large as a busy person's. */
function padding(bytes: number): WireObject[] {
  const guilds: WireObject[] = [];
  for (let size = 0; size < bytes; ) {
    const guild = paddingGuild(guilds.length);
    size += JSON.stringify(guild).length;
    guilds.push(guild);
  }
  return guilds;
}

function paddingGuild(number: number): WireObject {
  const id = String(700_000_000_000_000_000n + BigInt(number) * 4_194_304n);
  const channels = Array.from({ length: PADDING_CHANNELS }, (_, position) => ({
    id: String(BigInt(id) + BigInt(position + 1)),
    type: 0,
    name: `channel-${number}-${position}`,
    topic: `Everything about subject ${position} of guild ${number}`,
    position,
    parent_id: null,
    flags: 0,
    nsfw: false,
    rate_limit_per_user: 0,
    last_message_id: String(BigInt(id) + 1000n + BigInt(position)),
    permission_overwrites: [{ id, type: 0, allow: '0', deny: '2048' }],
  }));
  const roles = [{ id, name: '@everyone', permissions: '137411140505153', position: 0, color: 0 }];
  return {
    id,
    name: `Guild ${number}`,
    owner_id: id,
    member_count: 1000 + number,
    large: true,
    joined_at: '2023-01-01T00:00:00.000000+00:00',
    roles,
    channels,
    members: [],
    threads: [],
    presences: [],
    voice_states: [],
    emojis: [],
    stickers: [],
    features: [],
  };
}
