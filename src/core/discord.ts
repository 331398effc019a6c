/**
 * The port to Discord: what drivers and the service need of it, in Discord's own terms and field names.
 * `src/discord` implements it over REST and WebSocket, `src/sim/port.ts` in memory; one contract suite runs on both.
 */
import type { MediaFile } from './media.ts';

/** A Discord id: an unsigned 64-bit number as a decimal string. */
export type Snowflake = string;

/** A user as messages carry it. */
export interface MessageAuthor {
  readonly id: Snowflake;
  readonly username?: string;
  readonly bot?: boolean;
}

/** An attachment of a message (Discord docs, "Attachment Object"). */
export interface Attachment {
  readonly id: Snowflake;
  readonly filename: string;
  readonly url: string;
  readonly proxy_url?: string;
  readonly content_type?: string;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly size?: number;
}

/** A picture inside an embed. */
export interface EmbedImage {
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
}

/** An embed of a message (Discord docs, "Embed Object"), as far as drivers read it. */
export interface Embed {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly url?: string;
  readonly color?: number;
  readonly image?: EmbedImage;
  readonly thumbnail?: EmbedImage;
  readonly footer?: { readonly text: string };
  readonly fields?: readonly { readonly name: string; readonly value: string }[];
}

/** A component of a message: an action row, or something inside one (Discord docs, "Component Reference"). */
export interface Component {
  readonly type: number;
  readonly custom_id?: string;
  readonly label?: string;
  readonly style?: number;
  readonly url?: string;
  readonly emoji?: { readonly name?: string | null; readonly id?: Snowflake | null } | null;
  readonly disabled?: boolean;
  readonly components?: readonly Component[];
  /** Text of a text display (type 10). */
  readonly content?: string;
  /** Pictures of a media gallery (type 12). */
  readonly items?: readonly { readonly media: { readonly url: string } }[];
}

/**
 * A message in the shape of the wire (Discord docs, "Message Object"). Updates may be partial: a field that
 * is absent did not change. Only `id` and `channel_id` are certain.
 */
export interface Message {
  readonly id: Snowflake;
  readonly channel_id: Snowflake;
  readonly guild_id?: Snowflake;
  readonly author?: MessageAuthor;
  readonly content?: string;
  readonly timestamp?: string;
  readonly edited_timestamp?: string | null;
  readonly nonce?: string | number;
  readonly type?: number;
  readonly flags?: number;
  readonly attachments?: readonly Attachment[];
  readonly embeds?: readonly Embed[];
  readonly components?: readonly Component[];
  readonly message_reference?: { readonly message_id?: Snowflake; readonly channel_id?: Snowflake };
  /** The message that a reply answers, as it stands now; null when it was deleted. */
  readonly referenced_message?: { readonly id: Snowflake } | null;
  readonly application_id?: Snowflake;
  readonly mentions?: readonly { readonly id: Snowflake }[];
  /** Which interaction made this message (Discord docs, "Message Interaction Metadata Object"). */
  readonly interaction_metadata?: InteractionMetadata | null;
  /** The older form of the same. */
  readonly interaction?: {
    readonly id: Snowflake;
    readonly name?: string;
    readonly user?: { readonly id: Snowflake };
  } | null;
}

/** Which interaction made a message, and whose it was. */
export interface InteractionMetadata {
  readonly id: Snowflake;
  readonly type?: number;
  readonly name?: string;
  readonly user?: { readonly id: Snowflake };
  readonly original_response_message_id?: Snowflake;
  readonly triggering_interaction_metadata?: InteractionMetadata;
}

/** What can happen in a watched channel. Discord's order is kept within a channel. */
export type MessageChange =
  | { readonly type: 'message-created'; readonly message: Message }
  | { readonly type: 'message-updated'; readonly message: Message }
  | { readonly type: 'message-deleted'; readonly messageId: Snowflake }
  | { readonly type: 'typing-started'; readonly userId: Snowflake }
  /** The connection is lost: until `reading-resumed`, silence means nothing. */
  | { readonly type: 'reading-paused' }
  | { readonly type: 'reading-resumed' };

/** Which changes to watch: all of one channel. */
export interface MessageFilter {
  readonly channelId: Snowflake;
}

/** Most attachments of one message (Discord docs, "Create Message"). */
export const MOST_FILES = 10;

/** A message to send. */
export interface MessageDraft {
  /** At most 2,000 characters (Discord docs, "Create Message"). */
  readonly content: string;
  /** At most 25 characters, unique for this message; sent with `enforce_nonce`, so that a repeat cannot act twice. */
  readonly nonce: string;
  /** At most `MOST_FILES`. */
  readonly files?: readonly MediaFile[];
  /** The only users that this message may ping; everything else in it is plain text. */
  readonly mentionUserIds: readonly Snowflake[];
}

/** A text channel of a guild. */
export interface Channel {
  readonly id: Snowflake;
  readonly name: string;
  readonly parentId?: Snowflake | undefined;
}

/** A text channel to create. */
export interface ChannelDraft {
  readonly name: string;
  readonly parentId?: Snowflake | undefined;
  readonly topic?: string;
}

/** Which part of a channel's history to read. */
export interface HistoryRange {
  /** Only messages with a greater id. */
  readonly after?: Snowflake;
  /** 1 to 100; default 50. */
  readonly limit?: number;
}

/**
 * One account's door to Discord. Every method but `watch` throws `GatewayError`: rate_limited, discord_refused,
 * discord_unreachable, discord_timeout, account_disabled, human_required.
 */
export interface DiscordPort {
  /** The account's own user id; empty until the account has logged in. */
  readonly userId: Snowflake;
  /**
   * The changes of a channel from the moment of the call on (they are kept until read), until the signal aborts;
   * then the iteration ends without an error. Changes missed during a lost connection are read from history and
   * delivered the same way; a change may arrive twice. Throws account_disabled when the account's token dies.
   */
  watch(filter: MessageFilter, signal: AbortSignal): AsyncIterable<MessageChange>;
  /** Sends one message; a repeat after a lost answer cannot send it twice. */
  send(channelId: Snowflake, draft: MessageDraft, signal?: AbortSignal): Promise<Message>;
  /** Messages of a channel, oldest first. */
  history(channelId: Snowflake, range: HistoryRange, signal?: AbortSignal): Promise<Message[]>;
  /** Creates a text channel. Never tried twice when it is unknown whether the first try acted. */
  createChannel(guildId: Snowflake, draft: ChannelDraft, signal?: AbortSignal): Promise<Channel>;
  renameChannel(channelId: Snowflake, name: string, signal?: AbortSignal): Promise<Channel>;
  /** Deletes a channel; one that is gone already is no error. */
  deleteChannel(channelId: Snowflake, signal?: AbortSignal): Promise<void>;
  /** All text channels of a guild. */
  listChannels(guildId: Snowflake, signal?: AbortSignal): Promise<Channel[]>;
}

/** Discord's own code inside `GatewayError.cause` when a call was refused; see `discordCode`. */
export interface DiscordRefusal {
  /** HTTP status of Discord's answer. */
  readonly status: number;
  /** Discord's JSON error code (10003 Unknown Channel, 30013 maximum of channels, 50013 ...), 0 when it gave none. */
  readonly discordCode: number;
}

/** Discord's code for a channel that is gone (Discord docs, "JSON Error Codes"). */
export const UNKNOWN_CHANNEL = 10_003;

/** Discord's JSON error code behind an error, or undefined when the error is no refusal by Discord. */
export function discordCode(error: unknown): number | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause !== 'object' || cause === null || !('discordCode' in cause)) return undefined;
  return typeof cause.discordCode === 'number' ? cause.discordCode : undefined;
}
