/** What the simulated Discord consists of. Plain records; only the world's functions change them. */

/** Any JSON object as it goes over the wire. */
export type WireObject = Record<string, unknown>;

/** A person or a bot. */
export interface SimUser {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
  readonly bot: boolean;
}

/** A role of a guild; the one whose id is the guild's id is @everyone. */
export interface SimRole {
  readonly id: string;
  readonly name: string;
  permissions: bigint;
  readonly position: number;
  /** User id of the bot that this role was made for. */
  readonly botId?: string;
}

/** A user inside a guild. */
export interface SimMember {
  readonly userId: string;
  roleIds: string[];
  readonly joinedAt: string;
}

/** A guild ("server"). */
export interface SimGuild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly createdAt: string;
  readonly roles: Map<string, SimRole>;
  readonly members: Map<string, SimMember>;
  readonly channelIds: Set<string>;
}

/** A permission overwrite of a channel; type 0 names a role, 1 a member. */
export interface SimOverwrite {
  readonly id: string;
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

/** A channel: type 0 is text, 4 a category, 1 direct messages. */
export interface SimChannel {
  readonly id: string;
  /** Undefined for direct messages. */
  readonly guildId: string | undefined;
  /** Direct messages: the two who talk; empty in guilds. */
  readonly recipientIds: readonly string[];
  /** Direct messages: who has it in the list of channels; the other one gets it with the first message. */
  readonly openFor: Set<string>;
  type: number;
  name: string;
  topic: string | null;
  parentId: string | null;
  position: number;
  nsfw: boolean;
  rateLimitPerUser: number;
  overwrites: SimOverwrite[];
  /** Oldest first. */
  readonly messages: SimMessage[];
  lastMessageId: string | null;
}

/** An attachment as messages carry it (Discord docs, "Attachment Object"). */
export interface SimAttachment {
  readonly id: string;
  readonly filename: string;
  readonly size: number;
  readonly url: string;
  readonly proxy_url: string;
  readonly content_type?: string;
  readonly description?: string;
  readonly width?: number;
  readonly height?: number;
}

/** Where a reply points to. */
interface SimReference {
  readonly messageId: string;
  readonly channelId: string;
  readonly guildId: string | undefined;
}

/** Which interaction made a message (Discord docs, "Message Interaction Metadata Object"). */
export interface SimMessageInteraction {
  readonly id: string;
  /** 2 command, 3 component, 5 modal. */
  readonly type: 2 | 3 | 5;
  readonly userId: string;
  /** Commands: with the names of subcommands behind it. */
  readonly name: string | undefined;
  /** Of a follow-up: the message that answered first. */
  readonly originalResponseId: string | undefined;
  /** Components: the message that carries it. */
  readonly interactedMessageId: string | undefined;
  /** Modals: the interaction that opened the form. */
  readonly triggering: SimMessageInteraction | undefined;
}

/** A message. */
export interface SimMessage {
  readonly id: string;
  readonly channelId: string;
  /** Undefined in direct messages. */
  readonly guildId: string | undefined;
  readonly authorId: string;
  /** 0 ordinary, 19 reply, 20 answer to a command. */
  readonly type: number;
  content: string;
  readonly timestamp: string;
  editedTimestamp: string | null;
  flags: number;
  readonly tts: boolean;
  readonly nonce?: string | number | undefined;
  attachments: SimAttachment[];
  embeds: WireObject[];
  components: WireObject[];
  mentionIds: string[];
  mentionRoleIds: string[];
  mentionEveryone: boolean;
  readonly reference?: SimReference | undefined;
  /** The application whose interaction it answers. */
  readonly applicationId?: string | undefined;
  readonly interaction?: SimMessageInteraction | undefined;
  /** Ephemeral (flag 64): the only user who gets it. It is in no history. */
  readonly visibleTo?: string | undefined;
  /** User ids by emoji. */
  readonly reactions: Map<string, Set<string>>;
}

/** Somebody who may log in: a token, and what Discord knows about it. */
export interface SimAccount {
  /** Name by which options, scripts and faults call it. */
  readonly id: string;
  readonly kind: 'bot' | 'user';
  readonly token: string;
  readonly userId: string;
  /** Bots: the toggle "Message Content Intent" of the developer portal. */
  messageContent: boolean;
  /** True after the token was revoked: REST answers 401, the gateway closes with 4004. */
  revoked: boolean;
  /** Users: how large READY shall be at least, in bytes of JSON. */
  readonly readyBytes: number;
}
