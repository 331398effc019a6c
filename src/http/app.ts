import { createServer } from 'node:https';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { GatewayService } from '../core/gateway-service.ts';
import { type Ids, randomIds } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { MediaLoader, VideoSource } from '../core/media.ts';
import type { TokenCounter } from '../core/tokens.ts';
import { logRequests } from './access-log.ts';
import { addressRefused, createAddressCheck } from './addresses.ts';
import { adminRoutes } from './admin/routes.ts';
import { taskAdminRoutes } from './admin/task-routes.ts';
import { type ApiKey, createAuthenticator } from './auth.ts';
import { shapeOf } from './by-path.ts';
import { allowBrowsers } from './cors.ts';
import { cozeBridgeRoutes } from './coze-bridge/routes.ts';
import { discordxyRoutes } from './discordxy/routes.ts';
import { asGatewayError, noteError, withoutKeys } from './errors.ts';
import { type HealthSource, healthRoutes, LIVENESS_PATH } from './health.ts';
import { type MetricsSource, metricsRoute } from './metrics.ts';
import { midjourneyProxyRoutes } from './midjourney-proxy/routes.ts';
import { sendError as sendOpenAiError, unknownUrl } from './openai/errors.ts';
import { openAiRoutes } from './openai/routes.ts';
import { decorateRequests, useDialect } from './request-context.ts';
import { requestIdOf } from './request-id.ts';

/** What the HTTP surface is made of. */
export interface HttpOptions {
  readonly service: GatewayService;
  readonly keys: readonly ApiKey[];
  /** Ids of the bots that are reached without a key. */
  readonly anonymousBots: readonly string[];
  /** True when no key is needed, as none is configured and the gateway listens on loopback, or was told to be open. */
  readonly open: boolean;
  /** True when the callers of an open gateway may manage it as well, as all of them are on this machine; default false. */
  readonly openAdmin?: boolean;
  /** CIDR ranges of callers, by the address of the socket; empty admits all. */
  readonly allowIps: readonly string[];
  readonly bodyLimitBytes: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: HealthSource;
  readonly metrics: MetricsSource;
  /** Fetches the pictures of bots, where a dialect gives their content. */
  readonly pictures: MediaLoader;
  /** Reads the videos of bots; without it their content is not given. */
  readonly videos?: VideoSource;
  /** Counts the words of drawings. */
  readonly tokens?: TokenCounter;
  /** How a drawing model gives single pictures; cut from the grid by default. */
  readonly picturesOf?: (model: string) => 'cut' | 'upscale';
  /** Base of the host that shows Discord's pictures to callers; default https://cdn.discordapp.com. */
  readonly cdn?: string;
  /** Silence in milliseconds after which a stream carries a comment; default 15,000. */
  readonly heartbeatMs?: number;
  /** Ids of answers; random by default. */
  readonly ids?: Ids;
  /** Certificate and key as PEM: the app then speaks HTTPS. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

const DEFAULT_HEARTBEAT_MS = 15_000;

/** Paths that are answered until the very end, as probes ask them. */
const OPERATIONS_PATHS = new Set([LIVENESS_PATH, '/readyz', '/metrics']);

/** Time in milliseconds that a caller has for sending a request whole, against those who never end one. */
const REQUEST_TIMEOUT_MS = 300_000;

/** Time in milliseconds that an unused connection is kept: longer than the usual 60 s of proxies in front. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/**
 * Builds the HTTP surface; it does not listen yet. `close()` takes no new requests and waits for the answers that
 * are under way: the service ends them by its own failure `shutting_down`.
 * @throws Error when `allowIps` holds something that is no address and no range
 */
export function createApp(options: HttpOptions): FastifyInstance {
  const app = fastify(serverOptions(options));
  const isClosing = trackClosing(app);
  decorateRequests(app);
  addHeaders(app);
  endUnreadBodies(app, options.clock);
  logRequests(app, {
    clock: options.clock,
    log: options.log,
    onFinished: (request) => options.metrics.requestFinished(request),
  });
  allowBrowsers(app);
  // After the CORS headers, so that scripts in a browser can read the refusal.
  app.after(() => guardDoor(app, options, isClosing));
  app.setErrorHandler((thrown, request, reply) => {
    const error = withoutKeys(asGatewayError(thrown, request), options.keys);
    noteError(options.log, request, error);
    return sendByPath(request, reply, error);
  });
  app.setNotFoundHandler((request) => {
    throw unknownUrl(request);
  });
  app.register(async (scope) => {
    useDialect(scope, 'operations');
    healthRoutes(scope, options.health, isClosing);
    metricsRoute(scope, options.metrics);
  });
  app.register(openAiRoutes({ ...parts(options), authenticate: authenticateWith(options) }), {
    prefix: '/v1',
  });
  app.register(adminRoutes({ service: options.service, authenticate: authenticateWith(options) }), {
    prefix: '/admin/api',
  });
  app.register(taskAdminRoutes({ ...parts(options), authenticate: authenticateWith(options) }), {
    prefix: '/admin/api',
  });
  app.register(discordxyRoutes({ ...parts(options), authenticate: authenticateWith(options) }));
  app.register(midjourneyProxyRoutes({ ...parts(options), authenticate: authenticateWith(options) }), {
    prefix: '/midjourney-proxy',
  });
  app.register(cozeBridgeRoutes({ ...parts(options), authenticate: createAuthenticator(options) }));
  return app;
}

/** Answers with an error that happened outside of every dialect's own routes. */
function sendByPath(request: FastifyRequest, reply: FastifyReply, error: GatewayError): FastifyReply {
  if (OPERATIONS_PATHS.has(request.routeOptions.url ?? '')) return sendOpenAiError(request, reply, error);
  return shapeOf(request.url).sendError(request, reply, error);
}

function parts(options: HttpOptions) {
  const { service, clock, log, pictures, videos, keys, tokens, picturesOf } = options;
  const cdn = options.cdn ?? 'https://cdn.discordapp.com';
  const ids = options.ids ?? randomIds(clock);
  return {
    service,
    clock,
    log,
    pictures,
    videos,
    keys,
    cdn,
    ids,
    tokens,
    picturesOf,
    heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
  };
}

function serverOptions(options: HttpOptions): FastifyServerOptions {
  const { tls } = options;
  const timeouts = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS };
  return {
    ...timeouts,
    logger: false,
    bodyLimit: options.bodyLimitBytes,
    genReqId: requestIdOf,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: {
      // The Bridge's paths are; parameters keep their case.
      caseSensitive: false,
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: 500,
    },
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
      sendByPath(request, reply, asGatewayError(error, request));
    },
    ...(tls ? { serverFactory: (handler) => createServer({ ...timeouts, ...tls }, handler) } : {}),
  };
}

function authenticateWith(options: HttpOptions): (request: FastifyRequest) => Promise<void> {
  const authenticate = createAuthenticator(options);
  return async (request) => {
    request.caller = authenticate(request.headers);
  };
}

function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    reply.header('x-request-id', request.id);
  });
}

/** How long a caller that was answered early (401, 404, 413) may go on sending its body, in milliseconds. */
const LINGER_MS = 5_000;

/** Node reads on what nobody wants, so that the answer is not lost under a reset; that must not go on for ever. */
function endUnreadBodies(app: FastifyInstance, clock: Clock): void {
  app.addHook('onResponse', async ({ raw }) => {
    if (raw.complete) return;
    clock.after(LINGER_MS, () => {
      if (!raw.complete) raw.destroy();
    });
  });
}

function guardDoor(app: FastifyInstance, options: HttpOptions, isClosing: () => boolean): void {
  const isAllowed = createAddressCheck(options.allowIps);
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.url === LIVENESS_PATH) return;
    if (!isAllowed(request.socket.remoteAddress)) throw addressRefused();
    if (options.open && options.openAdmin) refuseForeignPages(request);
    // Before the body is read: nobody has shown a key yet.
    if (request.is404) {
      request.dialect = shapeOf(request.url).name;
      throw unknownUrl(request);
    }
    if (isClosing() && !OPERATIONS_PATHS.has(request.routeOptions.url ?? '')) {
      throw new GatewayError('shutting_down', 'The gateway is stopping.', { retryAfterMs: 1000 });
    }
  });
}

/**
 * Without a key every page in a local browser could use the gateway, spend credits and delete conversations. Pages of
 * other machines are known by their origin; one that lets its own name point to this machine, by that name.
 */
function refuseForeignPages(request: FastifyRequest): void {
  const { origin } = request.headers;
  const isForeignHost = !isLocalName(request.hostname);
  const isForeignPage =
    origin === undefined ? request.headers['sec-fetch-site'] === 'cross-site' : !isLocalOrigin(origin);
  if (!isForeignHost && !isForeignPage) return;
  throw new GatewayError(
    'address_not_allowed',
    'A gateway without keys answers only to names of this machine.',
    {
      hint: 'Call it as http://127.0.0.1, or add a key to auth.keys.',
    },
  );
}

function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLocalName(new URL(origin).hostname);
}

function isLocalName(name: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[?::1\]?|)$/i.test(name);
}

/** Notes that `close()` was called, and closes connections whose last answer ended after that. */
function trackClosing(app: FastifyInstance): () => boolean {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onResponse', async () => {
    // Node closes unused connections once, at the call of close(): those of running streams would then linger.
    if (closing) setImmediate(() => app.server.closeIdleConnections());
  });
  return () => closing;
}
