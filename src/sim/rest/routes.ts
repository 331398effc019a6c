/** Every route of the REST API that the simulator serves. */
import { requireGuild, requireId, showMessage, showSent } from '../access.ts';
import {
  createGuildChannel,
  getChannel,
  listGuildChannels,
  modifyChannel,
  removeChannel,
} from '../channel-actions.ts';
import { refusal } from '../errors.ts';
import {
  getMessage,
  listMessages,
  patchMessage,
  postMessage,
  removeMessage,
  reserveUploads,
  showTyping,
} from '../message-actions.ts';
import type { SimChannel } from '../model.ts';
import {
  renderChannel,
  renderChannelFor,
  renderGuild,
  renderMember,
  renderRole,
  renderUser,
} from '../wire.ts';
import { accountRoutes } from './account-routes.ts';
import { interactionRoutes } from './interaction-routes.ts';
import type { Call, Route } from './route.ts';

const first = (call: Call) => call.ids[0] ?? '';
const second = (call: Call) => call.ids[1] ?? '';
const ok = (body: unknown) => ({ status: 200, body });
const renderOwn = (call: Call, channel: SimChannel) =>
  renderChannelFor(call.world, channel, call.account.userId);
const done = () => ({ status: 204 });

const channelRoutes: readonly Route[] = [
  { method: 'GET', path: '/channels/:id', run: (call) => ok(renderOwn(call, getChannel(call, first(call)))) },
  {
    method: 'PATCH',
    path: '/channels/:id',
    run: (call) => ok(renderChannel(modifyChannel(call, first(call), call.body))),
  },
  {
    method: 'DELETE',
    path: '/channels/:id',
    run: (call) => ok(renderOwn(call, removeChannel(call, first(call)))),
  },
  {
    method: 'POST',
    path: '/channels/:id/typing',
    run: (call) => {
      showTyping(call, first(call));
      return done();
    },
  },
  {
    method: 'POST',
    path: '/channels/:id/attachments',
    run: (call) => ok({ attachments: reserveUploads(call, first(call), call.body) }),
  },
];

const messageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/channels/:id/messages',
    run: (call) => {
      const found = listMessages(call, first(call), Object.fromEntries(call.query));
      return ok(found.map((message) => showMessage(call, message)));
    },
  },
  {
    method: 'POST',
    path: '/channels/:id/messages',
    run: (call) => ok(showSent(call, postMessage(call, first(call), call.body, call.files))),
  },
  {
    method: 'GET',
    path: '/channels/:id/messages/:id',
    run: (call) => ok(showMessage(call, getMessage(call, first(call), second(call)))),
  },
  {
    method: 'PATCH',
    path: '/channels/:id/messages/:id',
    run: (call) =>
      ok(showMessage(call, patchMessage(call, first(call), second(call), call.body, call.files))),
  },
  {
    method: 'DELETE',
    path: '/channels/:id/messages/:id',
    run: (call) => {
      removeMessage(call, first(call), second(call));
      return done();
    },
  },
];

const guildRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/guilds/:id',
    run: (call) => {
      const guild = requireGuild(call, first(call));
      if (call.query.get('with_counts') !== 'true') return ok(renderGuild(guild));
      const members = guild.members.size;
      return ok({
        ...renderGuild(guild),
        approximate_member_count: members,
        approximate_presence_count: members,
      });
    },
  },
  {
    method: 'GET',
    path: '/guilds/:id/channels',
    run: (call) => ok(listGuildChannels(call, first(call)).map(renderChannel)),
  },
  {
    method: 'POST',
    path: '/guilds/:id/channels',
    run: (call) => ({
      status: 201,
      body: renderChannel(createGuildChannel(call, first(call), call.body)),
    }),
  },
  {
    method: 'GET',
    path: '/guilds/:id/roles',
    run: (call) => ok([...requireGuild(call, first(call)).roles.values()].map(renderRole)),
  },
  {
    method: 'GET',
    path: '/guilds/:id/members/:id',
    run: (call) => ok(findMember(call, second(call))),
  },
  {
    method: 'GET',
    path: '/users/@me/guilds/:id/member',
    run: (call) => ok(findMember(call, call.account.userId)),
  },
];

const userRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/users/:id',
    run: (call) => {
      const user = call.world.users.get(requireId('user_id', first(call)));
      if (!user) throw refusal.unknownUser();
      return ok(renderUser(user));
    },
  },
];

/** The table of routes. */
export const ROUTES: readonly Route[] = [
  ...messageRoutes,
  ...channelRoutes,
  ...guildRoutes,
  ...accountRoutes,
  ...userRoutes,
  ...interactionRoutes,
];

function findMember(call: Call, userId: string): unknown {
  const guild = requireGuild(call, first(call));
  const member = guild.members.get(requireId('user_id', userId));
  if (member) return renderMember(call.world, member);
  throw call.world.users.has(userId) ? refusal.unknownMember() : refusal.unknownUser();
}
