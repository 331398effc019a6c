import type { Clock } from '../core/clock.ts';
import type { Behaviour } from './bots/behaviour.ts';
import type { MidjourneyBehaviour } from './bots/midjourney/index.ts';
import type { Hush, PikaBehaviour } from './bots/pika/index.ts';
import type { LimitsOption } from './limits.ts';
import type { PermissionName } from './permissions.ts';

/** One account that may log in. */
export interface AccountSettings {
  /** Name by which faults call it, e.g. `bridge`. */
  readonly id: string;
  readonly kind: 'bot' | 'user';
  /** Random when left out. */
  readonly token?: string;
  /** Bots: the portal's toggle for message content; default true. */
  readonly messageContent?: boolean;
  /** Whether it is in the guild; default true. */
  readonly member?: boolean;
  /** What its own role allows beside what everybody may; default for bots: MANAGE_CHANNELS and MANAGE_MESSAGES. */
  readonly permissions?: readonly PermissionName[];
  /** Users: size of READY at least, in bytes of JSON; default 0. */
  readonly readyBytes?: number;
}

/** Options of the simulator; all may be left out. */
export interface SimOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 9500; 0 picks a free one. */
  readonly port?: number;
  /** How much faster than real bots the bots are; default 1. */
  readonly speed?: number;
  /** Rate limits; default `discord`. */
  readonly limits?: LimitsOption;
  /** How many Coze bots; default 1. */
  readonly cozeBots?: number;
  /** How many bot accounts: bridge, bridge2, ...; default 1. */
  readonly bots?: number;
  /** How many user accounts: alice, bob, ...; default 1. */
  readonly users?: number;
  /** Settings of these accounts, or further accounts; by id. */
  readonly accounts?: readonly AccountSettings[];
  /** How the Coze bots behave unless a rule says otherwise. */
  readonly coze?: Behaviour;
  /** How the Midjourney and niji bots behave unless a rule says otherwise. */
  readonly midjourney?: MidjourneyBehaviour;
  /** How the Pika bot behaves unless a rule says otherwise. */
  readonly pika?: PikaBehaviour;
  /**
   * Makes the guild so large that people's sessions hear nothing of its messages (`silent`), or only of those that
   * mention them (`mentions`); default false.
   */
  readonly hugeGuild?: Hush | false;
  /** How long a link of the CDN is good; default 24 hours. */
  readonly linkLifetimeMs?: number;
  /** What everybody may do in the guild; default what a new Discord server allows. */
  readonly everyone?: readonly PermissionName[];
  /** Further guilds that all accounts are in; default 0. */
  readonly extraGuilds?: number;
  readonly clock?: Clock;
  /** HELLO's interval; default 41,250 as on Discord. */
  readonly heartbeatIntervalMs?: number;
  /** How long a lost session can be resumed; default 120,000. */
  readonly sessionLifetimeMs?: number;
}
