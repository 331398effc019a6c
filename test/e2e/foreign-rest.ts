/** The REST side of the foreign server. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BOT_TOKEN, type ForeignServer, type Json, sleep, USER_TOKEN } from './foreign-server.ts';

export async function handle(server: ForeignServer, q: IncomingMessage, s: ServerResponse): Promise<void> {
  try {
    await route(server, q, s);
  } catch (e) {
    server.problems.push(String((e as Error).stack));
    s.destroy();
  }
}
async function route(server: ForeignServer, q: IncomingMessage, s: ServerResponse): Promise<void> {
  const url = new URL(q.url ?? '/', 'http://x');
  const chunks: Buffer[] = [];
  for await (const c of q) chunks.push(c as Buffer);
  const body = Buffer.concat(chunks);
  const method = q.method ?? '';
  server.requests.push(`${method} ${url.pathname}${url.search}`);
  const send = (status: number, value?: Json | string, headers: Json = {}) => {
    s.writeHead(status, { 'content-type': 'application/json', ...headers });
    s.end(value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value));
  };
  if (method === 'PUT' && url.pathname.startsWith('/storage/')) {
    if (q.headers.authorization) server.problems.push('token at storage');
    server.uploads.set(decodeURIComponent(url.pathname.slice(9)), body);
    return send(200, '');
  }
  const match = /^\/api\/v(9|10)(\/.*)$/.exec(url.pathname);
  if (!match) return send(404, { message: '404: Not Found', code: 0 });
  const path = match[2]!;
  const auth = q.headers.authorization;
  const user = auth === `Bot ${BOT_TOKEN}` ? server.bridge : auth === USER_TOKEN ? server.alice : undefined;
  if (!user) return send(401, { message: '401: Unauthorized', code: 0 });
  const limited = server.knobs.limit?.({ method, path });
  if (limited) return send(limited.status, limited.body, limited.headers);
  const rl = server.knobs.ratelimitHeaders
    ? {
        'x-ratelimit-limit': '5',
        'x-ratelimit-remaining': '4',
        'x-ratelimit-reset-after': '1.000',
        'x-ratelimit-bucket': 'abc',
      }
    : {};
  const json = () => JSON.parse(body.toString()) as Json;
  let m: RegExpExecArray | null;
  m = /^\/guilds\/(\d+)\/channels$/.exec(path);
  if (m) {
    if (m[1] !== server.guildId) return send(404, { message: 'Unknown Guild', code: 10004 });
    if (method === 'GET')
      return send(
        200,
        JSON.stringify([...server.channels.values()].map((c) => server.knobs.channelShape?.(c) ?? c)),
        rl,
      );
    if (method === 'POST') {
      const d = json();
      const c: Json = {
        id: server.id(),
        type: d.type ?? 0,
        guild_id: server.guildId,
        name: String(d.name).toLowerCase().replace(/\s+/g, '-'),
        position: 0,
        flags: 0,
        parent_id: d.parent_id ?? null,
        topic: null,
        nsfw: false,
        rate_limit_per_user: 0,
        permission_overwrites: [],
        last_message_id: null,
      };
      if (server.knobs.createDelayMs) await sleep(server.knobs.createDelayMs);
      server.channels.set(c.id, c);
      server.messages.set(c.id, []);
      server.emit('CHANNEL_CREATE', c);
      if (server.knobs.failCreateAfter?.())
        return send(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' });
      return send(server.knobs.createStatus ?? 201, server.knobs.channelShape?.(c) ?? c, rl);
    }
  }
  m = /^\/channels\/(\d+)$/.exec(path);
  if (m) {
    const c = server.channels.get(m[1]!);
    if (!c) return send(404, { message: 'Unknown Channel', code: 10003 });
    if (method === 'GET') return send(200, c, rl);
    if (method === 'PATCH') {
      Object.assign(c, { name: String(json().name).toLowerCase().replace(/\s+/g, '-') });
      return send(200, server.knobs.channelShape?.(c) ?? c, rl);
    }
    if (method === 'DELETE') {
      server.channels.delete(m[1]!);
      server.messages.delete(m[1]!);
      server.emit('CHANNEL_DELETE', c);
      return server.knobs.deleteStatus === 204 ? send(204) : send(200, c, rl);
    }
  }
  m = /^\/channels\/(\d+)\/attachments$/.exec(path);
  if (m && method === 'POST') {
    return send(
      200,
      {
        attachments: (json().files as Json[]).map((f) => {
          const name = `${randomBytes(6).toString('hex')}/${f.filename}`;
          return {
            id: Number(f.id ?? 0),
            upload_filename: name,
            upload_url:
              server.knobs.uploadUrl?.(server.port, name) ??
              `http://127.0.0.1:${server.port}/storage/${encodeURIComponent(name)}?upload_id=abc&X-Sig=%2F`,
          };
        }),
      },
      rl,
    );
  }
  m = /^\/channels\/(\d+)\/messages$/.exec(path);
  if (m) {
    const list = server.messages.get(m[1]!);
    if (!list) return send(404, { message: 'Unknown Channel', code: 10003 });
    if (method === 'GET') {
      const after = url.searchParams.get('after');
      const limit = Number(url.searchParams.get('limit') ?? 50);
      let found = [...list];
      if (after) found = found.filter((x) => BigInt(x.id) > BigInt(after)).slice(0, limit);
      else found = found.slice(-limit);
      return send(200, JSON.stringify(found.reverse()), rl);
    }
    if (method === 'POST') {
      const { payload, files } = parseBody(q.headers['content-type'] ?? '', body);
      if (String(payload.content ?? '').length > 2000)
        return send(400, { message: 'Invalid Form Body', code: 50035 });
      const key = `${m[1]} ${payload.nonce}`;
      const known = server.nonces.get(key);
      if (known && payload.enforce_nonce && !server.knobs.noEnforceNonce) return send(200, known, rl);
      const attachments = [
        ...files.map((f) => ({
          id: server.id(),
          filename: f.name,
          size: f.bytes.length,
          url: `http://127.0.0.1:${server.port}/cdn/${f.name}`,
          proxy_url: '',
        })),
        ...((payload.attachments as Json[]) ?? [])
          .filter((a) => a.uploaded_filename)
          .map((a) => {
            if (!server.uploads.has(a.uploaded_filename))
              server.problems.push(`no upload ${a.uploaded_filename}`);
            return { id: server.id(), filename: a.filename, size: 1, url: 'http://x/y', proxy_url: '' };
          }),
      ];
      const base: Json = {
        id: server.id(),
        channel_id: m[1],
        author: user,
        content: payload.content ?? '',
        attachments,
      };
      if (payload.nonce !== undefined && server.knobs.nonceAs !== 'none')
        base.nonce =
          server.knobs.nonceAs === 'number' && /^\d+$/.test(payload.nonce)
            ? Number(payload.nonce)
            : payload.nonce;
      const message = server.shape(base);
      server.nonces.set(key, message);
      list.push(message);
      server.prompts.push(message);
      const tell = () => {
        server.emit('MESSAGE_CREATE', { ...message, guild_id: server.guildId });
      };
      if (server.knobs.ownEchoMs) setTimeout(tell, server.knobs.ownEchoMs);
      else tell();
      server.run(message);
      if (server.knobs.postDelayMs) await sleep(server.knobs.postDelayMs);
      const fail = server.knobs.failPostAfter?.();
      if (fail === 'reset') {
        s.destroy();
        return;
      }
      if (fail === '500') return send(500, { message: '500: Internal Server Error', code: 0 });
      return send(server.knobs.postStatus ?? 200, message, rl);
    }
  }
  if (path === '/users/@me') return send(200, user);
  return send(404, { message: '404: Not Found', code: 0 });
}
function parseBody(type: string, body: Buffer): { payload: Json; files: { name: string; bytes: Buffer }[] } {
  const b = /boundary=(.+)$/.exec(type)?.[1];
  if (!b) return { payload: JSON.parse(body.toString()), files: [] };
  let payload: Json = {};
  const files: { name: string; bytes: Buffer }[] = [];
  for (const part of body.toString('latin1').split(`--${b}`).slice(1, -1)) {
    const at = part.indexOf('\r\n\r\n');
    const head = part.slice(0, at);
    const data = Buffer.from(part.slice(at + 4, -2), 'latin1');
    if (head.includes('name="payload_json"')) payload = JSON.parse(data.toString());
    else files.push({ name: /filename="([^"]*)"/.exec(head)?.[1] ?? '?', bytes: data });
  }
  return { payload, files };
}
