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

/** A channel of a guild: type 0 is text, 4 a category. */
export interface SimChannel {
  readonly id: string;
  readonly guildId: string;
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
  readonly guildId: string;
}

/** A message. */
export interface SimMessage {
  readonly id: string;
  readonly channelId: string;
  readonly guildId: string;
  readonly authorId: string;
  /** 0 ordinary, 19 reply. */
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
