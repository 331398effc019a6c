/** Life of one interaction: what the session that made it hears, and what the application may do about it. */
import type { SimApplication, SimInteraction, SimOptionValue, SimReply } from './applications.ts';
import { createMessage } from './messages.ts';
import type { SimChannel, SimMessage, SimMessageInteraction, WireObject } from './model.ts';
import { renderUserId } from './wire.ts';
import type { EventName, World } from './world.ts';

/** An application that says nothing for so long has failed (Discord docs, "Responding to an Interaction"). */
const FIRST_WORD_MS = 3000;
/** Reason codes of INTERACTION_FAILURE. */
const REASON = { unknown: 1, timeout: 2 } as const;
/** Flag of messages that only the user of the interaction sees. */
const EPHEMERAL = 64;

/** An interaction that was checked and is to be handed to its application. */
export interface NewInteraction
  extends Pick<SimInteraction, 'nonce' | 'type' | 'userId' | 'command' | 'component' | 'modal'> {
  readonly application: SimApplication;
  readonly channel: SimChannel;
  /** Session that hears of it; one that does not live hears nothing. */
  readonly sessionId: string;
  /** Modals: the interaction that opened the form. */
  readonly triggering: SimMessageInteraction | undefined;
}

/** Makes the interaction, tells the session and hands it to the application. */
export function startInteraction(world: World, draft: NewInteraction): void {
  const running = new Running(world, draft);
  world.counts.interactionsCreated += 1;
  running.tell('INTERACTION_CREATE', {});
  running.expectWord();
  draft.application.handle(running);
}

/** What an application holds in its hands. */
class Running implements SimInteraction {
  readonly id: string;
  readonly nonce: string | undefined;
  readonly type: 2 | 3 | 5;
  readonly applicationId: string;
  readonly userId: string;
  readonly channelId: string;
  readonly guildId: string | undefined;
  readonly command?: NonNullable<SimInteraction['command']>;
  readonly component?: NonNullable<SimInteraction['component']>;
  readonly modal?: NonNullable<SimInteraction['modal']>;
  readonly #world: World;
  readonly #draft: NewInteraction;
  #firstReplyId: string | undefined;
  #succeeded = false;
  #heardWord = () => {};

  constructor(world: World, draft: NewInteraction) {
    this.#world = world;
    this.#draft = draft;
    this.id = world.newId();
    this.nonce = draft.nonce;
    this.type = draft.type;
    this.applicationId = draft.application.id;
    this.userId = draft.userId;
    this.channelId = draft.channel.id;
    this.guildId = draft.channel.guildId;
    if (draft.command) this.command = draft.command;
    if (draft.component) this.component = draft.component;
    if (draft.modal) this.modal = draft.modal;
  }

  /** Tells the session; nobody else hears of interactions. */
  tell(name: EventName, data: WireObject): void {
    const { channel, sessionId } = this.#draft;
    this.#world.emit({
      name,
      guild: this.#world.guildOf(channel),
      channel,
      onlyFor: this.userId,
      sessionId,
      data: { id: this.id, ...data, ...(this.nonce === undefined ? {} : { nonce: this.nonce }) },
    });
  }

  /** Lets the interaction fail when the application says nothing in time. */
  expectWord(): void {
    const { unanswered, clock } = this.#world;
    const cancel = clock.after(FIRST_WORD_MS, () => {
      unanswered.delete(cancel);
      this.tell('INTERACTION_FAILURE', { reason_code: REASON.timeout });
    });
    unanswered.add(cancel);
    this.#heardWord = () => {
      cancel();
      unanswered.delete(cancel);
    };
  }

  succeed(): void {
    this.#heardWord();
    if (this.#succeeded) return;
    this.#succeeded = true;
    this.tell('INTERACTION_SUCCESS', {});
  }

  fail(reasonCode: number = REASON.unknown): void {
    this.#heardWord();
    this.tell('INTERACTION_FAILURE', { reason_code: reasonCode });
  }

  openModal(modal: { customId: string; title: string; components: WireObject[] }): string {
    this.#heardWord();
    const { userId, applicationId, channelId } = this;
    const { customId, title, components } = modal;
    const triggering = this.#metadata();
    this.#world.forms.set(this.id, { userId, applicationId, channelId, customId, triggering });
    this.tell('INTERACTION_MODAL_CREATE', { ...this.#window(customId, title), components });
    return this.id;
  }

  openFrame(frame: { customId: string; title: string; path: string }): string {
    this.#heardWord();
    const window = this.#window(frame.customId, frame.title);
    this.tell('INTERACTION_IFRAME_MODAL_CREATE', { ...window, iframe_path: frame.path, modal_size: 2 });
    return this.id;
  }

  reply(reply: SimReply): SimMessage {
    this.#heardWord();
    const { withNonce = false, withMetadata = true, replyTo, flags = 0, ...content } = reply;
    const message = createMessage(this.#world, this.#draft.channel, {
      ...content,
      flags,
      replyTo,
      authorId: this.applicationId,
      applicationId: this.applicationId,
      nonce: withNonce ? this.nonce : undefined,
      interaction: withMetadata ? this.#metadata() : undefined,
      visibleTo: flags & EPHEMERAL ? this.userId : undefined,
    });
    this.#firstReplyId ??= message.id;
    return message;
  }

  #window(customId: string, title: string): WireObject {
    const { id, name } = this.#draft.application;
    const application = { id, name, icon: null, description: '', bot: renderUserId(this.#world, id) };
    return { channel_id: this.channelId, custom_id: customId, application, title };
  }

  #metadata(): SimMessageInteraction {
    return {
      id: this.id,
      type: this.type,
      userId: this.userId,
      name: this.command && fullName(this.command.name, this.command.options),
      originalResponseId: this.#firstReplyId,
      interactedMessageId: this.component?.messageId,
      triggering: this.#draft.triggering,
    };
  }
}

/** A command's name with those of its subcommand group and subcommand behind it. */
function fullName(name: string, options: readonly SimOptionValue[]): string {
  const sub = options.find(({ type }) => type === 1 || type === 2);
  return sub ? fullName(`${name} ${sub.name}`, sub.options ?? []) : name;
}
