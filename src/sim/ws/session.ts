import type { SimAccount } from '../model.ts';

/** Events kept for a resume; a client that missed more must start a new session. */
const REPLAY_LIMIT = 5000;

/** Where a session's frames go. */
export interface FrameSink {
  /** Sends one frame. */
  send(frame: string): void;
  /** Closes with a code of the gateway. */
  close(code: number, reason: string): void;
}

/** A gateway session: it outlives its connection, so that a client can resume it. */
export class Session {
  readonly id: string;
  readonly account: SimAccount;
  /** Intents of a bot; users have none and hear everything. */
  readonly intents: number | undefined;
  readonly shard: readonly [number, number];
  /** Number of the last event. */
  sequence = 0;
  connection: FrameSink | undefined;
  /** When the connection was lost, in the clock's milliseconds. */
  lostAt: number | undefined;
  /** Events held back by a fault, sent after the next one in reverse order. */
  readonly held: { name: string; json: string }[] = [];
  /** Cancels the time after which held events are sent in any case. */
  releaseTimer: (() => void) | undefined;
  readonly #replay: { sequence: number; frame: string }[] = [];

  constructor(
    id: string,
    account: SimAccount,
    intents: number | undefined,
    shard: readonly [number, number],
  ) {
    this.id = id;
    this.account = account;
    this.intents = intents;
    this.shard = shard;
  }

  /** Numbers an event, keeps it for a resume and sends it when there is a connection. */
  dispatch(name: string, json: string): void {
    this.sequence += 1;
    const frame = `{"t":"${name}","s":${this.sequence},"op":0,"d":${json}}`;
    this.#replay.push({ sequence: this.sequence, frame });
    if (this.#replay.length > REPLAY_LIMIT) this.#replay.splice(0, REPLAY_LIMIT / 10);
    this.connection?.send(frame);
  }

  /** Sends what a fault held back, the last first. */
  release(): void {
    this.releaseTimer?.();
    this.releaseTimer = undefined;
    for (const { name, json } of this.held.splice(0).reverse()) this.dispatch(name, json);
  }

  /** The frames after a sequence number; undefined when some of them are not kept any more. */
  missedSince(sequence: number): string[] | undefined {
    const oldest = this.#replay[0]?.sequence ?? this.sequence + 1;
    if (sequence < oldest - 1) return undefined;
    return this.#replay.filter((entry) => entry.sequence > sequence).map((entry) => entry.frame);
  }

  /** True when a guild belongs to this session's shard (Discord docs, "Sharding"). */
  owns(guildId: string): boolean {
    const [id, total] = this.shard;
    return total <= 1 || Number((BigInt(guildId) >> 22n) % BigInt(total)) === id;
  }
}
