/** A minimal Discord-compatible server, written from Discord's public documents alone; every liberty is a knob. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import { handle } from './foreign-rest.ts';

// Objects of the wire, taken apart and put together freely.
// biome-ignore lint/suspicious/noExplicitAny: a stranger’s objects may have any shape
export type Json = Record<string, any>;
export interface Turn {
  server: ForeignServer;
  prompt: Json;
  text: string;
  channelId: string;
  wait(ms: number): Promise<void>;
  typing(): void;
  post(body: Json, reference?: string | null): Json;
  edit(message: Json, body: Json): void;
  remove(message: Json): void;
}
export type Script = (turn: Turn) => Promise<void> | void;

export interface Knobs {
  compress?: 'text' | 'zlib' | 'zlib-split';
  resumeUrl?: ((port: number) => string | null | undefined) | undefined;
  heartbeatMs?: number;
  ackHeartbeats?: boolean;
  ready?: (full: Json) => Json;
  keyOrder?: 'd-first' | 't-first' | 'op-first';
  noise?: boolean;
  partialUpdate?: 'bare' | 'no-author' | 'full';
  editTime?: (date: Date) => string | null | undefined;
  reference?: (message: Json, reply: string) => Json;
  messageShape?: (message: Json) => Json;
  nonceAs?: 'number' | 'string' | 'none';
  createStatus?: number;
  deleteStatus?: number;
  postStatus?: number;
  channelShape?: (channel: Json) => Json;
  snowflake?: () => string;
  limit?: (request: {
    method: string;
    path: string;
  }) => { status: number; headers: Json; body: Json | string } | undefined;
  ratelimitHeaders?: boolean;
  createDelayMs?: number;
  postDelayMs?: number;
  failCreateAfter?: () => boolean;
  failPostAfter?: () => 'reset' | '500' | undefined;
  noEnforceNonce?: boolean;
  restLast?: boolean; // events leave before the REST answer
  ownEchoMs?: number; // MESSAGE_CREATE of the prompt comes later
  dropResume?: boolean; // op 9 false
  eventOrder?: 'normal' | 'duplicate' | 'swap';
  uploadUrl?: (port: number, name: string) => string;
  nullish?: boolean;
  script?: Script;
}

export const sleep = (ms: number) => new Promise<void>((r) => setTimeout(r, ms));
export const BOT_TOKEN = 'Zm9yZWlnbg.bot.token-aaaaaaaaaaaa';
export const USER_TOKEN = 'Zm9yZWlnbg.user.token-bbbbbbbbbbb';

interface Session {
  id: string;
  seq: number;
  log: Json[];
  socket?: Socket | undefined;
  user: Json;
}
interface Socket {
  ws: WebSocket;
  deflate?: Deflate | undefined;
  chain: Promise<void>;
  mode: string;
  beats: number;
}

export class ForeignServer {
  knobs: Knobs;
  port = 0;
  http = createServer((q, s) => void handle(this, q, s));
  wss = new WebSocketServer({ noServer: true });
  sessions = new Map<string, Session>();
  sockets = new Set<Socket>();
  channels = new Map<string, Json>();
  messages = new Map<string, Json[]>();
  nonces = new Map<string, Json>();
  uploads = new Map<string, Buffer>();
  requests: string[] = [];
  identifies = 0;
  resumes = 0;
  refusedBeats = 0;
  problems: string[] = [];
  prompts: Json[] = [];
  #counter = 0n;
  #last = 0n;
  guildId;
  botUser;
  bridge;
  alice;
  gatewayDown = false;
  constructor(knobs: Knobs) {
    this.knobs = knobs;
    this.guildId = this.id();
    this.botUser = {
      id: this.id(),
      username: 'Coze',
      discriminator: '0000',
      bot: true,
      avatar: null,
      global_name: null,
    };
    this.bridge = {
      id: this.id(),
      username: 'Bridge',
      discriminator: '1234',
      bot: true,
      avatar: null,
      global_name: null,
    };
    this.alice = { id: this.id(), username: 'alice', discriminator: '0', avatar: null, global_name: 'Alice' };
  }
  id(): string {
    if (this.knobs.snowflake) return this.knobs.snowflake();
    this.#counter = (this.#counter + 1n) & 0xfffn;
    let v = (BigInt(Date.now() - 1420070400000) << 22n) | (1n << 17n) | this.#counter;
    if (v <= this.#last) v = this.#last + 1n;
    this.#last = v;
    return v.toString();
  }
  async start(): Promise<this> {
    await new Promise<void>((r) => this.http.listen(0, '127.0.0.1', r));
    this.port = (this.http.address() as AddressInfo).port;
    this.http.on('upgrade', (q, s, h) => {
      if (this.gatewayDown) {
        s.destroy();
        return;
      }
      this.wss.handleUpgrade(q, s, h, (ws) => this.#connected(ws, q.url ?? ''));
    });
    return this;
  }
  async close(): Promise<void> {
    for (const { ws } of this.sockets) ws.terminate();
    this.http.closeAllConnections();
    await new Promise((r) => this.http.close(r));
  }
  dropSockets(how: 'terminate' | number = 'terminate'): void {
    for (const { ws } of [...this.sockets]) how === 'terminate' ? ws.terminate() : ws.close(how);
  }
  forgetSessions(): void {
    this.sessions.clear();
  }
  sendAll(payload: Json): void {
    for (const s of this.sockets) this.#write(s, payload);
  }

  // --- gateway
  #connected(ws: WebSocket, url: string): void {
    const q = new URL(url, 'http://x').searchParams;
    const asked = q.get('compress') === 'zlib-stream';
    const mode = asked ? (this.knobs.compress ?? 'text') : 'text';
    const socket: Socket = { ws, mode, chain: Promise.resolve(), beats: 0 };
    if (mode !== 'text') socket.deflate = createDeflate({ flush: constants.Z_SYNC_FLUSH });
    this.sockets.add(socket);
    let session: Session | undefined;
    ws.on('error', () => {});
    ws.on('close', () => {
      this.sockets.delete(socket);
      if (session?.socket === socket) session.socket = undefined;
    });
    ws.on('message', (raw) => {
      const m = JSON.parse(raw.toString()) as Json;
      if (m.op === 1) {
        socket.beats += 1;
        if (this.knobs.ackHeartbeats !== false) this.#write(socket, { op: 11 });
        else this.refusedBeats += 1;
      } else if (m.op === 2) {
        this.identifies += 1;
        const user =
          m.d.token === BOT_TOKEN ? this.bridge : m.d.token === USER_TOKEN ? this.alice : undefined;
        if (!user) {
          ws.close(4004, 'Authentication failed.');
          return;
        }
        session = { id: randomBytes(16).toString('hex'), seq: 0, log: [], socket, user };
        this.sessions.set(session.id, session);
        const full: Json = {
          v: Number(q.get('v')),
          user_settings: {},
          user,
          guilds: [{ id: this.guildId, unavailable: true }],
          session_id: session.id,
          relationships: [],
          private_channels: [],
          presences: [],
          shard: [0, 1],
          application: { id: user.id, flags: 0 },
          _trace: ['foreign'],
        };
        const r =
          this.knobs.resumeUrl === undefined
            ? `ws://127.0.0.1:${this.port}`
            : this.knobs.resumeUrl(this.port);
        if (r !== undefined) full.resume_gateway_url = r;
        this.#dispatch(session, 'READY', this.knobs.ready ? this.knobs.ready(full) : full);
        this.#dispatch(session, 'GUILD_CREATE', {
          id: this.guildId,
          name: 'g',
          channels: [...this.channels.values()],
          members: [],
          roles: [],
        });
      } else if (m.op === 6) {
        this.resumes += 1;
        const old = this.knobs.dropResume ? undefined : this.sessions.get(m.d.session_id);
        if (!old || m.d.seq > old.seq) {
          this.#write(socket, { op: 9, d: false, s: null, t: null });
          return;
        }
        session = old;
        old.socket = socket;
        for (const p of old.log.filter((p) => p.s > m.d.seq)) this.#write(socket, p);
        this.#dispatch(old, 'RESUMED', { _trace: [] });
      } else if (m.op !== 3 && m.op !== 4) this.problems.push(`op ${m.op}`);
    });
    this.#write(socket, {
      t: null,
      s: null,
      op: 10,
      d: { heartbeat_interval: this.knobs.heartbeatMs ?? 41250, _trace: ['["x"]'] },
    });
  }
  #order(p: Json): string {
    const { op, d = null, s = null, t = null } = p;
    if (this.knobs.keyOrder === 'd-first') return JSON.stringify({ d, op, s, t });
    if (this.knobs.keyOrder === 'op-first') return JSON.stringify({ op, d, s, t }, null, 1);
    return JSON.stringify({ t, s, op, d });
  }
  #write(socket: Socket, payload: Json): void {
    const text = this.#order(payload);
    socket.chain = socket.chain.then(async () => {
      const { ws, deflate } = socket;
      if (ws.readyState !== 1) return;
      if (!deflate) {
        ws.send(text);
        return;
      }
      const parts: Buffer[] = [];
      const take = (b: Buffer) => parts.push(b);
      deflate.on('data', take);
      deflate.write(text);
      await new Promise<void>((r) => deflate.flush(constants.Z_SYNC_FLUSH, r));
      deflate.off('data', take);
      const all = Buffer.concat(parts);
      if (socket.mode !== 'zlib-split') {
        ws.send(all);
        return;
      }
      const size = Math.max(1, Math.ceil(all.length / 3));
      for (let i = 0; i < all.length; i += size) ws.send(all.subarray(i, i + size));
    });
  }
  #pending: { t: string; d: Json } | undefined;
  #dispatch(session: Session, t: string, d: Json): void {
    session.seq += 1;
    const p = { op: 0, t, d, s: session.seq };
    session.log.push(p);
    if (session.log.length > 5000) session.log.shift();
    if (session.socket) this.#write(session.socket, p);
  }
  emit(t: string, d: Json): void {
    const copy = structuredClone(d);
    if (this.knobs.eventOrder === 'swap' && t.startsWith('MESSAGE_') && d.author?.id !== this.bridge.id) {
      const held = this.#pending;
      if (held) {
        this.#pending = undefined;
        this.#spread(t, copy);
        this.#spread(held.t, held.d);
        return;
      }
      this.#pending = { t, d: copy };
      setTimeout(() => {
        const p = this.#pending;
        if (p && p.d === copy) {
          this.#pending = undefined;
          this.#spread(p.t, p.d);
        }
      }, 120);
      return;
    }
    this.#spread(t, copy);
    if (this.knobs.eventOrder === 'duplicate') {
      this.#spread(t, copy);
      setTimeout(() => this.#spread(t, copy), 30);
    }
  }
  #spread(t: string, d: Json): void {
    for (const session of this.sessions.values()) {
      if (this.knobs.noise) {
        this.#dispatch(session, 'PRESENCE_UPDATE', { user: { id: '1' }, status: 'online' });
        this.#dispatch(session, 'X_FUTURE_EVENT', { a: [1] });
        this.#dispatch(session, 'MESSAGE_CREATE', {
          id: this.id(),
          channel_id: this.id(),
          guild_id: this.id(),
          content: 'foreign',
          author: this.botUser,
          type: 0,
        });
        if (session.socket) {
          this.#write(session.socket, { op: 99, d: { z: 1 } });
          this.#write(session.socket, { op: 11 });
        }
      }
      this.#dispatch(session, t, d);
    }
  }
  // --- messages
  shape(m: Json): Json {
    const full = {
      type: 0,
      content: '',
      mentions: [],
      mention_roles: [],
      mention_everyone: false,
      attachments: [],
      embeds: [],
      components: [],
      pinned: false,
      tts: false,
      flags: 0,
      edited_timestamp: null,
      timestamp: new Date().toISOString().replace('Z', '000+00:00'),
      ...m,
    };
    if (this.knobs.nullish)
      for (const k of [
        'attachments',
        'embeds',
        'components',
        'mentions',
        'message_reference',
        'referenced_message',
      ])
        if (
          (full as Json)[k] === undefined ||
          (Array.isArray((full as Json)[k]) && (full as Json)[k].length === 0)
        )
          (full as Json)[k] = null;
    return this.knobs.messageShape ? this.knobs.messageShape(full) : full;
  }
  run(prompt: Json): void {
    const script = this.knobs.script;
    if (!script || prompt.author.id === this.botUser.id || !prompt.content.includes(`<@${this.botUser.id}>`))
      return;
    const list = this.messages.get(prompt.channel_id)!;
    const turn: Turn = {
      server: this,
      prompt,
      channelId: prompt.channel_id,
      text: prompt.content.replace(`<@${this.botUser.id}>`, '').trim(),
      wait: sleep,
      typing: () =>
        this.emit('TYPING_START', {
          channel_id: prompt.channel_id,
          guild_id: this.guildId,
          user_id: this.botUser.id,
          timestamp: Math.floor(Date.now() / 1000),
          member: { user: this.botUser },
        }),
      post: (body, reference = prompt.id) => {
        const base: Json = { id: this.id(), channel_id: prompt.channel_id, author: this.botUser, ...body };
        if (reference)
          Object.assign(
            base,
            this.knobs.reference
              ? this.knobs.reference(base, reference)
              : {
                  type: 19,
                  message_reference: {
                    type: 0,
                    channel_id: prompt.channel_id,
                    message_id: reference,
                    guild_id: this.guildId,
                  },
                  referenced_message: list.find((m) => m.id === reference) ?? null,
                },
          );
        const m = this.shape(base);
        list.push(m);
        this.emit('MESSAGE_CREATE', { ...m, guild_id: this.guildId, member: { roles: [] } });
        return m;
      },
      edit: (message, body) => {
        const date = new Date();
        const time = this.knobs.editTime
          ? this.knobs.editTime(date)
          : date.toISOString().replace('Z', '000+00:00');
        Object.assign(message, body, time === undefined ? {} : { edited_timestamp: time });
        const bare: Json = {
          id: message.id,
          channel_id: message.channel_id,
          ...body,
          ...(time === undefined ? {} : { edited_timestamp: time }),
        };
        if (this.knobs.partialUpdate === 'bare') this.emit('MESSAGE_UPDATE', bare);
        else if (this.knobs.partialUpdate === 'no-author') {
          const { author: _a, ...rest } = message;
          this.emit('MESSAGE_UPDATE', { ...rest, guild_id: this.guildId });
        } else this.emit('MESSAGE_UPDATE', { ...message, guild_id: this.guildId });
      },
      remove: (message) => {
        list.splice(list.indexOf(message), 1);
        this.emit('MESSAGE_DELETE', {
          id: message.id,
          channel_id: message.channel_id,
          guild_id: this.guildId,
        });
      },
    };
    void (async () => script(turn))().catch((e) => this.problems.push(String(e)));
  }
}
