import { expect } from 'vitest';
import type { HistoryRange, Message, MessageChange, MessageDraft } from '../../../src/core/discord.ts';
import { DISCORD_EPOCH_MS, type Ids } from '../../../src/core/ids.ts';
import type {
  ActivityAnswer,
  ApplicationCommand,
  Interaction,
  InteractionChange,
  StoredFile,
  TaskPort,
} from '../../../src/core/interaction.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { MediaFile } from '../../../src/core/media.ts';
import type { TaskEvent, TaskRequest } from '../../../src/core/task.ts';
import type { AccountNotice, TaskJob, TaskRoom } from '../../../src/core/task-driver.ts';
import { Desk } from '../../../src/drivers/desk/desk.ts';
import type { BotKnowledge } from '../../../src/drivers/desk/knowledge.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export const OWN_ID = '900000000000000001';
export const OTHER_ID = '900000000000000002';
export const CHANNEL_ID = '700000000000000001';
export const GUILD_ID = '600000000000000001';

/** Pushed by the test, read by the desk, until the signal aborts. */
class Feed<Change> {
  readonly readers = new Set<(change: Change | undefined) => void>();

  push(change: Change): void {
    for (const read of this.readers) read(change);
  }

  open(signal: AbortSignal): AsyncIterable<Change> {
    const kept: Change[] = [];
    let wake: (() => void) | undefined;
    const read = (change: Change | undefined) => {
      if (change !== undefined) kept.push(change);
      wake?.();
    };
    this.readers.add(read);
    signal.addEventListener('abort', () => {
      this.readers.delete(read);
      wake?.();
    });
    return (async function* () {
      while (!signal.aborted) {
        const next = kept.shift();
        if (next !== undefined) yield next;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    })();
  }
}

/** A slash command of an application. */
export const command = (name: string, id: string, applicationId: string): ApplicationCommand => ({
  id,
  application_id: applicationId,
  version: '1',
  name,
  type: 1,
});

/** An account's door to Discord whose other side is the test. */
class FakePort implements TaskPort {
  readonly userId = OWN_ID;
  readonly messages = new Map<string, Feed<MessageChange>>();
  readonly told = new Feed<InteractionChange>();
  readonly sent: Interaction[] = [];
  readonly posts: { applicationId: string; path: string; body: unknown }[] = [];
  readonly reactions: { channelId: string; messageId: string; emoji: string }[] = [];
  readonly drafts: MessageDraft[] = [];
  readonly past: Message[] = [];
  historyReads = 0;
  commandReads = 0;
  historyError: Error | undefined;
  activityAnswer: ActivityAnswer = { status: 200, body: 'success' };
  commandList: ApplicationCommand[] = [];
  /** What becomes of an interaction before Discord answers; the answer is taken (204) unless it throws. */
  onInteract: (interaction: Interaction) => Promise<void> | void = () => {};

  #feed(channelId: string): Feed<MessageChange> {
    const feed = this.messages.get(channelId) ?? new Feed<MessageChange>();
    this.messages.set(channelId, feed);
    return feed;
  }

  /** The channel's event. */
  emit(change: MessageChange, channelId = CHANNEL_ID): void {
    this.#feed(channelId).push(change);
  }

  /** The session's event. */
  tell(change: InteractionChange): void {
    this.told.push(change);
  }

  get reading(): number {
    return [...this.messages.values()].reduce((sum, feed) => sum + feed.readers.size, this.told.readers.size);
  }

  watch({ channelId }: { channelId: string }, signal: AbortSignal): AsyncIterable<MessageChange> {
    return this.#feed(channelId).open(signal);
  }

  interactions(signal: AbortSignal): AsyncIterable<InteractionChange> {
    return this.told.open(signal);
  }

  async history(_channelId: string, range: HistoryRange): Promise<Message[]> {
    this.historyReads += 1;
    if (this.historyError) throw this.historyError;
    const { after, limit = 50 } = range;
    const since = after === undefined ? [] : this.past.filter(({ id }) => BigInt(id) > BigInt(after));
    const read = after === undefined ? this.past.slice(-limit) : since.slice(0, limit);
    return read.map(({ nonce: _, ...message }) => message);
  }

  async send(channelId: string, draft: MessageDraft): Promise<Message> {
    this.drafts.push(draft);
    const attachments = (draft.files ?? []).map(({ name }) => ({
      id: '1',
      filename: name,
      url: `https://cdn.discordapp.com/attachments/1/${name}`,
    }));
    return { id: `${this.drafts.length}`, channel_id: channelId, attachments };
  }

  async interact(interaction: Interaction): Promise<void> {
    this.sent.push(interaction);
    await this.onInteract(interaction);
  }

  async store(_channelId: string, file: MediaFile): Promise<StoredFile> {
    return { filename: file.name, uploadedFilename: `stored/${file.name}` };
  }

  async commands(): Promise<ApplicationCommand[]> {
    this.commandReads += 1;
    return this.commandList;
  }

  async openDirectChannel(): Promise<string> {
    return '800000000000000001';
  }

  async react(channelId: string, messageId: string, emoji: string): Promise<void> {
    this.reactions.push({ channelId, messageId, emoji });
  }

  async refreshLinks(urls: readonly string[]): Promise<ReadonlyMap<string, string>> {
    expect(urls.length).toBeLessThanOrEqual(50);
    return new Map(urls.map((url) => [url, `${url}?fresh`]));
  }

  async postToActivity(applicationId: string, path: string, body: unknown): Promise<ActivityAnswer> {
    this.posts.push({ applicationId, path, body });
    return this.activityAnswer;
  }
}

/** What one job told, and how it ended. */
export interface Followed {
  readonly events: TaskEvent[];
  readonly signal: AbortController;
  error: unknown;
  isOver: boolean;
}

/** The desk of a bot in front of a fake Discord. */
export class DeskWorld<Options> {
  readonly clock = new FakeClock();
  readonly port = new FakePort();
  readonly notices: AccountNotice[] = [];
  readonly desk: Desk;
  readonly room: TaskRoom<Options>;
  readonly botId: string;
  #count = 0;

  /** @param knownBy when a job's twin is sent; at once by default, as matching must hold whatever is under way */
  constructor(
    options: Options,
    knowledge: (options: Options) => BotKnowledge,
    botId: string,
    knownBy: BotKnowledge['knownBy'] = ['nonce'],
  ) {
    this.botId = botId;
    const ids: Ids = { hex: () => 'f'.repeat(24), nonce: () => this.snowflake() };
    this.room = {
      options,
      accountId: 'alice',
      guildId: GUILD_ID,
      channelId: CHANNEL_ID,
      port: this.port,
      clock: this.clock,
      ids,
      log: silentLog,
      report: (notice) => this.notices.push(notice),
    };
    this.desk = new Desk(this.room, { ...knowledge(options), knownBy });
  }

  /** An id as Discord would give it now. */
  snowflake(): string {
    this.#count += 1;
    return ((BigInt(this.clock.now() - DISCORD_EPOCH_MS) << 22n) | BigInt(this.#count)).toString();
  }

  job(request: Partial<TaskRequest> = {}, more: Partial<TaskJob> = {}): TaskJob {
    this.#count += 1;
    return {
      id: `${this.#count}`,
      request: { verb: 'imagine', prompt: 'a small cat', links: [], files: 0, ...request },
      files: [],
      trace: {},
      startedAt: this.clock.now(),
      ...more,
    };
  }

  /** Runs a job and takes its events as fast as they come. */
  follow(job: TaskJob): Followed {
    const signal = new AbortController();
    const followed: Followed = { events: [], signal, error: undefined, isOver: false };
    void (async () => {
      try {
        for await (const event of this.desk.run(job, signal.signal)) followed.events.push(event);
      } catch (error) {
        followed.error = error;
      }
      followed.isOver = true;
    })();
    return followed;
  }

  /** Runs a job until it was sent; gives the nonce too. */
  async submit(job: TaskJob = this.job()): Promise<{ followed: Followed; nonce: string }> {
    const before = this.port.sent.length;
    const followed = this.follow(job);
    await this.clock.settle();
    return { followed, nonce: this.port.sent[before]?.nonce ?? '' };
  }

  created(message: Message): void {
    this.port.emit({ type: 'message-created', message });
  }

  updated(message: Message): void {
    this.port.emit({ type: 'message-updated', message });
  }

  message(more: Partial<Message> = {}): Message {
    return {
      id: this.snowflake(),
      channel_id: CHANNEL_ID,
      author: { id: this.botId, bot: true },
      flags: 0,
      ...more,
    };
  }
}

/** The name of the picture that a job ended with. */
export function pictureOf(followed: Followed): string | undefined {
  const last = followed.events.at(-1);
  return last?.type === 'job-ended' ? last.media[0]?.name : undefined;
}

/** The types of what a job told, in order. */
export function typesOf(followed: Followed): string[] {
  return followed.events.map((event) => event.type);
}
