import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Fault, FaultTable } from '../faults.ts';
import { isObject } from '../form.ts';
import type { Limits } from '../limits.ts';
import type { SimAccount, WireObject } from '../model.ts';
import { channelPermissions, PERMISSION } from '../permissions.ts';
import type { World, WorldEvent } from '../world.ts';
import { isCompression } from './compress.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { EventJson } from './event-json.ts';
import { checkIdentify } from './identify.ts';
import { hears, INTENT } from './intents.ts';
import { membersChunk } from './members.ts';
import { guildsOf, renderGuildCreate, renderReady } from './ready.ts';
import { Session } from './session.ts';

/** What the gateway works on. */
export interface GatewayParts {
  readonly world: World;
  readonly limits: Limits;
  readonly faults: FaultTable;
  readonly heartbeatIntervalMs: number;
  /** Sessions whose connection was lost can be resumed for so long. */
  readonly sessionLifetimeMs: number;
  /** Address clients shall resume at. */
  readonly resumeUrl: () => string;
}

/** Discord's gateway over a world. */
export class Gateway implements ConnectionOwner {
  readonly #parts: GatewayParts;
  readonly #server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1 << 20 });
  readonly #connections = new Set<Connection>();
  readonly #sessions = new Map<string, Session>();
  readonly #lastIdentify = new Map<string, number>();
  /** Until when an account's heartbeats stay without answer; the key `*` stands for all. */
  readonly #silentUntil = new Map<string, number>();
  readonly #stopListening: () => void;
  /** IDENTIFYs that were accepted. */
  identifies = 0;
  /** RESUMEs that were accepted. */
  resumes = 0;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#stopListening = parts.world.listen((event) => this.#deliver(event));
  }

  /** The open sessions, for `/__sim/state`. */
  get sessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  /** How many sockets are open. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Takes over a socket that asks for an upgrade. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#parts.faults.takeRefusal(this.#parts.world.clock.now())) {
      socket.destroy();
      return;
    }
    const query = new URL(request.url ?? '/', 'http://sim').searchParams;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const version = Number(query.get('v') ?? 10);
      const compress = query.get('compress') ?? '';
      const connection = new Connection(webSocket, {
        clock: this.#parts.world.clock,
        owner: this,
        heartbeatIntervalMs: this.#parts.heartbeatIntervalMs,
        sendsPerMinute: this.#parts.limits.gatewaySendsPerMinute,
        version,
        compression: isCompression(compress) ? compress : undefined,
      });
      this.#connections.add(connection);
      if (version !== 9 && version !== 10) connection.close(4012, 'Invalid API version');
      if ((query.get('encoding') ?? 'json') !== 'json') connection.close(4002, 'Only JSON is spoken here.');
    });
  }

  /** IDENTIFY (Discord docs, "Identify"). */
  identify(connection: Connection, data: WireObject): void {
    const account = this.#login(data.token);
    if (!account) {
      connection.close(4004, 'Authentication failed.');
      return;
    }
    const identity = checkIdentify(account, data);
    if ('code' in identity) {
      connection.close(identity.code, identity.reason);
      return;
    }
    if (!this.#mayIdentify(account)) {
      connection.sendPayload(9, false);
      return;
    }
    this.#forgetOldSessions();
    const id = randomBytes(16).toString('hex');
    const session = new Session(id, account, identity.intents, identity.shard);
    this.#sessions.set(session.id, session);
    this.identifies += 1;
    connection.compressesPayloads = data.compress === true;
    this.#attach(session, connection);
    this.#welcome(session, connection.version);
  }

  /** RESUME (Discord docs, "Resume"). */
  resume(connection: Connection, data: WireObject): void {
    const account = this.#login(data.token);
    if (!account) {
      connection.close(4004, 'Authentication failed.');
      return;
    }
    this.#forgetOldSessions();
    const session = this.#sessions.get(String(data.session_id));
    if (!session || session.account !== account) {
      connection.sendPayload(9, false);
      return;
    }
    const sequence = Number(data.seq ?? 0);
    if (!Number.isInteger(sequence) || sequence > session.sequence) {
      this.#sessions.delete(session.id);
      connection.close(4007, 'Invalid seq.');
      return;
    }
    const missed = session.missedSince(sequence);
    if (!missed) {
      this.#sessions.delete(session.id);
      connection.sendPayload(9, false);
      return;
    }
    this.resumes += 1;
    const old = session.connection;
    this.#attach(session, connection);
    if (old) old.close(4000, 'Resumed elsewhere.');
    for (const frame of missed) connection.send(frame);
    session.dispatch('RESUMED', '{"_trace":["[\\"gateway-sim\\"]"]}');
  }

  /** Commands after IDENTIFY; of these only op 8 has an answer here. */
  command(connection: Connection, opcode: number, data: unknown): void {
    const session = connection.sessionId && this.#sessions.get(connection.sessionId);
    if (opcode !== 8 || !session || !isObject(data)) return;
    const chunk = membersChunk(this.#parts.world, session.account.userId, data);
    if (chunk) session.dispatch('GUILD_MEMBERS_CHUNK', JSON.stringify(chunk));
  }

  /** False while a fault keeps the answers to heartbeats back. */
  acknowledges(connection: Connection): boolean {
    const now = this.#parts.world.clock.now();
    const until = Math.max(
      this.#silentUntil.get('*') ?? 0,
      this.#silentUntil.get(connection.accountId ?? '') ?? 0,
    );
    return until <= now;
  }

  /** Closing with 1000, 1001, 4007 or 4009 ends the session; everything else can be resumed. */
  closed(connection: Connection, code: number): void {
    this.#connections.delete(connection);
    const session = connection.sessionId ? this.#sessions.get(connection.sessionId) : undefined;
    if (!session || session.connection !== connection) return;
    session.connection = undefined;
    session.lostAt = this.#parts.world.clock.now();
    if ([1000, 1001, 4004, 4007, 4009].includes(code)) this.#sessions.delete(session.id);
  }

  /** Does what a fault orders. */
  disturb(fault: Fault): void {
    if (fault.type === 'refuse-connections') this.#refuse(fault.times, fault.forMs);
    else if (fault.type === 'stop-acks') {
      const until = fault.forMs ? this.#parts.world.clock.now() + fault.forMs : Number.POSITIVE_INFINITY;
      this.#silentUntil.set(fault.account ?? '*', until);
    } else if (fault.type === 'clear') this.#silentUntil.clear();
    else {
      const account = 'account' in fault ? fault.account : undefined;
      for (const connection of this.#connectionsOf(account)) this.#disturbOne(connection, fault);
    }
  }

  /** Ends all sockets. */
  close(): void {
    this.#stopListening();
    for (const connection of this.#connections) connection.terminate();
    this.#sessions.clear();
    this.#server.close();
  }

  #refuse(times: number, forMs: number | undefined): void {
    const { faults, world } = this.#parts;
    if (forMs === undefined) faults.refusals += times;
    else faults.refusesUntil = Math.max(faults.refusesUntil, world.clock.now() + forMs);
  }

  #disturbOne(connection: Connection, fault: Fault): void {
    if (fault.type === 'reconnect') connection.sendPayload(7, null);
    if (fault.type === 'request-heartbeat') connection.sendPayload(1, null);
    if (fault.type === 'freeze-sockets') connection.freeze();
    if (fault.type === 'revoke-token') connection.close(4004, 'Authentication failed.');
    if (fault.type === 'invalid-session') {
      if (!fault.resumable) this.#drop(connection);
      connection.sendPayload(9, fault.resumable);
    }
    if (fault.type === 'drop-sockets') {
      if (!fault.resumable) this.#drop(connection);
      if (fault.code === undefined) connection.terminate();
      else connection.close(fault.code, fault.reason ?? '');
    }
  }

  #drop(connection: Connection): void {
    if (connection.sessionId === undefined) return;
    this.#sessions.delete(connection.sessionId);
    connection.sessionId = undefined;
  }

  #connectionsOf(accountId: string | undefined): Connection[] {
    return [...this.#connections].filter(
      (connection) => accountId === undefined || connection.accountId === accountId,
    );
  }

  #login(token: unknown): SimAccount | undefined {
    return typeof token === 'string' ? this.#parts.world.accountByToken(token) : undefined;
  }

  #mayIdentify(account: SimAccount): boolean {
    const every = this.#parts.limits.identifyEveryMs;
    if (every === undefined || account.kind === 'user') return true;
    const now = this.#parts.world.clock.now();
    const last = this.#lastIdentify.get(account.id) ?? Number.NEGATIVE_INFINITY;
    if (now - last < every) return false;
    this.#lastIdentify.set(account.id, now);
    return true;
  }

  #attach(session: Session, connection: Connection): void {
    session.connection = connection;
    session.lostAt = undefined;
    connection.sessionId = session.id;
    connection.accountId = session.account.id;
  }

  #welcome(session: Session, version: number): void {
    const { world, resumeUrl } = this.#parts;
    session.dispatch('READY', JSON.stringify(renderReady(world, session, version, resumeUrl())));
    if (session.intents === undefined || !(session.intents & INTENT.GUILDS)) return;
    for (const guild of guildsOf(world, session)) {
      session.dispatch('GUILD_CREATE', JSON.stringify(renderGuildCreate(world, guild, session.account)));
    }
  }

  #deliver(event: WorldEvent): void {
    if (this.#sessions.size === 0) return;
    const json = new EventJson(this.#parts.world, event);
    for (const session of this.#sessions.values()) {
      if (isFor(session, event)) this.#pass(session, event.name, json.for(session));
    }
  }

  #pass(session: Session, name: string, json: string): void {
    const { faults, world } = this.#parts;
    const fault = faults.takeEvent(session.account.id, name);
    if (fault?.type === 'lose-events') return;
    if (fault?.type === 'delay-events') {
      world.clock.after(fault.delayMs, () => session.dispatch(name, json));
      return;
    }
    if (fault?.type === 'reorder-events' && session.held.length < fault.hold) {
      session.held.push({ name, json });
      session.releaseTimer ??= world.clock.after(fault.forMs, () => session.release());
      return;
    }
    session.dispatch(name, json);
    if (fault?.type === 'duplicate-events') session.dispatch(name, json);
    session.release();
  }

  #forgetOldSessions(): void {
    const oldest = this.#parts.world.clock.now() - this.#parts.sessionLifetimeMs;
    for (const [id, session] of this.#sessions) {
      if (session.lostAt !== undefined && session.lostAt < oldest) this.#sessions.delete(id);
    }
  }
}

/** Whether a session hears of an event: it is meant for it, its intents name it, and it can see the channel. */
function isFor(session: Session, event: WorldEvent): boolean {
  const { account, intents } = session;
  if (event.sessionId !== undefined && event.sessionId !== session.id) return false;
  if (event.onlyFor !== undefined && event.onlyFor !== account.userId) return false;
  if (intents !== undefined && !hears(intents, event)) return false;
  // Direct messages belong to the first shard (Discord docs, "Sharding").
  if (event.guild ? !session.owns(event.guild.id) : session.shard[0] !== 0) return false;
  const bits = channelPermissions(event.guild, event.channel, account.userId);
  return (bits & PERMISSION.VIEW_CHANNEL) !== 0n;
}
