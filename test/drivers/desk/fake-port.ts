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
import { MidjourneyDesk } from '../../../src/drivers/desk/desk.ts';
import {
  MIDJOURNEY_ID,
  type MidjourneyOptions,
  midjourneyBotSchema,
} from '../../../src/drivers/midjourney/options.ts';
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

const command = (name: string, id: string): ApplicationCommand => ({
  id,
  application_id: MIDJOURNEY_ID,
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
  commandList: ApplicationCommand[] = [
    'imagine',
    'blend',
    'describe',
    'shorten',
    'show',
    'info',
    'prefer',
  ].map((name, index) => command(name, `${index}`));
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
    return this.past.slice(-(range.limit ?? 50)).map(({ nonce: _, ...message }) => message);
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

/** A desk in front of a fake Discord. */
export class World {
  readonly clock = new FakeClock();
  readonly port = new FakePort();
  readonly notices: AccountNotice[] = [];
  readonly desk: MidjourneyDesk;
  readonly room: TaskRoom<MidjourneyOptions>;
  #count = 0;

  constructor(options: Partial<MidjourneyOptions> = {}) {
    const rooms = [{ account: 'alice', channelId: CHANNEL_ID }];
    const ids: Ids = { hex: () => 'f'.repeat(24), nonce: () => this.snowflake() };
    this.room = {
      options: { ...midjourneyBotSchema.parse({ rooms }), spacingMs: 0, ...options },
      accountId: 'alice',
      guildId: GUILD_ID,
      channelId: CHANNEL_ID,
      port: this.port,
      clock: this.clock,
      ids,
      log: silentLog,
      report: (notice) => this.notices.push(notice),
    };
    this.desk = new MidjourneyDesk(this.room);
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
      author: { id: MIDJOURNEY_ID, bot: true },
      flags: 0,
      ...more,
    };
  }

  /** `**a small cat** - <@1> (Waiting to start)`. */
  start(nonce: string | undefined, jobId: string | undefined, more: Partial<Message> = {}): Message {
    const cancel = { type: 2, custom_id: `MJ::CancelJob::ByJobid::${jobId}`, label: 'Cancel Job', style: 4 };
    return this.message({
      content: `**a small cat** - <@${OWN_ID}> (Waiting to start)`,
      ...(nonce === undefined ? {} : { nonce }),
      ...(jobId === undefined ? {} : { components: [{ type: 1, components: [cancel] }] }),
      ...more,
    });
  }

  /** The progress message with a percentage and a preview. */
  progress(id: string, percent: number, jobId: string, more: Partial<Message> = {}): Message {
    const filename = `${jobId}_grid_0.webp`;
    return this.message({
      id,
      content: `**a small cat** - <@${OWN_ID}> (${percent}%) (fast)`,
      attachments: [{ id: this.snowflake(), filename, url: `https://cdn.test/${filename}` }],
      ...more,
    });
  }

  /** The finished picture with its buttons. */
  final(jobId: string, more: Partial<Message> = {}): Message {
    const filename = `alice_a_small_cat_${jobId}.png`;
    const button = { type: 2, custom_id: `MJ::JOB::upsample::1::${jobId}`, label: 'U1', style: 2 };
    return this.message({
      content: `**a small cat** - <@${OWN_ID}> (fast)`,
      attachments: [{ id: this.snowflake(), filename, url: `https://cdn.test/${filename}` }],
      components: [{ type: 1, components: [button] }],
      ...more,
    });
  }

  /** A red card. */
  notice(title: string, more: Partial<Message> = {}): Message {
    return this.message({ embeds: [{ title, description: 'So it is.', color: 16_711_680 }], ...more });
  }
}

/** A job id of the bot. */
export function uuid(number: number): string {
  return `4e68485a-900c-4c1b-9222-${number.toString(16).padStart(12, '0')}`;
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
