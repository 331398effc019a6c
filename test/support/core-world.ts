import { ChatBot, type ChatBotSetup } from '../../src/core/bot.ts';
import type { Caller } from '../../src/core/caller.ts';
import type { ChatAnswer, ChatMessage, ChatRequest } from '../../src/core/chat.ts';
import type { BotDriver, BotEvent, Job, Room } from '../../src/core/driver.ts';
import { type Ids, randomIds } from '../../src/core/ids.ts';
import { silentLog } from '../../src/core/log.ts';
import type { MediaLoader } from '../../src/core/media.ts';
import type { ChatReport } from '../../src/core/observe.ts';
import { createService, type RunningService } from '../../src/core/service.ts';
import type { Store } from '../../src/core/store.ts';
import { createMemoryStore } from '../../src/stores/memory.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeDiscord } from './fake-discord.ts';

/** One run of the fake driver: what it was asked, and where. */
export interface Asked {
  readonly job: Job;
  readonly room: Room<unknown>;
}

/** How the fake bot answers; by default it repeats what it was told. */
export type Behaviour = (asked: Asked) => AsyncGenerator<BotEvent>;

/** Sends the text of the last line and answers "re: …". */
export async function* echo({ job, room }: Asked): AsyncGenerator<BotEvent> {
  const text = job.messages.at(-1)?.text ?? '';
  yield { type: 'job-submitted', nonce: room.ids.nonce() };
  const draft = { content: text, nonce: '1', mentionUserIds: [] };
  const message = await room.send.send(room.channelId, draft, room.signal);
  yield { type: 'job-accepted', messageId: message.id };
  yield { type: 'text-delta', text: `re: ${text}` };
  yield { type: 'job-ended', reason: 'stop', media: [] };
}

/** The service with a fake Discord, a fake driver and a clock that stands still. */
export class CoreWorld {
  readonly clock = new FakeClock();
  readonly discord = new FakeDiscord();
  readonly ids: Ids = randomIds(this.clock);
  readonly asked: Asked[] = [];
  readonly reports: ChatReport[] = [];
  readonly store: Store;
  behaviour: Behaviour = echo;
  readonly bots: ChatBot[];
  readonly service: RunningService;
  media: MediaLoader = {
    load: async () => ({ name: 'image.png', contentType: 'image/png', bytes: new Uint8Array([1]) }),
  };

  constructor(
    options: {
      bots?: Partial<ChatBotSetup>[];
      channels?: Partial<ChatBotSetup['channels']>;
      store?: Store;
    } = {},
  ) {
    this.store = options.store ?? createMemoryStore();
    const tools = { clock: this.clock, ids: this.ids, log: silentLog };
    this.bots = (options.bots ?? [{}]).map((bot) => {
      return new ChatBot(this.#setup(bot, options.channels), { store: this.store, ...tools });
    });
    this.service = createService({
      bots: this.bots,
      media: { load: (source, signal) => this.media.load(source, signal) },
      tokens: { count: async (text) => text.split(' ').length },
      observer: { chatEnded: (report) => this.reports.push(report) },
      ...tools,
    });
  }

  #setup(bot: Partial<ChatBotSetup>, channels: Partial<ChatBotSetup['channels']> = {}): ChatBotSetup {
    const run = (job: Job, room: Room<unknown>) => {
      this.asked.push({ job, room });
      return this.behaviour({ job, room });
    };
    const driver: BotDriver<unknown> = { name: 'fake', verbs: ['chat'], run, latest: async () => undefined };
    return {
      id: 'coze',
      models: ['gpt-4o'],
      driver,
      options: {},
      listener: {
        port: this.discord,
        ready: async () => {},
        isConnected: () => true,
        trouble: () => undefined,
        reconnect: async () => {},
      },
      senders: [{ id: 'alice', port: this.discord }],
      botUserIds: ['B1'],
      keepalive: { everyMinutes: 0, maxIdleMinutes: 720, channel: 'keepalive', message: 'still there?' },
      channels: {
        guildId: 'G',
        maxChannels: 50,
        spareChannels: 0,
        channelIdleMs: 3_600_000,
        queue: 100,
        waitMs: 60_000,
        answerMs: 60_000,
        settleMs: 10_000,
        ...channels,
      },
      ...bot,
    };
  }

  async open(): Promise<void> {
    for (const bot of this.bots) await bot.open();
  }

  /** The texts that the bot was sent in run `index`. */
  told(index: number): string[] {
    return this.asked.at(index)?.job.messages.map(({ text }) => text) ?? [];
  }

  request(messages: readonly (string | ChatMessage)[], more: Partial<ChatRequest> = {}): ChatRequest {
    return {
      caller: CALLER,
      model: 'gpt-4o',
      messages: messages.map((message, index) =>
        typeof message === 'string'
          ? { role: index % 2 === 0 ? 'user' : 'assistant', text: message, files: [] }
          : message,
      ),
      signal: new AbortController().signal,
      streamed: true,
      requestId: 'r1',
      ...more,
    };
  }

  /** Asks like a dialect does: collects the events, remembers the answer, runs to the end. */
  async ask(
    messages: readonly (string | ChatMessage)[],
    more: Partial<ChatRequest> = {},
  ): Promise<ChatAnswer> {
    const chat = this.service.chat(this.request(messages, more));
    let answer: ChatAnswer | undefined;
    for await (const event of chat.events) {
      if (event.type !== 'answer-completed') continue;
      answer = event.answer;
      chat.remember(answer.text);
    }
    if (!answer) throw new Error('no answer');
    return answer;
  }
}

export const CALLER: Caller = { id: 'nextchat', admin: false, bots: ['*'] };
