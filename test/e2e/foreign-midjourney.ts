/**
 * A second Discord-compatible server, for people's accounts that draw: written from public documents alone, knowing nothing
 * of the gateway and of the simulator. Five hosts on five ports; every liberty is a knob. What is against the protocol is
 * noted in `problems`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { type WebSocket, WebSocketServer } from 'ws';
import { ForeignBot, type Play } from './foreign-midjourney-bot.ts';
import { handleActivity, handleApi, handleCdn, handleStorage } from './foreign-midjourney-rest.ts';

// biome-ignore lint/suspicious/noExplicitAny: a stranger’s objects may have any shape
export type Json = Record<string, any>;

export interface Refusal {
  status: number;
  body?: Json | string;
  headers?: Record<string, string>;
}

export interface Knobs {
  /** Versions of the API that this server knows. */
  versions?: number[];
  compress?: boolean;
  stepMs?: number;
  /** The last word on every message that leaves. */
  shape?: (message: Json, event: 'CREATE' | 'UPDATE' | 'REST') => Json;
  /** Digits of a nonce without quotation marks. */
  nonceAsNumber?: boolean;
  /** How an accepted interaction is answered, and how long after its events. */
  accepted?: number;
  answerAfterMs?: number;
  eventsAfterMs?: number;
  /** Limits announced by headers: so many interactions in a window of `limitMs`. */
  limit?: number;
  limitMs?: number;
  refuse?: (request: { method: string; path: string; body: Json | undefined }) => Refusal | undefined;
  index?: (index: Json) => Json;
  /** The links of pictures name Discord's own host. */
  discordLinks?: boolean;
  /** INTERACTION_* events that never come. */
  mute?: readonly string[];
  noise?: boolean;
  resumeRefused?: boolean;
  play?: Play;
  text?: Partial<Texts>;
  /** Final with the nonce again. */
  finalNonce?: boolean;
  finalExtension?: string;
  finalReference?: 'message_reference' | 'referenced_message' | 'none';
  interactionField?: 'metadata' | 'interaction' | 'both' | 'none';
  ephemeralProgress?: boolean;
  thinking?: boolean;
  noStart?: boolean;
  /** The progress message becomes the picture. */
  finalAsUpdate?: boolean;
  percents?: number[];
  labels?: boolean;
  remix?: boolean;
  botUserId?: string;
  /** Percent of progress previews. */
  previews?: boolean;
  people?: number;
  echo?: (prompt: string) => string;
  /** Ids count up from here instead of holding the time. */
  firstId?: bigint;
  /** Every event comes twice; neighbouring events change places. */
  twice?: boolean;
  swap?: boolean;
  /** The progress message goes only after the picture came. */
  removeLast?: boolean;
  applicationId?: string;
  /** Every message gets an update with nothing but an embed that Discord made of a link. */
  unfurl?: boolean;
}

export interface Texts {
  start: (prompt: string, user: string, lead: string) => string;
  progress: (head: string, user: string, percent: number, jobId: string) => string;
  final: (head: string, user: string, jobId: string) => string;
}

export interface Person {
  id: string;
  token: string;
  user: Json;
}
interface Audience {
  person?: string | undefined;
  session?: string | undefined;
}
interface Session {
  id: string;
  seq: number;
  log: Json[];
  person: Person;
  socket?: Socket | undefined;
}
interface Socket {
  ws: WebSocket;
  deflate?: Deflate | undefined;
  chain: Promise<void>;
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const HOSTS = ['api', 'gateway', 'cdn', 'storage', 'activity'] as const;

export class ForeignMidjourney {
  knobs: Knobs;
  ports = {} as Record<(typeof HOSTS)[number], number>;
  people: Person[] = [];
  sessions = new Map<string, Session>();
  sockets = new Set<Socket>();
  channels = new Map<string, Json>();
  messages = new Map<string, Json[]>();
  nonces = new Set<string>();
  uploads = new Map<string, Buffer | undefined>();
  files = new Map<string, Buffer>();
  commands: Json[] = [];
  problems: string[] = [];
  requests: string[] = [];
  interactions: Json[] = [];
  activityPosts: Json[] = [];
  identifies = 0;
  resumes = 0;
  indexReads = 0;
  refreshes = 0;
  guildId: string;
  channelId: string;
  /** Not the public one. */
  applicationId: string;
  botUser: Json;
  bot: ForeignBot;
  gatewayDown = false;
  #servers: Server[] = [];
  #wss = new WebSocketServer({ noServer: true });
  #last = 0n;
  #bucket = { left: 0, until: 0 };

  constructor(knobs: Knobs = {}) {
    this.knobs = knobs;
    this.guildId = this.id();
    this.channelId = this.id();
    this.applicationId = knobs.applicationId ?? this.id();
    this.botUser = {
      id: knobs.botUserId ?? this.applicationId,
      username: 'Midjourney Bot',
      discriminator: '9282',
      bot: true,
      avatar: null,
      global_name: null,
      public_flags: 65536,
    };
    for (let i = 0; i <= (knobs.people ?? 1); i += 1) {
      const id = this.id();
      const user = { id, username: `person${i}`, discriminator: '0', avatar: null, global_name: `P ${i}` };
      this.people.push({ id, token: `mfa.${id}.${randomBytes(12).toString('hex')}`, user });
    }
    this.addChannel(this.channelId);
    this.bot = new ForeignBot(this);
  }
  get alice(): Person {
    return this.people[0]!;
  }
  /** Draws as well, but not through the gateway. */
  get stranger(): Person {
    return this.people.at(-1)!;
  }
  addChannel(id: string, more: Json = {}): void {
    this.channels.set(id, { id, type: 0, guild_id: this.guildId, name: 'draw', position: 0, ...more });
    this.messages.set(id, []);
  }
  id(): string {
    if (this.knobs.firstId !== undefined) {
      this.#last = this.#last === 0n ? this.knobs.firstId : this.#last + 1n;
      return this.#last.toString();
    }
    let next = (BigInt(Date.now() - 1420070400000) << 22n) | (3n << 17n);
    if (next <= this.#last) next = this.#last + 1n;
    this.#last = next;
    return next.toString();
  }
  async start(): Promise<this> {
    for (const host of HOSTS) {
      const server = createServer((request, reply) => {
        const handle = { api: handleApi, cdn: handleCdn, storage: handleStorage, activity: handleActivity };
        if (host === 'gateway') {
          reply.writeHead(404).end();
          return;
        }
        handle[host](this, request, reply).catch((error: Error) => {
          this.problems.push(String(error.stack));
          reply.destroy();
        });
      });
      this.#servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      this.ports[host] = (server.address() as AddressInfo).port;
      if (host === 'gateway') {
        server.on('upgrade', (request, socket, head) => {
          if (this.gatewayDown) {
            socket.destroy();
            return;
          }
          this.#wss.handleUpgrade(request, socket, head, (ws) => this.#connected(ws, request.url ?? ''));
        });
      }
    }
    return this;
  }
  async close(): Promise<void> {
    this.bot.stop();
    for (const { ws } of this.sockets) ws.terminate();
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
  base(host: (typeof HOSTS)[number]): string {
    return `http://127.0.0.1:${this.ports[host]}`;
  }
  drop(): void {
    for (const { ws } of [...this.sockets]) ws.terminate();
  }
  askToReconnect(): void {
    for (const socket of this.sockets) this.#write(socket, { op: 7, d: null });
  }
  /** Counts an interaction; undefined when there is room. */
  overLimit(): { left: number; resetMs: number } | undefined {
    const { limit, limitMs = 300 } = this.knobs;
    const now = Date.now();
    if (limit === undefined) return undefined;
    if (now >= this.#bucket.until) this.#bucket = { left: limit, until: now + limitMs };
    this.#bucket.left -= 1;
    return { left: this.#bucket.left, resetMs: this.#bucket.until - now };
  }
  // --- events
  #connected(ws: WebSocket, url: string): void {
    const asked = new URL(url, 'http://x').searchParams;
    if (asked.get('encoding') !== 'json') this.problems.push(`encoding ${asked.get('encoding')}`);
    if (!['9', '10'].includes(asked.get('v') ?? '')) {
      ws.close(4012, 'Invalid API version');
      return;
    }
    const zlib = this.knobs.compress === true && asked.get('compress') === 'zlib-stream';
    const deflate = zlib ? createDeflate({ flush: constants.Z_SYNC_FLUSH }) : undefined;
    const socket: Socket = { ws, deflate, chain: Promise.resolve() };
    this.sockets.add(socket);
    let session: Session | undefined;
    ws.on('error', () => {});
    ws.on('close', () => {
      this.sockets.delete(socket);
      if (session?.socket === socket) session.socket = undefined;
    });
    ws.on('message', (raw) => {
      const { op, d } = JSON.parse(String(raw)) as Json;
      if (op === 1) this.#write(socket, { op: 11 });
      else if (op === 2) session = this.#identify(socket, d) ?? session;
      else if (op === 6) session = this.#resume(socket, d) ?? session;
      else if (![3, 4, 8, 14, 37].includes(op)) this.problems.push(`op ${op}`);
    });
    this.#write(socket, { t: null, s: null, op: 10, d: { heartbeat_interval: 41250, _trace: ['["gw"]'] } });
  }
  #identify(socket: Socket, d: Json): Session | undefined {
    this.identifies += 1;
    const person = this.people.find(({ token }) => token === d.token);
    if (!person) return void socket.ws.close(4004, 'Authentication failed.');
    if ('intents' in d) this.problems.push('a person has no intents');
    if ((d.capabilities ?? 0) & 256) this.problems.push('asked for a new token (AUTH_TOKEN_REFRESH)');
    const session: Session = { id: randomBytes(16).toString('hex'), seq: 0, log: [], person, socket };
    this.sessions.set(session.id, session);
    this.#dispatch(session, 'READY', {
      v: 9,
      user: { ...person.user, email: null, verified: true, premium_type: 0 },
      users: [],
      guilds: [{ id: this.guildId, data_mode: 'full', channels: [...this.channels.values()], members: [] }],
      merged_members: [],
      private_channels: [],
      session_id: session.id,
      session_type: 'normal',
      resume_gateway_url: `ws://127.0.0.1:${this.ports.gateway}`,
      static_client_session_id: randomUUID(),
      country_code: 'DE',
    });
    this.#dispatch(session, 'READY_SUPPLEMENTAL', { merged_presences: { guilds: [[]] }, guilds: [] });
    return session;
  }
  #resume(socket: Socket, d: Json): Session | undefined {
    this.resumes += 1;
    const old = this.knobs.resumeRefused ? undefined : this.sessions.get(d.session_id);
    if (!old || d.token !== old.person.token) {
      this.sessions.delete(d.session_id);
      return void this.#write(socket, { op: 9, d: false });
    }
    old.socket = socket;
    for (const event of old.log.filter(({ s }) => s > d.seq)) this.#write(socket, event);
    this.#dispatch(old, 'RESUMED', { _trace: [] });
    return old;
  }
  #write({ ws, deflate, chain }: Socket, payload: Json): void {
    let text = JSON.stringify(payload);
    if (this.knobs.nonceAsNumber) text = text.replace(/"nonce":"(\d+)"/g, '"nonce":$1');
    const socket = [...this.sockets].find((each) => each.ws === ws);
    const work = chain.then(async () => {
      if (ws.readyState !== 1) return;
      if (!deflate) {
        ws.send(text);
        return;
      }
      const parts: Buffer[] = [];
      const take = (part: Buffer) => parts.push(part);
      deflate.on('data', take);
      deflate.write(text);
      await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
      deflate.off('data', take);
      ws.send(Buffer.concat(parts));
    });
    if (socket) socket.chain = work;
  }
  #dispatch(session: Session, t: string, d: Json): void {
    session.seq += 1;
    const event = { t, s: session.seq, op: 0, d };
    session.log.push(event);
    if (session.socket) this.#write(session.socket, event);
  }
  /** An event for all, or for one person, or for one session. */
  emit(t: string, d: Json, to?: Audience): void {
    if (this.knobs.mute?.includes(t)) return;
    const data = structuredClone(d);
    if (!this.knobs.swap) {
      this.#spread(t, data, to);
      return;
    }
    const held = this.#held;
    this.#held = held ? undefined : [t, data, to];
    if (held) {
      this.#spread(t, data, to);
      this.#spread(...held);
      return;
    }
    setTimeout(() => {
      if (this.#held?.[1] !== data) return;
      this.#held = undefined;
      this.#spread(t, data, to);
    }, 60);
  }
  #held: [string, Json, Audience | undefined] | undefined;
  #spread(t: string, data: Json, to: Audience | undefined): void {
    for (const session of this.sessions.values()) {
      if (to?.session !== undefined && session.id !== to.session) continue;
      if (to?.person !== undefined && session.person.id !== to.person) continue;
      if (this.knobs.noise) {
        this.#dispatch(session, 'PASSIVE_UPDATE_V2', { guild_id: this.guildId, updated_members: [] });
        this.#dispatch(session, 'X_FUTURE', { channel_id: this.channelId, id: this.id(), nonce: 7 });
        this.#dispatch(session, 'MESSAGE_CREATE', { id: this.id(), channel_id: this.id(), content: 'else' });
        if (session.socket) this.#write(session.socket, { op: 98, d: [1] });
      }
      this.#dispatch(session, t, data);
      if (this.knobs.twice) this.#dispatch(session, t, data);
    }
  }
  // --- messages
  find(channelId: string, messageId: string): Json | undefined {
    return this.messages.get(channelId)?.find(({ id }) => id === messageId);
  }
  /** `only`: who alone may see it (ephemeral). */
  post(channelId: string, body: Json, only?: string): Json {
    const direct = this.channels.get(channelId)?.type === 1;
    const message: Json = {
      id: this.id(),
      channel_id: channelId,
      ...(direct ? {} : { guild_id: this.guildId, member: { roles: [], nick: null } }),
      type: 0,
      content: '',
      author: this.botUser,
      timestamp: new Date().toISOString().replace('Z', '000+00:00'),
      edited_timestamp: null,
      tts: false,
      mention_everyone: false,
      mentions: [],
      mention_roles: [],
      attachments: [],
      embeds: [],
      components: [],
      pinned: false,
      flags: 0,
      ...body,
    };
    if (only) message.flags |= 64;
    this.messages.get(channelId)?.push(message);
    this.emit('MESSAGE_CREATE', this.shaped(message, 'CREATE'), { person: only });
    if (this.knobs.unfurl) {
      const embeds = [
        { type: 'image', url: 'https://s.mj.run/x', thumbnail: { url: 'https://x.test/p.png' } },
      ];
      const { id, guild_id } = message;
      this.emit('MESSAGE_UPDATE', { id, channel_id: channelId, guild_id, embeds }, { person: only });
    }
    return message;
  }
  edit(message: Json, body: Json, only?: string): void {
    Object.assign(message, body, { edited_timestamp: new Date().toISOString() });
    if (only) message.flags |= 64;
    const { nonce: _, ...rest } = message;
    this.emit('MESSAGE_UPDATE', this.shaped(rest, 'UPDATE'), { person: only });
  }
  remove({ id, channel_id }: Json): void {
    const list = this.messages.get(channel_id) ?? [];
    const at = list.findIndex((each) => each.id === id);
    if (at >= 0) list.splice(at, 1);
    this.emit('MESSAGE_DELETE', { id, channel_id, guild_id: this.guildId });
  }
  shaped(message: Json, event: 'CREATE' | 'UPDATE' | 'REST'): Json {
    const copy = structuredClone(message);
    return this.knobs.shape ? this.knobs.shape(copy, event) : copy;
  }
  /** Puts a file on the CDN; a signed link. */
  attach(name: string, bytes: Buffer, channelId = this.channelId): Json {
    const id = this.id();
    const path = `/attachments/${channelId}/${id}/${name}`;
    this.files.set(path, bytes);
    const base = this.knobs.discordLinks ? 'https://cdn.discordapp.com' : this.base('cdn');
    const media = this.knobs.discordLinks ? 'https://media.discordapp.net' : this.base('cdn');
    const query = this.signature();
    return {
      id,
      filename: name,
      size: bytes.length,
      url: `${base}${path}?${query}`,
      proxy_url: `${media}${path}?${query}`,
      width: 64,
      height: 64,
      content_type: `image/${name.split('.').at(-1) === 'jpg' ? 'jpeg' : name.split('.').at(-1)}`,
      content_scan_version: 1,
      placeholder: 'abc',
      placeholder_version: 1,
    };
  }
  signature(seconds = 86_400): string {
    const until = Math.floor(Date.now() / 1000) + seconds;
    const hex = (value: number) => value.toString(16);
    return `ex=${hex(until)}&is=${hex(until - 86_400)}&hm=${randomBytes(32).toString('hex')}&`;
  }
}
