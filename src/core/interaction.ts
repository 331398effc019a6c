/**
 * The second half of the port to Discord: what a person's account does with the bots of others — commands, buttons,
 * forms, uploads. Source: discord.com's own client, as `docs/discord-user-protocol.md` describes it; Discord documents
 * the receiving side in "Interactions".
 */
import type { DiscordPort, Snowflake } from './discord.ts';
import type { MediaFile } from './media.ts';

/** A command as an application command index holds it, in the shape of the wire. */
export interface ApplicationCommand {
  readonly id: Snowflake;
  readonly application_id: Snowflake;
  /** Changes whenever the bot's makers change the command; an old one is refused. */
  readonly version: Snowflake;
  /** May be localised; `name_default` is then the original. */
  readonly name: string;
  readonly name_default?: string;
  /** 1 = slash command. */
  readonly type: number;
  readonly options?: readonly { readonly type: number; readonly name: string; readonly required?: boolean }[];
}

/** A value given to a command's option: type 3 string, 4 integer, 11 attachment (its `id` as a number), 1 subcommand. */
export interface CommandOption {
  readonly type: number;
  readonly name: string;
  readonly value?: string | number | boolean;
  readonly options?: readonly CommandOption[];
}

/** A file in Discord's storage that no message carries yet. */
export interface StoredFile {
  readonly filename: string;
  /** Discord's name of the file, to be given as `uploaded_filename`. */
  readonly uploadedFilename: string;
}

/** A component of a form as it is sent back: an action row (1) or label (18) around text inputs (4) with their values. */
export interface FilledComponent {
  readonly type: number;
  readonly custom_id?: string;
  readonly value?: string;
  readonly component?: FilledComponent;
  readonly components?: readonly FilledComponent[];
}

/** Where an interaction happens. */
interface InteractionPlace {
  readonly applicationId: Snowflake;
  /** Absent in a direct message. */
  readonly guildId?: Snowflake | undefined;
  readonly channelId: Snowflake;
  /** Unique; Discord makes nothing of a second interaction of the same nonce. */
  readonly nonce: string;
}

/** Something done with a bot. */
export type Interaction =
  | (InteractionPlace & {
      readonly type: 'command';
      readonly command: ApplicationCommand;
      readonly options: readonly CommandOption[];
      /** By the `id` that attachment options name: the position in this list. */
      readonly files?: readonly StoredFile[];
    })
  | (InteractionPlace & {
      readonly type: 'component';
      /** The message that carries the button or menu, and its flags (64 = ephemeral). */
      readonly messageId: Snowflake;
      readonly messageFlags: number;
      readonly customId: string;
      /** Chosen values of a string select menu; absent for a button. */
      readonly values?: readonly string[];
    })
  | (InteractionPlace & {
      readonly type: 'modal';
      /** Id of the form, as `modal-opened` gave it. */
      readonly modalId: Snowflake;
      readonly customId: string;
      readonly components: readonly FilledComponent[];
    });

/** A component of a form that a bot opened, in the shape of the wire. */
export interface ModalComponent {
  readonly type: number;
  readonly custom_id?: string;
  readonly label?: string;
  /** What the field holds already. */
  readonly value?: string;
  readonly required?: boolean;
  readonly max_length?: number;
  readonly component?: ModalComponent;
  readonly components?: readonly ModalComponent[];
}

/** A form that a bot opened (`INTERACTION_MODAL_CREATE`). */
export interface OpenedModal {
  readonly id: Snowflake;
  /** The nonce of the interaction that it answers. */
  readonly nonce?: string | undefined;
  readonly channelId: Snowflake;
  readonly applicationId?: Snowflake | undefined;
  readonly customId: string;
  readonly title: string;
  readonly components: readonly ModalComponent[];
}

/** A page of the bot's own that opened in the client (`INTERACTION_IFRAME_MODAL_CREATE`). */
export interface OpenedFrame {
  readonly id: Snowflake;
  readonly nonce?: string | undefined;
  readonly channelId: Snowflake;
  readonly applicationId?: Snowflake | undefined;
  readonly customId: string;
  readonly title: string;
  /** Path on the application's own host. */
  readonly path: string;
}

/** What the gateway tells the session that made an interaction. */
export type InteractionChange =
  | { readonly type: 'interaction-created'; readonly interactionId: Snowflake; readonly nonce: string }
  | { readonly type: 'interaction-succeeded'; readonly interactionId: Snowflake; readonly nonce: string }
  /** Not final: the bot may still do the work. */
  | {
      readonly type: 'interaction-failed';
      readonly interactionId: Snowflake;
      readonly nonce: string;
      readonly reasonCode?: number | undefined;
    }
  | { readonly type: 'modal-opened'; readonly modal: OpenedModal }
  | { readonly type: 'frame-opened'; readonly frame: OpenedFrame };

/** Where command indexes are kept: those of a guild, or of a direct-message channel. */
export type CommandPlace = { readonly guildId: Snowflake } | { readonly channelId: Snowflake };

/** What a form of an application's own page is answered with. */
export interface ActivityAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * What an account can do with bots. Every method but `interactions` throws `GatewayError` like those of `DiscordPort`;
 * `human_required` when Discord wants a captcha solved, which nobody but a person may do.
 */
export interface InteractionPort {
  /** What becomes of this account's interactions from the call on, until the signal aborts. */
  interactions(signal: AbortSignal): AsyncIterable<InteractionChange>;
  /**
   * Does something with a bot. Resolves when Discord took it (204), which says nothing about the bot. A lost answer is
   * asked for again once, with the same nonce.
   * @throws GatewayError command_outdated when the command's version is old; discord_refused, human_required,
   * rate_limited; discord_unreachable and discord_timeout leave open whether it was taken
   */
  interact(interaction: Interaction, signal?: AbortSignal): Promise<void>;
  /** Puts a file into Discord's storage, for an option of a command or a message. */
  store(channelId: Snowflake, file: MediaFile, signal?: AbortSignal): Promise<StoredFile>;
  /** All commands that can be used in a place; names are asked for in English. */
  commands(place: CommandPlace, signal?: AbortSignal): Promise<ApplicationCommand[]>;
  /** The channel of direct messages with a user or bot. */
  openDirectChannel(userId: Snowflake, signal?: AbortSignal): Promise<Snowflake>;
  /** Adds the account's reaction to a message; `emoji` is the character itself. */
  react(channelId: Snowflake, messageId: Snowflake, emoji: string, signal?: AbortSignal): Promise<void>;
  /** Signs links to attachments anew: by the old link, those that Discord knows. At most 50. */
  refreshLinks(urls: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Posts JSON to an application's own host (`discord.activity`), without the account's token. */
  postToActivity(
    applicationId: Snowflake,
    path: string,
    body: unknown,
    signal?: AbortSignal,
  ): Promise<ActivityAnswer>;
}

/** The door of an account that works with bots in a channel. */
export type TaskPort = Pick<DiscordPort, 'userId' | 'watch' | 'history' | 'send'> & InteractionPort;
