/** Applications with commands: bots that people use by slash commands, buttons and forms. */
import type { SimAttachment, SimMessage, WireObject } from './model.ts';

/** A command as the application command index shows it; wire-shaped. */
export interface SimCommand {
  readonly id: string;
  readonly name: string;
  /** A snowflake; an interaction with another one is refused as outdated. */
  version: string;
  /** 1 = slash command. */
  readonly type: number;
  readonly description: string;
  /** Discord docs, "Application Command Option Structure". */
  readonly options: readonly WireObject[];
  /** Names by locale, as `name_localizations` of options. */
  readonly nameLocalizations?: Readonly<Record<string, string>>;
}

/** An application and its bot, which share one id. */
export interface SimApplication {
  readonly id: string;
  readonly name: string;
  readonly commands: readonly SimCommand[];
  /** Called after Discord took the interaction (204), in the same turn of the event loop or later. */
  handle(interaction: SimInteraction): void;
  /** What a page of the application's own host answers; undefined = 404. */
  activity?(method: string, path: string, body: unknown): { status: number; body: unknown } | undefined;
  /** Somebody reacted to a message of the bot. */
  reacted?(message: SimMessage, emoji: string, userId: string): void;
}

/** A value that a command's option was given. */
export interface SimOptionValue {
  readonly name: string;
  readonly type: number;
  readonly value?: string | number | boolean | undefined;
  /** Of an option of type 11: the file, taken out of the storage and put under ephemeral-attachments. */
  readonly attachment?: SimAttachment | undefined;
  readonly options?: readonly SimOptionValue[] | undefined;
}

/** A message that answers an interaction. */
export interface SimReply {
  readonly content?: string;
  readonly embeds?: WireObject[];
  readonly components?: WireObject[];
  readonly attachments?: SimAttachment[];
  /** 64 = only the user of the interaction sees it, and no history holds it; 128 = "thinking". */
  readonly flags?: number;
  /** True when MESSAGE_CREATE carries the interaction's nonce. */
  readonly withNonce?: boolean;
  /** True when it carries `interaction` and `interaction_metadata` (default true). */
  readonly withMetadata?: boolean;
  /** The message it replies to (type 19). */
  readonly replyTo?: string;
}

/** Something that a person did with an application, and what the application may do about it. */
export interface SimInteraction {
  readonly id: string;
  readonly nonce: string | undefined;
  /** 2 command, 3 component, 5 modal. */
  readonly type: 2 | 3 | 5;
  readonly applicationId: string;
  readonly userId: string;
  readonly channelId: string;
  /** Undefined in a direct message. */
  readonly guildId: string | undefined;
  readonly command?: { readonly name: string; readonly options: readonly SimOptionValue[] };
  /** `message` is undefined when it was ephemeral and is gone. */
  readonly component?: {
    readonly messageId: string;
    readonly message: SimMessage | undefined;
    readonly customId: string;
    readonly values: readonly string[];
  };
  readonly modal?: { readonly customId: string; readonly values: Readonly<Record<string, string>> };
  /** INTERACTION_SUCCESS to the session that made it. */
  succeed(): void;
  /** INTERACTION_FAILURE to the session that made it. */
  fail(reasonCode?: number): void;
  /** INTERACTION_MODAL_CREATE; `components` wire-shaped. Gives the form's id. */
  openModal(modal: { customId: string; title: string; components: WireObject[] }): string;
  /** INTERACTION_IFRAME_MODAL_CREATE; gives its id. */
  openFrame(frame: { customId: string; title: string; path: string }): string;
  /** Writes a message of the bot that belongs to this interaction; edit and delete it with the world's functions. */
  reply(reply: SimReply): SimMessage;
}
