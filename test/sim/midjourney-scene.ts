/** A person at the simulated Midjourney bot: over the in-memory port, on a clock that only the test moves. */
import type { Component, Message, MessageChange } from '../../src/core/discord.ts';
import type { CommandOption, InteractionChange, StoredFile } from '../../src/core/interaction.ts';
import { type BuiltWorld, buildWorld, type SimOptions, simPort } from '../../src/sim/index.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { isHeard } from '../support/heard.ts';

/** Whoever presses a button says which by the start of its custom id, or by its label. */
export type ButtonName = string;

/** One person in one channel. */
export class Scene {
  readonly clock = new FakeClock(1_700_000_000_000);
  readonly built: BuiltWorld;
  readonly port: ReturnType<typeof simPort>;
  readonly channelId: string;
  readonly changes: MessageChange[] = [];
  readonly events: InteractionChange[] = [];
  readonly #stopper = new AbortController();
  readonly #applicationId: string;
  #nonce = 0;

  constructor(options: SimOptions & { niji?: boolean } = {}) {
    const { niji, ...rest } = options;
    this.built = buildWorld({ clock: this.clock, ...rest });
    this.port = simPort(this.built.world, 'alice');
    this.channelId = this.built.channels.midjourney ?? '';
    this.#applicationId = niji ? this.built.nijiUserId : this.built.midjourneyUserId;
    void this.#listen();
  }

  get userId(): string {
    return this.port.userId;
  }

  get guildId(): string {
    return this.built.guildId;
  }

  /** The nonce of the newest interaction. */
  get nonce(): string {
    return String(1_000_000 + this.#nonce);
  }

  close(): void {
    this.#stopper.abort();
    this.built.stop();
  }

  async listenTo(channelId: string): Promise<void> {
    for await (const change of this.port.watch({ channelId }, this.#stopper.signal))
      this.changes.push(change);
  }

  async #listen(): Promise<void> {
    void this.listenTo(this.channelId);
    for await (const event of this.port.interactions(this.#stopper.signal)) this.events.push(event);
  }

  /** Sends a command. */
  async command(
    name: string,
    options: readonly CommandOption[] = [],
    files: readonly StoredFile[] = [],
    channelId = this.channelId,
  ): Promise<void> {
    const isHere = channelId === this.channelId;
    const commands = await this.port.commands(isHere ? { guildId: this.guildId } : { channelId });
    const command = commands.find(
      (candidate) => candidate.name === name && candidate.application_id === this.#applicationId,
    );
    if (!command) throw new Error(`no command ${name}`);
    await this.port.interact({
      type: 'command',
      applicationId: this.#applicationId,
      guildId: isHere ? this.guildId : undefined,
      channelId,
      nonce: this.#newNonce(),
      command,
      options,
      files,
    });
  }

  imagine(prompt: string): Promise<void> {
    return this.command('imagine', [{ type: 3, name: 'prompt', value: prompt }]);
  }

  /** Presses a button of a message. */
  async press(message: Message, name: ButtonName, values?: string[]): Promise<void> {
    const button = buttonsOf(message).find(
      ({ custom_id: id, label }) => label === name || id?.startsWith(name),
    );
    if (!button?.custom_id) throw new Error(`no button ${name}`);
    await this.port.interact({
      type: 'component',
      applicationId: this.#applicationId,
      guildId: this.guildId,
      channelId: this.channelId,
      nonce: this.#newNonce(),
      messageId: message.id,
      messageFlags: message.flags ?? 0,
      customId: button.custom_id,
      ...(values ? { values } : {}),
    });
  }

  /** Sends the open form back with other words. */
  async submit(value: string): Promise<void> {
    const modal = this.modal();
    const field = modal.components[0]?.components?.[0];
    await this.port.interact({
      type: 'modal',
      applicationId: this.#applicationId,
      guildId: this.guildId,
      channelId: this.channelId,
      nonce: this.#newNonce(),
      modalId: modal.id,
      customId: modal.customId,
      components: [{ type: 1, components: [{ type: 4, custom_id: field?.custom_id ?? '', value }] }],
    });
  }

  /** The form that opened last. */
  modal() {
    const opened = this.events.findLast((event) => event.type === 'modal-opened');
    if (opened?.type !== 'modal-opened') throw new Error('no form is open');
    return opened.modal;
  }

  /** The page that opened last. */
  frame() {
    const opened = this.events.findLast((event) => event.type === 'frame-opened');
    if (opened?.type !== 'frame-opened') throw new Error('no page is open');
    return opened.frame;
  }

  /** Until everything that was asked for is done. */
  settle(): Promise<void> {
    return this.clock.advance(120_000);
  }

  /** What happened in the channel: `create`, `update` or `delete`, and the text. */
  story(): string[] {
    return this.changes.filter(isHeard).map((change) => {
      if (change.type === 'message-deleted') return 'delete';
      if (change.type === 'typing-started') return 'typing';
      const word = change.type === 'message-created' ? 'create' : 'update';
      return `${word} ${change.message.content ?? ''}`;
    });
  }

  /** All that is to be seen now, oldest first. */
  shown(): Message[] {
    const messages = new Map<string, Message>();
    for (const change of this.changes.filter(isHeard)) {
      if (change.type === 'message-deleted') messages.delete(change.messageId);
      else if (change.type !== 'typing-started') messages.set(change.message.id, change.message);
    }
    return [...messages.values()];
  }

  /** The newest message with a picture. */
  result(): Message {
    const found = this.shown().findLast(({ attachments }) => (attachments?.length ?? 0) > 0);
    if (!found) throw new Error(`no result: ${this.story().join(' | ')}`);
    return found;
  }

  /** Draws and gives the result. */
  async draw(prompt: string): Promise<Message> {
    await this.imagine(prompt);
    await this.settle();
    return this.result();
  }

  /** Presses and gives what came of it. */
  async pressed(message: Message, name: ButtonName): Promise<Message> {
    await this.press(message, name);
    await this.settle();
    return this.result();
  }

  /** The bytes of a message's picture. */
  bytesOf(message: Message): Uint8Array {
    const path = new URL(message.attachments?.[0]?.url ?? '').pathname;
    for (const channel of this.built.world.channels.values()) {
      const found = channel.messages
        .flatMap(({ attachments }) => attachments)
        .find(({ url }) => url.includes(path));
      if (found) return this.built.world.files.read(found)?.bytes ?? new Uint8Array();
    }
    return new Uint8Array();
  }

  #newNonce(): string {
    this.#nonce += 1;
    return this.nonce;
  }
}

/** All buttons and menus of a message. */
export function buttonsOf(message: Message): Component[] {
  return (message.components ?? []).flatMap((row) => row.components ?? []);
}

/** The id of the job that a message's buttons name. */
export function jobIdOf(message: Message): string {
  const ids = buttonsOf(message).map(({ custom_id: id }) => /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(id ?? '')?.[0]);
  return ids.find(Boolean) ?? '';
}
