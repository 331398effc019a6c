import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { departureOf } from '../departure.ts';
import { callerOf, useDialect } from '../request-context.ts';
import type { BridgeCall, CozeBridgeOptions, Endpoint } from './call.ts';
import { CHAT_ENDPOINTS } from './chat-endpoints.ts';
import { CONVERSATION_ENDPOINTS } from './conversation-endpoints.ts';
import { SpokenError } from './errors.ts';
import { findCaller, readHeader } from './keys.ts';
import { type BridgeParameters, readParameters } from './parameters.ts';
import { success } from './render.ts';
import { UPKEEP_ENDPOINTS } from './upkeep-endpoints.ts';

/** All endpoints below `/api`, as the Bridge's README spells them; the app matches paths without regard to case. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...CONVERSATION_ENDPOINTS,
  ...CHAT_ENDPOINTS,
  ...UPKEEP_ENDPOINTS,
];

/** The Bridge took any method. */
const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

const ROBOTS = 'User-agent: *\nDisallow: /\n';

/** The dialect of the Coze-Discord-Bridge, to be registered without a prefix. */
export function cozeBridgeRoutes(options: CozeBridgeOptions): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    useDialect(scope, 'coze-bridge');
    readBodiesAsText(scope);
    openRoutes(scope, options);
    for (const endpoint of ENDPOINTS) addEndpoint(scope, options, endpoint);
  };
}

/** Whatever the type of a body claims to be, its text decides; no type is refused but one that nobody could mean. */
function readBodiesAsText(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string) => body);
  scope.addHook('onRequest', async (request) => {
    if (/^\s*multipart\//i.test(request.headers['content-type'] ?? '')) throw multipart();
    // The framework refuses types that are not well formed before any parser is asked.
    delete request.headers['content-type'];
  });
}

function openRoutes(scope: FastifyInstance, { clock }: CozeBridgeOptions): void {
  const open = (url: string, handler: (reply: FastifyReply) => unknown) =>
    scope.route({
      method: METHODS,
      url,
      exposeHeadRoute: false,
      handler: async (_request, reply) => handler(reply),
    });
  open('/', () => success('这里是Coze-Discord-Bridge的根节点~', { now: Math.floor(clock.now() / 1000) }));
  open('/Ping', () => success('Pong!'));
  open('/robots.txt', (reply) => reply.type('text/plain; charset=utf-8').send(ROBOTS));
}

function addEndpoint(scope: FastifyInstance, options: CozeBridgeOptions, endpoint: Endpoint): void {
  const { authenticate, admit } = options;
  const { prefix, hasStatus } = endpoint;
  scope.route({
    method: METHODS,
    url: endpoint.path,
    exposeHeadRoute: false,
    config: { bridgeFailure: { prefix, hasStatus } },
    onRequest: async (request) => {
      const caller = readHeader(authenticate, request.headers);
      // One with a name has shown its key; else it may still come in the body.
      if (caller !== undefined && caller.id !== '') admit(request, caller);
    },
    handler: async (request, reply) => {
      const parameters = parametersOf(request);
      if (request.caller === null) {
        admit(request, findCaller(authenticate, request.headers, parameters.key), reply);
      }
      return answer(options, endpoint, { parameters, request, reply });
    },
  });
}

async function answer(
  options: CozeBridgeOptions,
  endpoint: Endpoint,
  { parameters, request, reply }: Pick<BridgeCall, 'parameters' | 'request' | 'reply'>,
): Promise<unknown> {
  const signal = departureOf(reply);
  try {
    return await endpoint.run(options, { caller: callerOf(request), parameters, request, reply, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    // Nobody is there to read an answer.
    return reply.hijack();
  }
}

function parametersOf({ url, body }: FastifyRequest): BridgeParameters {
  const mark = url.indexOf('?');
  return readParameters(mark < 0 ? '' : url.slice(mark + 1), typeof body === 'string' ? body : '');
}

function multipart(): SpokenError {
  return new SpokenError(
    'invalid_request',
    '不支持multipart表单，请使用JSON或普通表单，图片以base64放在image参数中',
  );
}
