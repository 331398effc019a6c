import type { CancelTimer, Clock } from '../core/clock.ts';
import type { SimApplication } from './applications.ts';
import { Files } from './files.ts';
import type {
  SimAccount,
  SimChannel,
  SimGuild,
  SimMember,
  SimMessage,
  SimMessageInteraction,
  SimUser,
  WireObject,
} from './model.ts';
import { Snowflakes } from './snowflake.ts';

/** Names of the dispatch events that the world makes (Discord docs, "Gateway Events"). */
export type EventName =
  | 'MESSAGE_CREATE'
  | 'MESSAGE_UPDATE'
  | 'MESSAGE_DELETE'
  | 'TYPING_START'
  | 'CHANNEL_CREATE'
  | 'CHANNEL_UPDATE'
  | 'CHANNEL_DELETE'
  | 'MESSAGE_REACTION_ADD'
  | 'MESSAGE_REACTION_REMOVE'
  | 'INTERACTION_CREATE'
  | 'INTERACTION_SUCCESS'
  | 'INTERACTION_FAILURE'
  | 'INTERACTION_MODAL_CREATE'
  | 'INTERACTION_IFRAME_MODAL_CREATE';

/** Something happened. The records are shared, not copied: whoever needs the state of this moment renders at once. */
export interface WorldEvent {
  readonly name: EventName;
  /** Undefined in direct messages. */
  readonly guild: SimGuild | undefined;
  readonly channel: SimChannel;
  readonly message?: SimMessage;
  /** TYPING_START: who types. */
  readonly userId?: string;
  /** The only user who hears of it. */
  readonly onlyFor?: string | undefined;
  /** INTERACTION_*: the only gateway session that hears of it. */
  readonly sessionId?: string;
  /** The payload, when it is not made of the records above. */
  readonly data?: WireObject;
}

/** Is called for each event, in the order things happened, before the function that caused it returns. */
export type WorldListener = (event: WorldEvent) => void;

/** Numbers that tests ask for. */
export interface WorldCounts {
  channelsCreated: number;
  channelsDeleted: number;
  messagesCreated: number;
  messagesEdited: number;
  messagesDeleted: number;
  /** Creations asked for per nonce, and messages that came of it. */
  readonly messagesPerNonce: Map<string, number>;
  /** Interactions that were handed to an application: a repeated nonce makes none. */
  interactionsCreated: number;
  /** How often an interaction of a nonce was taken (204), repeats included. */
  readonly interactionsPerNonce: Map<string, number>;
}

/** A form that an application opened for somebody. */
export interface OpenForm {
  readonly userId: string;
  readonly applicationId: string;
  readonly channelId: string;
  readonly customId: string;
  /** The interaction that it answers. */
  readonly triggering: SimMessageInteraction;
}

/** All of the simulated Discord's state: no socket, no timer, time comes from the clock that was passed in. */
export class World {
  readonly clock: Clock;
  readonly files: Files;
  readonly users = new Map<string, SimUser>();
  readonly guilds = new Map<string, SimGuild>();
  readonly channels = new Map<string, SimChannel>();
  readonly accounts = new Map<string, SimAccount>();
  /** Applications with commands, by id. */
  readonly applications = new Map<string, SimApplication>();
  /** Messages that only one user sees, by id. */
  readonly ephemerals = new Map<string, SimMessage>();
  /** Forms that applications opened and nobody sent back yet, by their id. */
  readonly forms = new Map<string, OpenForm>();
  /** Ids of channels of direct messages, by the two user ids in order. */
  readonly directChannels = new Map<string, string>();
  /** When a nonce was last used for an interaction, by user id and nonce. */
  readonly interactionNonces = new Map<string, number>();
  /** Interactions that wait for the first word of their application; cancel their time limit when the world ends. */
  readonly unanswered = new Set<CancelTimer>();
  readonly counts: WorldCounts = {
    channelsCreated: 0,
    channelsDeleted: 0,
    messagesCreated: 0,
    messagesEdited: 0,
    messagesDeleted: 0,
    messagesPerNonce: new Map(),
    interactionsCreated: 0,
    interactionsPerNonce: new Map(),
  };
  /** Nonces of `enforce_nonce`, per author, with the message they made. */
  readonly nonces = new Map<string, { readonly message: SimMessage; readonly at: number }>();
  readonly #ids: Snowflakes;
  readonly #listeners = new Set<WorldListener>();
  readonly #queue: WorldEvent[] = [];

  constructor(clock: Clock, linkLifetimeMs?: number) {
    this.clock = clock;
    this.files = new Files(clock, linkLifetimeMs);
    this.#ids = new Snowflakes(clock);
  }

  /** A fresh id. */
  newId(): string {
    return this.#ids.next();
  }

  /** The clock's time in the form of Discord's timestamps. */
  timestamp(): string {
    return new Date(this.clock.now()).toISOString().replace('Z', '000+00:00');
  }

  /** Hears all events until the answer is called. */
  listen(listener: WorldListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells everybody; also used to say the same thing twice. */
  emit(event: WorldEvent): void {
    this.#queue.push(event);
    if (this.#queue.length > 1) return;
    // A listener that makes the next event must not have it overtake this one on the way to the others.
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      try {
        for (const listener of this.#listeners) listener(next);
      } finally {
        this.#queue.shift();
      }
    }
  }

  /** Adds a person or a bot. */
  addUser(username: string, bot: boolean, id = this.newId()): SimUser {
    const user: SimUser = { id, username, bot, globalName: bot ? null : capitalised(username) };
    this.users.set(user.id, user);
    return user;
  }

  /** Adds an empty guild with the owner as its only member. */
  addGuild(name: string, ownerId: string, everyone: bigint): SimGuild {
    const id = this.newId();
    const guild: SimGuild = {
      id,
      name,
      ownerId,
      createdAt: this.timestamp(),
      roles: new Map([[id, { id, name: '@everyone', permissions: everyone, position: 0 }]]),
      members: new Map(),
      channelIds: new Set(),
    };
    this.guilds.set(id, guild);
    this.addMember(guild, ownerId, 0n);
    return guild;
  }

  /** Lets a user into a guild; `permissions` become a role of their own, as for an invited bot. */
  addMember(guild: SimGuild, userId: string, permissions: bigint): SimMember {
    const member: SimMember = { userId, roleIds: [], joinedAt: this.timestamp() };
    const user = this.users.get(userId);
    if (permissions !== 0n && user) {
      const id = this.newId();
      const position = guild.roles.size;
      const role = { id, name: user.username, permissions, position, ...(user.bot ? { botId: userId } : {}) };
      guild.roles.set(id, role);
      member.roleIds = [id];
    }
    guild.members.set(userId, member);
    return member;
  }

  /** A message of a channel. */
  findMessage(channelId: string, messageId: string): SimMessage | undefined {
    return this.channels.get(channelId)?.messages.findLast((message) => message.id === messageId);
  }

  /** The guild of a channel or message; undefined in direct messages. */
  guildOf(place: { readonly guildId: string | undefined }): SimGuild | undefined {
    return place.guildId === undefined ? undefined : this.guilds.get(place.guildId);
  }

  /** The account behind a token that was not revoked. */
  accountByToken(token: string): SimAccount | undefined {
    for (const account of this.accounts.values()) {
      if (account.token === token && !account.revoked) return account;
    }
    return undefined;
  }
}

function capitalised(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
