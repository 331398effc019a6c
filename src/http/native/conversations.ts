import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ConversationAddress, ConversationService } from '../../core/conversation-service.ts';
import { GatewayError } from '../../core/errors.ts';
import { callerOf } from '../request-context.ts';
import { addPath, type Guards, type Visit, warnOf } from './answering.ts';
import { check, checkQuery } from './check.ts';
import { conversationNameSchema } from './fields.ts';
import { unknownNames } from './query.ts';
import { renderConversation } from './render.ts';

/** Which conversation is meant. */
export const addressSchema = z.object({
  bot: z.string().optional().describe('the bot at which it is'),
  key: z.string().optional().describe('whose it is; admins only, where several keys use one name'),
});

/** The parameters of `GET /conversations`. */
export const conversationQuerySchema = addressSchema.extend({
  bot: z.string().optional().describe('only those at this bot'),
  key: z.string().optional().describe('only those of this key; admins only'),
});

/** The body of `POST /conversations`. */
export const newConversationSchema = z.strictObject({
  name: conversationNameSchema.describe('1 to 100 characters'),
  bot: z.string().optional().describe('the bot to talk with; the least busy one when left out'),
});

/** The body of `PATCH /conversations/{name}`. */
export const renamedConversationSchema = z.strictObject({
  name: conversationNameSchema.describe('the new name'),
  bot: z.string().optional().describe('the bot at which the conversation is'),
  key: z.string().optional().describe('whose it is; admins only, where several keys use one name'),
});

/** Lasting conversations: of the caller, for admins of all callers. */
export function conversationRoutes(
  scope: FastifyInstance,
  service: ConversationService,
  guards: Guards,
): void {
  addPath(scope, '/conversations', guards, {
    GET: async (visit) => ({ body: await list(service, visit) }),
    POST: async (visit) => ({ status: 201, body: await create(service, visit) }),
  });
  addPath(scope, '/conversations/:name', guards, {
    PATCH: async (visit) => ({ body: await rename(service, visit) }),
    DELETE: async (visit) => {
      await service.deleteConversation(callerOf(visit.request), addressOf(visit));
      return {};
    },
  });
  addPath(scope, '/conversations/:name/messages', guards, {
    GET: async (visit) => {
      const { request, signal } = visit;
      const messages = await service.readConversation(callerOf(request), addressOf(visit), signal);
      return { body: { messages } };
    },
  });
}

async function list(service: ConversationService, { request, reply }: Visit) {
  const { bot, key } = checkQuery(conversationQuerySchema, request.query);
  warnOf(reply, unknownNames(request.query, conversationQuerySchema));
  const found = await service.surveyConversations(callerOf(request));
  const conversations = found
    .map(renderConversation)
    .filter((one) => (bot === undefined || one.bot === bot) && (key === undefined || one.key === key));
  return { conversations };
}

async function create(service: ConversationService, { request, signal }: Visit) {
  const caller = callerOf(request);
  const { name, bot } = check(newConversationSchema, request.body ?? {});
  const made = await service.createConversation(caller, name, signal, bot);
  return find(service, { request, channelId: made.channelId });
}

async function rename(service: ConversationService, visit: Visit) {
  const { name, ...where } = check(renamedConversationSchema, visit.request.body ?? {});
  const address = { ...addressOf(visit), ...withoutAbsent({ botId: where.bot, callerId: where.key }) };
  const { channelId } = await service.renameConversation(callerOf(visit.request), address, name);
  return find(service, { request: visit.request, channelId });
}

/** A conversation as it is now, whole. */
async function find(
  service: ConversationService,
  { request, channelId }: Pick<Visit, 'request'> & { readonly channelId: string },
) {
  const all = await service.surveyConversations(callerOf(request));
  const found = all.find((one) => one.channelId === channelId);
  if (found) return renderConversation(found);
  throw new GatewayError('conversation_not_found', 'The conversation was deleted just now.');
}

function addressOf({ request, params }: Visit): Exclude<ConversationAddress, string> {
  const { bot, key } = checkQuery(addressSchema, request.query);
  return { name: params.name ?? '', botId: bot, callerId: key };
}

function withoutAbsent<Value extends object>(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Partial<Value>;
}
