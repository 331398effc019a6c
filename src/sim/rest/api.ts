import type { IncomingMessage, ServerResponse } from 'node:http';
import { DiscordError, refusal } from '../errors.ts';
import type { FaultTable, RestFault } from '../faults.ts';
import { type Allowance, type Limits, limitHeaders, Windows } from '../limits.ts';
import type { SimAccount } from '../model.ts';
import type { World } from '../world.ts';
import { type RequestBody, readBody } from './body.ts';
import { captchaReply } from './captcha.ts';
import { type Answer, type Match, matchRoute, type Route } from './route.ts';
import { ROUTES } from './routes.ts';

/** What the REST API works on. */
export interface RestParts {
  readonly world: World;
  readonly limits: Limits;
  readonly faults: FaultTable;
  /** Routes that know the gateway. */
  readonly gatewayRoutes: readonly Route[];
}

/** Numbers that tests ask for. */
export interface RestCounts {
  requests: number;
  /** Answers by status. */
  readonly statuses: Record<string, number>;
  /** Requests by route, e.g. `POST /channels/:id/messages`. */
  readonly routes: Record<string, number>;
}

/** What goes back: an answer with headers, or a broken connection. */
interface Reply extends Answer {
  readonly headers?: Record<string, string>;
  readonly html?: string;
  readonly broken?: 'reset' | 'hang';
}

/** Discord's REST API over a world. */
export class RestApi {
  readonly counts: RestCounts = { requests: 0, statuses: {}, routes: {} };
  readonly #parts: RestParts;
  readonly #routes: readonly Route[];
  readonly #windows: Windows;

  constructor(parts: RestParts) {
    this.#parts = parts;
    this.#routes = [...parts.gatewayRoutes, ...ROUTES];
    this.#windows = new Windows(parts.world.clock);
  }

  /** Answers a request; `path` begins after `/api/vN`. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string, url: URL): Promise<void> {
    this.counts.requests += 1;
    let reply: Reply;
    try {
      reply = await this.#reply(request, path, url);
    } catch (error) {
      if (!(error instanceof DiscordError)) throw error;
      reply = { status: error.status, body: error.body() };
    }
    this.#countStatus(reply.status);
    send(request, response, reply);
  }

  async #reply(request: IncomingMessage, path: string, url: URL): Promise<Reply> {
    const method = request.method ?? 'GET';
    const account = this.#account(request.headers.authorization);
    const body = await readBody(request).catch((error: unknown) => {
      if (error instanceof DiscordError) return error;
      throw error;
    });
    if (this.#blocked()) return { status: 429, html: 'error code: 1015', headers: { 'retry-after': '3600' } };
    const { match, known } = matchRoute(this.#routes, method, path);
    if (!match) throw known ? refusal.methodNotAllowed() : refusal.notFound();
    const name = `${method} ${match.route.path}`;
    this.counts.routes[name] = (this.counts.routes[name] ?? 0) + 1;
    if (match.route.access !== 'open' && !account) throw refusal.unauthorized();
    if (match.route.access === 'bot' && account?.kind !== 'bot') throw refusal.onlyBots();
    if (this.#parts.faults.takeCaptcha(account?.id, method, path)) return captchaReply();
    const fault = this.#parts.faults.takeRest(account?.id, method, path);
    const acts = fault?.action === 'lose-answer' || fault?.action === 'act-and-hang';
    if (fault && !acts) return faultReply(fault);
    const limited = this.#limit(account, name, match, body);
    if ('status' in limited) return limited;
    const reply = withHeaders(limited.headers, () => this.#run(match, account, url, body, request));
    return fault ? { ...reply, broken: fault.action === 'act-and-hang' ? 'hang' : 'reset' } : reply;
  }

  #run(
    match: Match,
    account: SimAccount | undefined,
    url: URL,
    body: RequestBody | DiscordError,
    request: IncomingMessage,
  ): Answer {
    if (body instanceof DiscordError) throw body;
    const nobody: SimAccount = { ...NOBODY };
    return match.route.run({
      world: this.#parts.world,
      account: account ?? nobody,
      ids: match.ids,
      query: url.searchParams,
      body: body.json,
      files: body.files,
      locale: localeOf(request),
    });
  }

  /** Bots send `Bot TOKEN`, people the bare token; a token in the wrong form is a wrong token. */
  #account(header: string | undefined): SimAccount | undefined {
    if (!header) return undefined;
    const asBot = header.startsWith('Bot ');
    const account = this.#parts.world.accountByToken(asBot ? header.slice(4).trim() : header.trim());
    return account && (account.kind === 'bot') === asBot ? account : undefined;
  }

  #limit(
    account: SimAccount | undefined,
    name: string,
    match: Match,
    body: RequestBody | DiscordError,
  ): Reply | { headers: Record<string, string> } {
    const { limits } = this.#parts;
    const who = account?.id ?? '';
    if (limits.global && account) {
      const global = this.#windows.take(`global ${who}`, limits.global);
      if (!global.allowed) return tooMany(global, { 'x-ratelimit-global': 'true' }, 'global');
    }
    const rate = limits.routes?.[name] ?? limits.otherRoutes;
    if (!rate || match.route.access === 'open') return { headers: {} };
    const major = match.route.path.startsWith('/users') ? '' : (match.ids[0] ?? '');
    const allowance = this.#windows.take(`${who} ${name} ${major}`, rate);
    const headers = limitHeaders(allowance, name);
    if (!allowance.allowed) return tooMany(allowance, headers, 'user');
    return this.#renameLimit(name, major, body, headers);
  }

  /** Names and topics change twice in ten minutes; no header tells of this window before it is full. */
  #renameLimit(
    name: string,
    channelId: string,
    body: RequestBody | DiscordError,
    headers: Record<string, string>,
  ): Reply | { headers: Record<string, string> } {
    const { rename } = this.#parts.limits;
    const renames =
      name === 'PATCH /channels/:id' &&
      !(body instanceof DiscordError) &&
      (body.json.name !== undefined || body.json.topic !== undefined);
    if (!rename || !renames) return { headers };
    const allowance = this.#windows.take(`rename ${channelId}`, rename);
    return allowance.allowed ? { headers } : tooMany(allowance, headers, 'shared');
  }

  #countStatus(status: number): void {
    this.counts.statuses[status] = (this.counts.statuses[status] ?? 0) + 1;
    const rate = this.#parts.limits.invalidRequests;
    if (rate && [401, 403, 429].includes(status)) this.#windows.take('invalid requests', rate);
  }

  #blocked(): boolean {
    const rate = this.#parts.limits.invalidRequests;
    return rate !== undefined && !this.#windows.hasRoom('invalid requests', rate);
  }
}

const NOBODY: SimAccount = {
  id: '',
  kind: 'bot',
  token: '',
  userId: '',
  messageContent: false,
  revoked: false,
  readyBytes: 0,
};

/** The first language that the caller names. */
function localeOf({ headers }: IncomingMessage): string | undefined {
  const own = headers['x-discord-locale'];
  const given = typeof own === 'string' ? own : headers['accept-language'];
  return given?.split(/[,;]/)[0]?.trim() || undefined;
}

/** A refusal counts against the window as well, so its headers go with it. */
function withHeaders(headers: Record<string, string>, run: () => Answer): Reply {
  try {
    return { ...run(), headers };
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    return { status: error.status, body: error.body(), headers };
  }
}

function tooMany(allowance: Allowance, headers: Record<string, string>, scope: string): Reply {
  const body = {
    message: 'You are being rate limited.',
    retry_after: allowance.resetAfterMs / 1000,
    global: scope === 'global',
  };
  const retryAfter = String(Math.ceil(allowance.resetAfterMs / 1000));
  return {
    status: 429,
    body,
    headers: { ...headers, 'retry-after': retryAfter, 'x-ratelimit-scope': scope },
  };
}

function faultReply(fault: RestFault): Reply {
  if (fault.action === 'hang' || fault.action === 'reset') return { status: 0, broken: fault.action };
  if (fault.status === 429) {
    const resetAfterMs = fault.retryAfterMs;
    const allowance = {
      allowed: false,
      rate: { limit: 5, windowMs: 5000 },
      remaining: 0,
      resetAt: 0,
      resetAfterMs,
    };
    const reply = tooMany(
      allowance,
      fault.global ? { 'x-ratelimit-global': 'true' } : {},
      fault.global ? 'global' : 'user',
    );
    return fault.body ? { ...reply, body: fault.body } : reply;
  }
  if (fault.body) return { status: fault.status, body: fault.body };
  if (fault.status === 502)
    return { status: 502, html: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
  return { status: fault.status, body: { message: `${fault.status}: simulated fault`, code: 0 } };
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  if (reply.broken === 'hang') return;
  if (reply.broken === 'reset') {
    request.socket.destroy();
    return;
  }
  const text = reply.html ?? (reply.body === undefined ? '' : JSON.stringify(reply.body));
  const type = reply.html ? 'text/html' : 'application/json';
  response.writeHead(reply.status, {
    ...(text ? { 'content-type': type, 'content-length': Buffer.byteLength(text) } : {}),
    ...reply.headers,
  });
  response.end(text);
}
