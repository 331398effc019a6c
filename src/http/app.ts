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
import type { Copies } from '../core/keeping.ts';
import type { Log } from '../core/log.ts';
import type { MediaLoader, VideoSource } from '../core/media.ts';
import type { Task } from '../core/task.ts';
import type { TokenCounter } from '../core/tokens.ts';
import { logRequests } from './access-log.ts';
import { addressRefused, createAddressCheck } from './addresses.ts';
import type { Administration } from './admin/administration.ts';
import { checkRoutes } from './admin/check-routes.ts';
import { configRoutes } from './admin/config-routes.ts';
import { type AdminParts, adminRoutes } from './admin/routes.ts';
import { type ApiKey, createAuthenticator } from './auth.ts';
import { shapeOf } from './by-path.ts';
import { allowBrowsers } from './cors.ts';
import { cozeBridgeRoutes } from './coze-bridge/routes.ts';
import { discordxyRoutes } from './discordxy/routes.ts';
import { documentationRoutes } from './documentation.ts';
import { asGatewayError, noteError, withoutKeys } from './errors.ts';
import { fileRoutes } from './files.ts';
import { type HealthSource, healthRoutes, LIVENESS_PATH } from './health.ts';
import { KeyRing } from './key-ring.ts';
import { type Admission, admitWithin } from './limits/admission.ts';
import { createAddressOf } from './limits/caller-address.ts';
import type { RequestLimits } from './limits/request-limits.ts';
import {
  createLimitedServer,
  refuseBadHead,
  refuseBrokenRequest,
  type SocketLimits,
  timeoutsOf,
} from './limits/sockets.ts';
import type { StreamGate } from './limits/stream-gate.ts';
import { createLinks, FILES_PATH } from './links.ts';
import { followRequests, type MetricsSource, metricsRoute, type RequestTraces } from './metrics.ts';
import { midjourneyProxyRoutes } from './midjourney-proxy/routes.ts';
import { nativeRoutes } from './native/routes.ts';
import {
  renderError as renderOpenAiError,
  sendError as sendOpenAiError,
  unknownUrl,
} from './openai/errors.ts';
import { openAiRoutes } from './openai/routes.ts';
import { decorateRequests, useDialect } from './request-context.ts';
import { requestIdOf } from './request-id.ts';
import { leadBrowsers, uiRoutes } from './ui/routes.ts';

/** What the HTTP surface is made of. */
export interface HttpOptions {
  readonly service: GatewayService;
  readonly keys: readonly ApiKey[];
  /** All keys, where some are made at run time as well; it then counts in place of `keys`. */
  readonly ring?: KeyRing;
  /** How often callers may ask; without it there is no limit. */
  readonly limits?: RequestLimits;
  /** How many answers may be streamed at a time; without it there is no limit. */
  readonly streams?: StreamGate;
  /** CIDR ranges of proxies whose `X-Forwarded-For` is believed; default none. */
  readonly trustProxies?: readonly string[];
  /** Times and sizes of connections, where the defaults do not fit. */
  readonly sockets?: Partial<SocketLimits>;
  /** Ids of the bots that are reached without a key. */
  readonly anonymousBots: readonly string[];
  /** True when no key is needed, as none is configured and the gateway listens on loopback, or was told to be open. */
  readonly open: boolean;
  /** True when the callers of an open gateway may manage it as well, as all of them are on this machine; default false. */
  readonly openAdmin?: boolean;
  /** CIDR ranges of callers; empty admits all. */
  readonly allowIps: readonly string[];
  readonly bodyLimitBytes: number;
  /** Changes the configuration, and checks accounts; without it those paths do not exist. */
  readonly administration?: Administration | undefined;
  /** True while the gateway cannot work yet, as its store does not answer; default never. */
  readonly isOpening?: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: HealthSource;
  readonly metrics: MetricsSource;
  /** Traces requests; without it nothing is traced. */
  readonly traces?: RequestTraces | undefined;
  /** Fetches the pictures of bots, where a dialect gives their content. */
  readonly pictures: MediaLoader;
  /** Reads the videos of bots; without it their content is not given. */
  readonly videos?: VideoSource;
  /** The gateway's own copies of pictures and videos; without it none are served. */
  readonly copies?: Copies | undefined;
  /** The task with its copies, once they are made; as it is when that takes too long. Without it nobody waits for them. */
  readonly settled?: ((task: Task, signal: AbortSignal) => Promise<Task>) | undefined;
  /** Address under which callers reach the gateway, for links to itself; the one they have used when left out. */
  readonly publicUrl?: string | undefined;
  /** Counts the words of drawings. */
  readonly tokens?: TokenCounter;
  /** How a drawing model gives single pictures; cut from the grid by default. */
  readonly picturesOf?: (model: string) => 'cut' | 'upscale';
  /** Base of the host that shows Discord's pictures to callers; default https://cdn.discordapp.com. */
  readonly cdn?: string;
  /** What operators may see and change beside the service; without it they may not. */
  readonly admin?: AdminParts;
  /** Of the gateway, for those who ask. */
  readonly version?: string;
  /** Folder of the built web interface; default `dist/ui` of the package. */
  readonly uiRoot?: string;
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

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  // No answer but the interface is a page; what a browser shows of it all the same may load and do nothing.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/**
 * Builds the HTTP surface; it does not listen yet. `close()` takes no new requests and waits for the answers that
 * are under way: the service ends them by its own failure `shutting_down`.
 * @throws Error when `allowIps` holds something that is no address and no range
 */
export function createApp(options: HttpOptions): FastifyInstance {
  const app = fastify(serverOptions(options));
  const ring = options.ring ?? new KeyRing(options.keys);
  const isClosing = trackClosing(app);
  decorateRequests(app);
  app.decorate('streamGate', options.streams);
  addHeaders(app);
  endUnreadBodies(app, options.clock);
  logRequests(app, {
    clock: options.clock,
    log: options.log,
    onFinished(request) {
      options.metrics.requestFinished(request);
      options.admin?.activity?.add(request);
    },
  });
  followRequests(app, options.metrics, options.traces);
  allowBrowsers(app);
  // After the CORS headers, so that scripts in a browser can read the refusal.
  const admission = admitWithin(app, options.limits);
  app.after(() => guardDoor(app, options, admission, isClosing));
  app.setErrorHandler((thrown, request, reply) => {
    const error = withoutKeys(asGatewayError(thrown, request), ring);
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
  const check = createAuthenticator({ ...options, ring });
  const authenticate = async (request: FastifyRequest) => admission.asCaller(request, check(request.headers));
  const shared = { ...parts(options), keys: ring, authenticate };
  if (options.copies) app.register(fileRoutes(options.copies), { prefix: FILES_PATH });
  app.register(openAiRoutes(shared), { prefix: '/v1' });
  app.register(adminRoutes(shared), { prefix: '/admin/api' });
  app.register(configRoutes(shared), { prefix: '/admin/api' });
  app.register(checkRoutes(shared), { prefix: '/admin/api' });
  app.after(() => leadBrowsers(app));
  app.register(nativeRoutes(shared), { prefix: '/cordgate/v1' });
  app.register(documentationRoutes(shared.version));
  app.register(uiRoutes({ root: options.uiRoot, cdn: shared.cdn }), { prefix: '/ui' });
  app.register(discordxyRoutes(shared));
  app.register(midjourneyProxyRoutes(shared), { prefix: '/midjourney-proxy' });
  app.register(cozeBridgeRoutes({ ...shared, authenticate: check, admit: admission.asCaller }));
  return app;
}

/** Answers with an error that happened outside of every dialect's own routes. */
function sendByPath(request: FastifyRequest, reply: FastifyReply, error: GatewayError): FastifyReply {
  if (OPERATIONS_PATHS.has(request.routeOptions.url ?? '')) return sendOpenAiError(request, reply, error);
  return shapeOf(request.url).sendError(request, reply, error);
}

function parts(options: HttpOptions) {
  const { service, clock, log, pictures, videos, copies, tokens, picturesOf, publicUrl } = options;
  const cdn = options.cdn ?? 'https://cdn.discordapp.com';
  const ids = options.ids ?? randomIds(clock);
  return {
    service,
    clock,
    log,
    pictures,
    videos,
    copies,
    settled: options.settled ?? (async (task: Task) => task),
    links: createLinks({ publicUrl, cdn }),
    cdn,
    ids,
    tokens,
    picturesOf,
    version: options.version ?? '',
    admin: options.admin,
    administration: options.administration,
    heartbeatMs: options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
  };
}

function serverOptions(options: HttpOptions): FastifyServerOptions {
  return {
    ...timeoutsOf(options.sockets),
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
    clientErrorHandler: (error, socket) => refuseBrokenRequest(error, socket, renderOpenAiError),
    serverFactory: (handler) => createLimitedServer(handler, options.sockets, options.tls),
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

function guardDoor(
  app: FastifyInstance,
  options: HttpOptions,
  admission: Admission,
  isClosing: () => boolean,
): void {
  const isAllowed = createAddressCheck(options.allowIps);
  const addressOf = createAddressOf(options.trustProxies ?? []);
  app.addHook('onRequest', async (request) => {
    request.address = addressOf(request.socket.remoteAddress, request.headers['x-forwarded-for']);
    refuseBadHead(request.raw);
    if (request.routeOptions.url === LIVENESS_PATH) return;
    if (!isAllowed(request.address)) throw addressRefused();
    if (!OPERATIONS_PATHS.has(request.routeOptions.url ?? '')) admission.byAddress(request);
    // Pages of others may show the files: only those do that were given a name.
    const isFile = request.routeOptions.url?.startsWith(`${FILES_PATH}/`);
    if (options.open && options.openAdmin && !isFile) refuseForeignPages(request);
    // Before the body is read: nobody has shown a key yet.
    if (request.is404) {
      request.dialect = shapeOf(request.url).name;
      throw unknownUrl(request);
    }
    if (options.isOpening?.() && !OPERATIONS_PATHS.has(request.routeOptions.url ?? '')) {
      throw new GatewayError('store_unavailable', 'The gateway waits for its store.', {
        retryAfterMs: 5_000,
      });
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
