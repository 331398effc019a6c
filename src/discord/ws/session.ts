import type { Agent } from 'node:http';
import { GatewayOpcodes } from 'discord-api-types/gateway/v10';
import type { CancelTimer, Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { DiscordObserver } from '../../core/observe.ts';
import type { AccountIdentity, AccountStatus } from '../account.ts';
import { type DiscordHosts, gatewayUrl } from '../hosts.ts';
import { gatewayVersionOf, identifyOf, userAgentOf } from '../identity.ts';
import type { Redact } from '../redact.ts';
import { type Connection, openConnection } from './connection.ts';
import { createLifeWatch, type LifeWatch } from './life-watch.ts';
import { INITIAL_STATE, type MachineEffect, type MachineEvent, step, type TimerName } from './machine.ts';

/** What a session needs. */
export interface SessionOptions {
  readonly account: AccountIdentity;
  readonly hosts: Pick<DiscordHosts, 'gateway'>;
  readonly agent: Agent | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly redact: Redact;
  /** Numbers of [0, 1). */
  readonly random: () => number;
  readonly compress: boolean;
  readonly observer?: DiscordObserver | undefined;
}

/** Stands for a connection that never came to be (RFC 6455, 7.1.5). */
const NO_CONNECTION = 1006;

/** What a session tells. */
export interface SessionListener {
  status(status: AccountStatus): void;
  /** A new login, not a resumed one: events in between are lost. */
  loggedIn(userId: string): void;
  /** @param receivedAt when it came, in milliseconds of `performance.now()` */
  dispatch(event: string, data: unknown, receivedAt: number): void;
}

/** A login to the gateway that keeps itself alive. */
export interface GatewaySession {
  start(): void;
  /** Does what Discord's own request to reconnect (op 7) would do. */
  reconnect(): void;
  /** Ends it for good because REST proved that the token is dead. */
  reject(reason: string): void;
  stop(): void;
  /** Discord's id of the session; the same after a resume. Undefined while there is none. */
  id(): string | undefined;
}

/** The shell around the machine: it owns the socket and the timers, and does what the machine says. */
export function createSession(options: SessionOptions, listener: SessionListener): GatewaySession {
  const shell = new SessionShell(options, listener);
  return {
    start: () => shell.feed({ type: 'start' }),
    reconnect: () => shell.feed({ type: 'payload', payload: { op: GatewayOpcodes.Reconnect, d: null } }),
    reject: (reason) => shell.feed({ type: 'token-rejected', reason }),
    stop: () => shell.feed({ type: 'stop' }),
    id: () => shell.sessionId,
  };
}

/** What happened, and when it came over the wire. */
type Happening = MachineEvent & { readonly receivedAt?: number };

class SessionShell {
  readonly #options: SessionOptions;
  readonly #life: LifeWatch;
  readonly #listener: SessionListener;
  readonly #timers = new Map<TimerName, CancelTimer>();
  readonly #events: Happening[] = [];
  #busy = false;
  #receivedAt = 0;
  #state = INITIAL_STATE;
  #connection: Connection | undefined;

  constructor(options: SessionOptions, listener: SessionListener) {
    this.#options = options;
    this.#listener = listener;
    this.#life = createLifeWatch(options.account.id, options.observer);
  }

  get sessionId(): string | undefined {
    return this.#state.session?.id;
  }

  /** What happens while effects are carried out waits for its turn, so that no effect comes too late. */
  feed(event: Happening): void {
    this.#events.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) this.#advance(next);
    } finally {
      this.#busy = false;
    }
  }

  #advance(event: Happening): void {
    const { clock, random } = this.#options;
    this.#receivedAt = event.receivedAt ?? performance.now();
    this.#life.happens(event);
    const [state, effects] = step(this.#state, { ...event, now: clock.now(), random: random() });
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: MachineEffect): void {
    this.#life.performs(effect);
    switch (effect.type) {
      case 'dispatch':
        this.#listener.dispatch(effect.event, effect.data, this.#receivedAt);
        break;
      case 'heartbeat':
      case 'identify':
      case 'resume':
        this.#connection?.send(this.#payloadOf(effect));
        break;
      case 'open':
        this.#open(effect.resumeUrl);
        break;
      case 'close':
        this.#connection?.close(effect.closeCode);
        this.#connection = undefined;
        break;
      case 'set-timer':
        this.#setTimer(effect.name, effect.delayMs);
        break;
      case 'cancel-timer':
        this.#cancelTimer(effect.name);
        break;
      case 'cancel-timers':
        for (const name of [...this.#timers.keys()]) this.#cancelTimer(name);
        break;
      case 'status':
        this.#report(effect.status);
        break;
      case 'logged-in':
        this.#listener.loggedIn(effect.userId);
        break;
    }
  }

  /** Only here does the token come in. */
  #payloadOf(effect: Extract<MachineEffect, { type: 'heartbeat' | 'identify' | 'resume' }>): object {
    const { account } = this.#options;
    if (effect.type === 'heartbeat') return { op: GatewayOpcodes.Heartbeat, d: effect.sequence };
    if (effect.type === 'identify') return { op: GatewayOpcodes.Identify, d: identifyOf(account) };
    const { sessionId: session_id, sequence: seq } = effect;
    return { op: GatewayOpcodes.Resume, d: { token: account.token, session_id, seq } };
  }

  #open(resumeUrl: string | null): void {
    try {
      this.#connect(resumeUrl);
    } catch (error) {
      this.feed({ type: 'lost', closeCode: NO_CONNECTION, detail: this.#options.redact(String(error)) });
    }
  }

  #connect(resumeUrl: string | null): void {
    const { account, agent, clock, compress, hosts, log, redact } = this.#options;
    const url = gatewayUrl(hosts, resumeUrl, gatewayVersionOf(account), compress);
    log.debug({ account: account.id, resume: resumeUrl !== null }, 'opening the gateway connection');
    this.#connection = openConnection(
      { url, userAgent: userAgentOf(account), agent, compress, clock },
      {
        payload: (payload, receivedAt) => this.feed({ type: 'payload', payload, receivedAt }),
        lost: (closeCode, detail) => this.feed({ type: 'lost', closeCode, detail: redact(detail) }),
        corrupt: (detail) => this.feed({ type: 'corrupt', detail }),
      },
    );
  }

  #setTimer(name: TimerName, delayMs: number): void {
    this.#timers.get(name)?.();
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#timers.delete(name);
      this.feed({ type: 'timer', name });
    });
    this.#timers.set(name, cancel);
  }

  #cancelTimer(name: TimerName): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }

  #report(status: AccountStatus): void {
    const { account, log } = this.#options;
    const { since: _, ...fields } = status;
    const line = status.state === 'disabled' ? 'error' : status.state === 'reconnecting' ? 'warn' : 'info';
    log[line]({ account: account.id, ...fields }, `discord account is ${status.state}`);
    this.#listener.status(status);
  }
}
