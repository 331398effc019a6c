/** Routes about the caller itself: its user, its guilds, its application, the gateway it shall connect to. */
import { guildPermissions } from '../permissions.ts';
import { renderUser, renderUserId } from '../wire.ts';
import type { Call, Route } from './route.ts';

/** Application flag of a bot in fewer than 100 guilds whose portal toggle is on (Discord docs, "Application Flags"). */
export const GATEWAY_MESSAGE_CONTENT_LIMITED = 1 << 19;

const ok = (body: unknown) => ({ status: 200, body });

/** The routes; gateway answers get their address from `Call.world` by `server.ts`. */
export const accountRoutes: readonly Route[] = [
  { method: 'GET', path: '/users/@me', run: (call) => ok(renderSelf(call)) },
  { method: 'GET', path: '/users/@me/guilds', run: (call) => ok(renderGuilds(call)) },
  {
    method: 'GET',
    path: '/applications/@me',
    access: 'bot',
    run: (call) => ok(renderApplication(call)),
  },
  {
    method: 'GET',
    path: '/oauth2/applications/@me',
    access: 'bot',
    run: (call) => ok(renderApplication(call)),
  },
];

function renderSelf(call: Call): unknown {
  return {
    ...renderUserId(call.world, call.account.userId),
    mfa_enabled: false,
    locale: 'en-US',
    premium_type: 0,
    email: call.account.kind === 'user' ? `${call.account.id}@example.com` : null,
    verified: true,
  };
}

function renderGuilds(call: Call): unknown[] {
  const userId = call.account.userId;
  return [...call.world.guilds.values()]
    .filter((guild) => guild.members.has(userId))
    .map((guild) => ({
      id: guild.id,
      name: guild.name,
      icon: null,
      banner: null,
      owner: guild.ownerId === userId,
      permissions: guildPermissions(guild, userId).toString(),
      features: [],
    }));
}

function renderApplication(call: Call): unknown {
  const { world, account } = call;
  const user = world.users.get(account.userId);
  const flags = account.messageContent ? GATEWAY_MESSAGE_CONTENT_LIMITED : 0;
  const owner = [...world.guilds.values()][0]?.ownerId ?? account.userId;
  return {
    id: account.userId,
    name: user?.username ?? account.id,
    icon: null,
    description: '',
    type: null,
    bot: user ? renderUser(user) : undefined,
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags,
    flags_new: String(flags),
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    owner: renderUserId(world, owner),
    approximate_guild_count: renderGuilds(call).length,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
  };
}
