import type {
  Channel,
  ChannelDraft,
  DiscordPort,
  HistoryRange,
  Message,
  MessageChange,
  MessageDraft,
  MessageFilter,
} from '../../src/core/discord.ts';
import { GatewayError } from '../../src/core/errors.ts';

interface Watcher {
  readonly channelId: string;
  push(change: MessageChange): void;
}

/** A port whose channels are a map and whose events are what the test says. */
export class FakeDiscord implements DiscordPort {
  readonly userId = '900000000000000001';
  readonly channels = new Map<string, Channel>();
  readonly sent: { channelId: string; draft: MessageDraft; id: string }[] = [];
  readonly calls: string[] = [];
  /** Set to make the named method fail with an error. */
  readonly failures = new Map<string, () => Error | undefined>();
  /** Called after each message was sent, before `send` answers. */
  onSend: ((channelId: string, message: Message, draft: MessageDraft) => void) | undefined;
  #nextId = 1_000;
  readonly #watchers = new Set<Watcher>();

  nextId(): string {
    this.#nextId += 1;
    return `90000000000000${this.#nextId}`;
  }

  get watching(): number {
    return this.#watchers.size;
  }

  emit(channelId: string, change: MessageChange): void {
    for (const watcher of this.#watchers) if (watcher.channelId === channelId) watcher.push(change);
  }

  async *watchLater(
    queue: MessageChange[],
    state: { wake?: () => void },
    signal: AbortSignal,
  ): AsyncGenerator<MessageChange> {
    while (!signal.aborted || queue.length > 0) {
      const next = queue.shift();
      if (next) yield next;
      else if (!signal.aborted) {
        await new Promise<void>((resolve) => {
          state.wake = resolve;
        });
      }
    }
  }

  watch(filter: MessageFilter, signal: AbortSignal): AsyncIterable<MessageChange> {
    const queue: MessageChange[] = [];
    const state: { wake?: () => void } = {};
    const watcher = {
      channelId: filter.channelId,
      push: (change: MessageChange) => {
        queue.push(change);
        state.wake?.();
      },
    };
    this.#watchers.add(watcher);
    signal.addEventListener('abort', () => {
      this.#watchers.delete(watcher);
      state.wake?.();
    });
    return this.watchLater(queue, state, signal);
  }

  async send(channelId: string, draft: MessageDraft, signal?: AbortSignal): Promise<Message> {
    signal?.throwIfAborted();
    this.#enter('send');
    if (this.channels.size > 0 && !this.channels.has(channelId)) throw refusal(404, 10_003);
    const message = {
      id: this.nextId(),
      channel_id: channelId,
      content: draft.content,
      author: { id: this.userId },
    };
    this.sent.push({ channelId, draft, id: message.id });
    this.onSend?.(channelId, message, draft);
    return message;
  }

  async history(_channelId: string, _range: HistoryRange): Promise<Message[]> {
    return [];
  }

  async createChannel(_guildId: string, draft: ChannelDraft): Promise<Channel> {
    this.#enter('createChannel');
    const channel = { id: this.nextId(), name: draft.name };
    this.channels.set(channel.id, channel);
    return channel;
  }

  async renameChannel(id: string, name: string): Promise<Channel> {
    this.#enter('renameChannel');
    const channel = { id, name };
    this.channels.set(id, channel);
    return channel;
  }

  async deleteChannel(id: string): Promise<void> {
    this.#enter('deleteChannel');
    this.channels.delete(id);
  }

  async listChannels(): Promise<Channel[]> {
    this.#enter('listChannels');
    return [...this.channels.values()];
  }

  #enter(call: string): void {
    this.calls.push(call);
    const failure = this.failures.get(call)?.();
    if (failure !== undefined) throw failure;
  }
}

/** An error as the transport throws it when Discord refused a call. */
export function refusal(status: number, discordCode: number): GatewayError {
  return new GatewayError('discord_refused', `Discord refused (${discordCode})`, {
    cause: { status, discordCode },
  });
}
