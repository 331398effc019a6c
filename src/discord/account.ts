import type { Snowflake } from '../core/discord.ts';

/** An account as the configuration names it. */
export interface AccountIdentity {
  /** The account's name in `accounts[].id`; appears in log lines. */
  readonly id: string;
  readonly kind: 'bot' | 'user';
  /** Secret: never leaves the `Authorization` header and the gateway's login payload. */
  readonly token: string;
  /** `User-Agent` of a user account; bots name themselves as Discord asks them to. */
  readonly userAgent?: string | undefined;
}

/** Where an account's gateway connection stands. */
export interface AccountStatus {
  /**
   * `idle` never connected; `connecting` first login under way; `reconnecting` lost, being retried;
   * `disabled` Discord rejected the token, nothing is tried any more; `closed` shut down by us.
   */
  readonly state: 'idle' | 'connecting' | 'ready' | 'reconnecting' | 'disabled' | 'closed';
  /** One sentence for the operator: why it is not ready. */
  readonly reason?: string;
  /** Close code of the last lost connection (Discord docs, "Gateway Close Event Codes"). */
  readonly closeCode?: number;
  /** Milliseconds since the Unix epoch at which this state began. */
  readonly since: number;
}

/** Who logged in, as Discord says. */
export interface LoggedInUser {
  readonly id: Snowflake;
  readonly username: string;
  readonly bot: boolean;
}
