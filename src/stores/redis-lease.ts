/** Exactly one gateway works with a store: it holds a lease, and every write names it. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type CancelTimer, type Clock, sleep } from '../core/clock.ts';
import { GatewayError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { unavailable } from './redis-errors.ts';
import { ANSWER_MS, type RedisLink, scriptOf } from './redis-link.ts';

/** Without a renewal the lease ends after so long, in milliseconds. */
export const LEASE_MS = 15_000;

/** How much longer than the lease a start waits for its end, and how often it looks, in milliseconds. */
const PATIENCE_MS = 2_000;
const LOOK_AGAIN_MS = 500;

/** The lease is renewed so many times while it lasts. */
const RENEWALS = 3;

/**
 * KEYS: lease, epoch. ARGV: the holder, how long in ms, the epoch that the holder knows ('' = takes it for the first time).
 * The epoch counts the holders: who finds a later one than its own knows that somebody else has worked in between, also
 * when the lease itself is free again.
 */
const TAKE = scriptOf(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return {'held', held, now} end
local epoch = redis.call('GET', KEYS[2])
if ARGV[3] == '' then
  epoch = tostring(redis.call('INCR', KEYS[2]))
elseif epoch and epoch ~= ARGV[3] then
  return {'lost', '', now}
else
  epoch = ARGV[3]
  redis.call('SET', KEYS[2], epoch)
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'taken', epoch, now}`);

const RELEASE = scriptOf(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`);

/** What a lease works with. */
export interface LeaseTools {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly log: Log;
  /** What keys begin with. */
  readonly prefix: string;
  readonly leaseMs: number;
}

interface Holder {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

/** The right to write to a store. */
export class RedisLease {
  /** The holder as it stands in the store; writes name it. */
  readonly value: string;
  private readonly tools: LeaseTools;
  private readonly keys: readonly string[];
  private epoch = '';
  /** The server's clock in milliseconds at the zero of `performance.now()`. */
  private serverZeroMs = 0;
  private lost: string | undefined;
  private renewal: Promise<void> | undefined;
  private cancelRenewal: CancelTimer | undefined;

  constructor(tools: LeaseTools) {
    this.tools = tools;
    this.keys = [`${tools.prefix}lease`, `${tools.prefix}epoch`];
    const since = new Date(tools.clock.now()).toISOString();
    const holder: Holder = { token: randomUUID(), host: hostname(), pid: process.pid, since };
    this.value = JSON.stringify(holder);
  }

  /**
   * Takes the lease, waiting for another holder's to end.
   * @throws Error naming the other holder, GatewayError store_unavailable, the signal's reason
   */
  async take(signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + this.tools.leaseMs + PATIENCE_MS;
    for (;;) {
      const [outcome, text] = await this.ask('');
      if (outcome === 'taken') break;
      if (performance.now() > deadline) throw new Error(this.heldBy(text));
      await sleep(this.tools.clock, LOOK_AGAIN_MS, signal);
    }
    this.lost = undefined;
    this.renewLater();
  }

  /** Makes sure that the lease is still this one's. @throws GatewayError store_unavailable */
  async renew(): Promise<void> {
    if (this.lost === undefined && this.epoch !== '') {
      this.renewal ??= this.askAgain().finally(() => {
        this.renewal = undefined;
      });
      await this.renewal;
    }
    this.check();
  }

  private async askAgain(): Promise<void> {
    const [outcome, text] = await this.ask(this.epoch);
    if (outcome !== 'taken') this.lose(text);
  }

  /** @throws GatewayError store_unavailable when somebody else has taken the store over */
  check(): void {
    if (this.lost === undefined) return;
    throw new GatewayError('store_unavailable', this.lost, {
      hint: 'Stop one of the two gateways, or give each its own Redis database.',
    });
  }

  /** True when somebody else has taken the store over. */
  get isLost(): boolean {
    return this.lost !== undefined;
  }

  /** Until when, by the server's clock, a command that is sent now may be carried out: its caller gives it up then. */
  deadlineMs(): number {
    return Math.floor(this.serverZeroMs + performance.now() + ANSWER_MS);
  }

  /** Lets others take the lease at once. */
  async release(): Promise<void> {
    this.cancelRenewal?.();
    if (this.epoch === '' || this.lost !== undefined) return;
    this.epoch = '';
    await this.tools.link.run(RELEASE, this.keys.slice(0, 1), [this.value]);
  }

  private async ask(epoch: string): Promise<[outcome: string, text: string]> {
    const words = [this.value, String(this.tools.leaseMs), epoch];
    const answer = await this.tools.link.runEarly(TAKE, this.keys, words);
    if (!Array.isArray(answer)) throw unavailable(this.tools.link.target.name, 'gave an answer of its own');
    const [outcome, text, now] = answer.map(String);
    // The answer was under way for a moment: the clock is taken for too slow rather than too fast.
    this.serverZeroMs = Number(now) - performance.now();
    if (outcome === 'taken') this.epoch = text ?? '';
    return [outcome ?? '', text ?? ''];
  }

  private renewLater(): void {
    this.cancelRenewal?.();
    this.cancelRenewal = this.tools.clock.after(this.tools.leaseMs / RENEWALS, () => {
      // While the store is down the link renews the lease as soon as it is connected again.
      this.renew().catch(() => {});
      if (this.lost === undefined) this.renewLater();
    });
  }

  private lose(holder: string): void {
    if (this.lost !== undefined) return;
    this.lost =
      holder === ''
        ? `The store ${this.tools.link.target.name} was used by another gateway meanwhile.`
        : this.heldBy(holder);
    this.cancelRenewal?.();
    this.tools.log.error({ reason: this.lost }, 'the store was taken over: nothing can be written any more');
  }

  private heldBy(holder: string): string {
    const { name } = this.tools.link.target;
    return `The store ${name} is used by another gateway${ownerOf(holder)}.`;
  }
}

function ownerOf(holder: string): string {
  try {
    const { host, pid, since } = JSON.parse(holder) as Holder;
    return ` (host ${host}, process ${pid}, since ${since})`;
  } catch {
    return '';
  }
}
