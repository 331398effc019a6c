/** The four HTTP hosts of the foreign server: API, CDN, storage, pages of applications. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ForeignMidjourney, type Json, type Person, sleep } from './foreign-midjourney.ts';

type Send = (status: number, body?: unknown, headers?: Record<string, string>) => void;
interface Call {
  server: ForeignMidjourney;
  person: Person;
  method: string;
  path: string;
  query: URLSearchParams;
  body: Json;
  headers: IncomingMessage['headers'];
  send: Send;
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export async function handleCdn(
  server: ForeignMidjourney,
  q: IncomingMessage,
  s: ServerResponse,
): Promise<void> {
  const url = new URL(q.url ?? '/', 'http://x');
  if (q.headers.authorization) server.problems.push('token at the CDN');
  const file = server.files.get(decodeURIComponent(url.pathname));
  const until = Number.parseInt(url.searchParams.get('ex') ?? '0', 16);
  const isSigned = /^[0-9a-f]{64}$/.test(url.searchParams.get('hm') ?? '') && until * 1000 > Date.now();
  if (!file || !isSigned) {
    s.writeHead(404, { 'content-type': 'text/plain;charset=UTF-8' });
    s.end('This content is no longer available.');
    return;
  }
  s.writeHead(200, { 'content-type': 'image/png', 'content-length': file.length });
  s.end(file);
}

export async function handleStorage(
  server: ForeignMidjourney,
  q: IncomingMessage,
  s: ServerResponse,
): Promise<void> {
  const name = decodeURIComponent(new URL(q.url ?? '/', 'http://x').pathname.slice(1));
  const bytes = await read(q);
  if (q.method !== 'PUT' || q.headers.authorization || !server.uploads.has(name)) {
    server.problems.push(`storage: ${q.method} ${name} ${q.headers.authorization ? 'with a token' : ''}`);
    s.writeHead(400, { 'content-type': 'application/xml' });
    s.end("<?xml version='1.0'?><Error><Code>InvalidArgument</Code></Error>");
    return;
  }
  server.uploads.set(name, bytes);
  s.writeHead(200, { etag: '"x"' });
  s.end();
}

/** `/{application}/inpaint/api/submit-job`. */
export async function handleActivity(
  server: ForeignMidjourney,
  q: IncomingMessage,
  s: ServerResponse,
): Promise<void> {
  const body = JSON.parse(String(await read(q)) || '{}') as Json;
  server.activityPosts.push({ ...body, url: q.url });
  if (q.headers.authorization) server.problems.push('token at the page of an application');
  const isFine = q.method === 'POST' && q.url === `/${server.applicationId}/inpaint/api/submit-job`;
  const isTaken = isFine && server.bot.region(body);
  s.writeHead(isTaken ? 200 : 400, { 'content-type': 'application/json' });
  s.end(isTaken ? '{"success":true}' : '{"error":"bad"}');
}

export async function handleApi(
  server: ForeignMidjourney,
  q: IncomingMessage,
  s: ServerResponse,
): Promise<void> {
  const url = new URL(q.url ?? '/', 'http://x');
  const raw = await read(q);
  const method = q.method ?? '';
  server.requests.push(`${method} ${url.pathname}${url.search}`);
  const send: Send = (status, body, headers = {}) => {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    s.writeHead(status, {
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    });
    s.end(text);
  };
  const found = /^\/api\/v(\d+)(\/.*)$/.exec(url.pathname);
  if (!found || !(server.knobs.versions ?? [9, 10]).includes(Number(found[1]))) {
    send(400, { message: 'Invalid API version', code: 50041 });
    return;
  }
  const path = found[2]!;
  const person = server.people.find(({ token }) => token === q.headers.authorization);
  if (!person) return send(401, { message: '401: Unauthorized', code: 0 });
  const isJson = q.headers['content-type']?.includes('json');
  const body = isJson && raw.length > 0 ? (JSON.parse(String(raw)) as Json) : {};
  const refusal = server.knobs.refuse?.({ method, path, body });
  if (refusal) return send(refusal.status, refusal.body, refusal.headers);
  const call: Call = {
    server,
    person,
    method,
    path,
    query: url.searchParams,
    body,
    headers: q.headers,
    send,
  };
  for (const [verb, pattern, act] of ROUTES) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) {
      await act(call, match);
      return;
    }
  }
  server.problems.push(`unknown ${method} ${path}`);
  send(404, { message: '404: Not Found', code: 0 });
}

const UNKNOWN_CHANNEL = { message: 'Unknown Channel', code: 10003 };
const invalid = (field: string, code: string, message: string) => ({
  message: 'Invalid Form Body',
  code: 50035,
  errors: { [field]: { _errors: [{ code, message }] } },
});

const ROUTES: [string, RegExp, (call: Call, match: RegExpExecArray) => unknown][] = [
  ['POST', /^\/interactions$/, interact],
  ['GET', /^\/(?:guilds|channels)\/(\d+)\/application-command-index$/, index],
  ['POST', /^\/channels\/(\d+)\/attachments$/, slots],
  ['POST', /^\/channels\/(\d+)\/messages$/, send],
  ['GET', /^\/channels\/(\d+)\/messages$/, history],
  ['PUT', /^\/channels\/(\d+)\/messages\/(\d+)\/reactions\/([^/]+)\/(?:%40|@)me$/, react],
  ['POST', /^\/attachments\/refresh-urls$/, refresh],
  ['POST', /^\/users\/@me\/channels$/, openDirect],
  [
    'GET',
    /^\/channels\/(\d+)$/,
    ({ server, send: answer }, [, id = '']) => {
      const channel = server.channels.get(id);
      if (!channel) return answer(404, UNKNOWN_CHANNEL);
      return answer(200, channel);
    },
  ],
  ['GET', /^\/users\/@me$/, ({ person, send: answer }) => answer(200, person.user)],
];

function index({ server, headers, send: answer }: Call): void {
  server.indexReads += 1;
  const isEnglish = /^en/.test(String(headers['x-discord-locale'] ?? headers['accept-language'] ?? ''));
  const commands = server.commands.map((command) =>
    isEnglish ? command : { ...command, name: `${command.name}-übersetzt`, name_default: command.name },
  );
  const whole = {
    applications: server.bot.applications(),
    application_commands: commands,
    version: server.id(),
  };
  answer(200, server.knobs.index ? server.knobs.index(whole) : whole);
}

async function interact(call: Call): Promise<void> {
  const { server, body, person, send: answer } = call;
  const bucket = server.overLimit();
  const headers: Record<string, string> = bucket
    ? {
        'x-ratelimit-bucket': 'cafe',
        'x-ratelimit-limit': String(server.knobs.limit),
        'x-ratelimit-remaining': String(Math.max(0, bucket.left)),
        'x-ratelimit-reset-after': String(bucket.resetMs / 1000),
        'x-ratelimit-reset': String((Date.now() + bucket.resetMs) / 1000),
      }
    : {};
  if (bucket && bucket.left < 0) {
    const seconds = bucket.resetMs / 1000;
    const limited = { message: 'You are being rate limited.', retry_after: seconds, global: false };
    return answer(429, limited, {
      ...headers,
      'retry-after': String(Math.ceil(seconds)),
      'x-ratelimit-scope': 'user',
    });
  }
  const session = server.sessions.get(body.session_id);
  if (!session || session.person !== person) {
    server.problems.push(`interaction in a foreign session ${body.session_id}`);
    return answer(400, invalid('session_id', 'INVALID', 'Unknown session'));
  }
  if (typeof body.nonce !== 'string' || !/^\d{17,20}$/.test(body.nonce))
    server.problems.push(`nonce ${body.nonce}`);
  if (body.application_id !== server.applicationId) {
    server.problems.push(`foreign application ${body.application_id}`);
    return answer(404, { message: 'Unknown Application', code: 10002 });
  }
  const channel = server.channels.get(body.channel_id);
  if (!channel || (channel.type !== 1 && body.guild_id !== server.guildId))
    return answer(404, UNKNOWN_CHANNEL);
  if (channel.type === 1 && body.guild_id) server.problems.push('a guild in direct messages');
  const accept = () => answer(server.knobs.accepted ?? 204, undefined, headers);
  if (server.nonces.has(body.nonce)) return accept();
  const refusal = server.bot.check(body, person);
  if (refusal) return answer(refusal.status, refusal.body, headers);
  server.nonces.add(body.nonce);
  server.interactions.push(body);
  const { eventsAfterMs = 0, answerAfterMs = 0 } = server.knobs;
  if (eventsAfterMs > 0) setTimeout(() => server.bot.take(body, person), eventsAfterMs);
  else server.bot.take(body, person);
  if (answerAfterMs > 0) await sleep(answerAfterMs);
  accept();
}

function slots({ server, body, send: answer }: Call): void {
  const attachments = (body.files as Json[]).map((file) => {
    if (!(file.file_size > 0) || !file.filename) server.problems.push(`slot for ${JSON.stringify(file)}`);
    const name = `${randomBytes(8).toString('hex')}/${file.filename}`;
    server.uploads.set(name, undefined);
    const base = server.knobs.discordLinks
      ? 'https://discord-attachments-uploads-prd.storage.googleapis.com'
      : server.base('storage');
    return {
      id: Number(file.id),
      upload_url: `${base}/${name}?upload_id=ABC&sig=%2B`,
      upload_filename: name,
    };
  });
  // Any order: the id tells.
  answer(200, { attachments: attachments.reverse() });
}

function send({ server, person, body, send: answer }: Call, [, channelId = '']: RegExpExecArray): unknown {
  if (!server.channels.has(channelId)) return answer(404, UNKNOWN_CHANNEL);
  const attachments = ((body.attachments ?? []) as Json[]).map((each) => {
    const bytes = server.uploads.get(each.uploaded_filename);
    if (!bytes) server.problems.push(`no upload ${each.uploaded_filename}`);
    return server.attach(each.filename, bytes ?? Buffer.alloc(0), channelId);
  });
  const { content = '', nonce } = body;
  const message = server.post(channelId, { author: person.user, content, attachments, nonce });
  answer(200, server.shaped(message, 'REST'));
}

function history(
  { server, person, query, send: answer }: Call,
  [, channelId = '']: RegExpExecArray,
): unknown {
  const list = server.messages.get(channelId);
  if (!list) return answer(404, UNKNOWN_CHANNEL);
  const limit = Number(query.get('limit') ?? 50);
  if (limit > 100) return answer(400, invalid('limit', 'NUMBER_TYPE_MAX', 'at most 100'));
  const after = query.get('after');
  const around = query.get('around');
  let found = list.filter(({ flags = 0 }) => (flags & 64) === 0);
  if (after) found = found.filter(({ id }) => BigInt(id) > BigInt(after)).slice(0, limit);
  else if (around) found = found.filter(({ id }) => id === around);
  else found = found.slice(-limit);
  void person;
  const bare = found.map(({ guild_id: _g, member: _m, nonce: _n, ...message }) =>
    server.shaped(message, 'REST'),
  );
  answer(200, bare.reverse());
}

function react(
  { server, person, send: answer }: Call,
  [, channelId = '', messageId = '', emoji = '']: RegExpExecArray,
): unknown {
  const message = server.find(channelId, messageId);
  if (!message) return answer(404, { message: 'Unknown Message', code: 10008 });
  server.bot.reacted(message, decodeURIComponent(emoji), person);
  answer(204);
}

function refresh({ server, body, send: answer }: Call): unknown {
  server.refreshes += 1;
  const urls = body.attachment_urls as string[];
  if (!Array.isArray(urls) || urls.length > 50)
    return answer(400, invalid('attachment_urls', 'BAD', 'at most 50'));
  answer(200, {
    refreshed_urls: urls.map((original) => {
      const { origin, pathname } = new URL(original);
      const known = server.files.has(decodeURIComponent(pathname));
      return { original, refreshed: known ? `${origin}${pathname}?${server.signature()}` : null };
    }),
  });
}

function openDirect({ server, person, body, send: answer }: Call): unknown {
  const [recipient] = body.recipients as string[];
  if (recipient !== server.botUser.id)
    return answer(400, { message: 'Cannot send messages to this user', code: 50007 });
  answer(200, server.bot.directChannel(person));
}
