/** What people do with applications: interactions, command indexes, direct messages, reactions, links. */
import { requireChannel, requireLogin } from '../access.ts';
import { applicationIndex, channelIndex, guildIndex, ownIndex, searchCommands } from '../command-index.ts';
import { directChannelsOf, openDirectChannel } from '../direct-channels.ts';
import { refusal } from '../errors.ts';
import { submitInteraction } from '../interaction-actions.ts';
import { refreshLinks } from '../links.ts';
import { addReaction, removeReaction } from '../reactions.ts';
import { renderChannelFor } from '../wire.ts';
import type { Call, Route } from './route.ts';

const first = (call: Call) => call.ids[0] ?? '';
const ok = (body: unknown) => ({ status: 200, body });
const done = () => ({ status: 204 });

const commandRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/interactions',
    run: (call) => {
      submitInteraction(call, call.body);
      return done();
    },
  },
  {
    method: 'GET',
    path: '/guilds/:id/application-command-index',
    run: (call) => ok(guildIndex(call, first(call), call.locale)),
  },
  {
    method: 'GET',
    path: '/channels/:id/application-command-index',
    run: (call) => ok(channelIndex(call, first(call), call.locale)),
  },
  {
    method: 'GET',
    path: '/applications/:id/application-command-index',
    run: (call) => ok(applicationIndex(call, first(call), call.locale)),
  },
  {
    method: 'GET',
    path: '/users/@me/application-command-index',
    run: (call) => ok(ownIndex(call, call.locale)),
  },
  {
    method: 'GET',
    path: '/channels/:id/application-commands/search',
    run: (call) => ok(searchCommands(call, first(call), call.query, call.locale)),
  },
];

const directRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/users/@me/channels',
    run: (call) => ok(renderChannelFor(call.world, openDirectChannel(call, call.body), call.account.userId)),
  },
  {
    method: 'GET',
    path: '/users/@me/channels',
    run: (call) => {
      const { userId } = call.account;
      const open = directChannelsOf(call.world, userId);
      return ok(open.map((channel) => renderChannelFor(call.world, channel, userId)));
    },
  },
];

const messageRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/channels/:id/messages/:id/reactions/:id/@me',
    run: (call) => {
      const [channelId = '', messageId = '', emoji = ''] = call.ids;
      addReaction(call, channelId, messageId, emoji);
      return done();
    },
  },
  {
    method: 'DELETE',
    path: '/channels/:id/messages/:id/reactions/:id/@me',
    run: (call) => {
      const [channelId = '', messageId = '', emoji = ''] = call.ids;
      removeReaction(call, channelId, messageId, emoji);
      return done();
    },
  },
  {
    method: 'POST',
    path: '/channels/:id/messages/:id/ack',
    run: (call) => {
      requireLogin(call);
      if (call.account.kind === 'bot') throw refusal.onlyPeople();
      requireChannel(call, first(call));
      return ok({ token: null });
    },
  },
];

const fileRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/attachments/refresh-urls',
    run: (call) => ok({ refreshed_urls: refreshLinks(call, call.body) }),
  },
  // The name has a slash in it, which clients may or may not escape.
  { method: 'DELETE', path: '/attachments/:id', run: (call) => discardUpload(call) },
  { method: 'DELETE', path: '/attachments/:id/:id', run: (call) => discardUpload(call) },
];

/** The routes. */
export const interactionRoutes: readonly Route[] = [
  ...commandRoutes,
  ...directRoutes,
  ...messageRoutes,
  ...fileRoutes,
];

function discardUpload(call: Call) {
  requireLogin(call);
  if (!call.world.files.discard(call.ids.join('/'), call.account.userId)) throw refusal.uploadNotFound();
  return done();
}
