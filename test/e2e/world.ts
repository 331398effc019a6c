import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';
import { discordSchema } from '../../src/config/sections/discord.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { type RunningGateway, startGateway } from '../../src/gateway.ts';
import { type Sim, type SimOptions, startSim } from '../../src/sim/index.ts';
import { LogBook } from './log-book.ts';
import { type Body, OpenStream, type Reply, readReply, type Streamed } from './reply.ts';

/** A gateway in front of a simulated Discord, both on free ports. */
export interface EndToEnd {
  readonly sim: Sim;
  readonly gateway: RunningGateway;
  readonly url: string;
  /** All that was logged or answered; searched for secrets when the world closes. */
  readonly book: LogBook;
  /** Posts JSON with a key; the default key may use everything. */
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Response>;
  /** Gets a path with the default key. */
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  /** Asks for a whole answer; a text stands for one user message. */
  chat(body: string | Body, headers?: Record<string, string>, signal?: AbortSignal): Promise<Reply>;
  /** Asks for a streamed answer and reads it to its end. */
  stream(body: string | Body, headers?: Record<string, string>): Promise<Streamed>;
  /** Asks for a streamed answer that the test reads step by step. */
  open(body: string | Body, headers?: Record<string, string>): Promise<OpenStream>;
  /** The text of a whole answer; throws on any other. */
  ask(text: string, headers?: Record<string, string>): Promise<string>;
  /** Stops both, and fails when a token or a key was logged or answered. */
  close(): Promise<void>;
}

export const KEY = 'sk-test-0123456789';
export const OTHER_KEY = 'sk-other-9876543210';
export const ELSEWHERE_KEY = 'sk-elsewhere-5555555';

const hasPacing = 'requestsPerSecond' in discordSchema.shape;

/** A config for the simulator's default world; `bot` and `more` are laid over it. */
export function configFor(sim: Sim, bot: object = {}, more: object = {}): ConfigInput {
  const { api, gateway, cdn, upload, accounts, guildId, bots } = sim.ready;
  return {
    auth: {
      keys: [
        { key: KEY, name: 'test' },
        { key: OTHER_KEY, name: 'other' },
      ],
    },
    discord: { api, gateway, cdn, upload, ...(hasPacing ? { requestsPerSecond: 0 } : {}) },
    accounts: accounts.map(({ id, kind, token }) => ({ id, kind, token })),
    bots: [
      {
        id: 'coze',
        driver: 'coze',
        listen: 'bridge',
        send: ['bridge'],
        guildId,
        botUserIds: bots.coze.userIds ?? [bots.coze.userId],
        models: ['gpt-4o'],
        idleMs: 2_500,
        deadlineMs: 20_000,
        maxChannels: 250,
        ...bot,
      },
    ],
    store: { driver: 'memory' },
    ...more,
  };
}

/** Starts a gateway on a configuration written as code; `server.port` is any free one unless the code names one. */
export function startWith(
  input: ConfigInput,
  book: LogBook,
  clock: Clock = systemClock,
): Promise<RunningGateway> {
  const flags = input.server?.port === undefined ? { server: { port: 0 } } : {};
  const { config } = loadConfig({ text: JSON.stringify(input), env: {}, flags });
  return startGateway(config, { log: book, clock });
}

/** A clock that runs so many times faster than the machine's. */
export function fasterClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    after: (delayMs, action) => systemClock.after(delayMs / factor, action),
  };
}

/** Starts both. */
export async function startBoth(
  simOptions: SimOptions = {},
  bot: object = {},
  more: object = {},
  clock?: Clock,
): Promise<EndToEnd> {
  const sim = await startSim({ port: 0, speed: 20, limits: 'none', ...simOptions });
  return frontOf(sim, configFor(sim, bot, more), clock);
}

/** Starts a gateway in front of a simulator that runs already. */
export async function frontOf(sim: Sim, input: ConfigInput, clock?: Clock): Promise<EndToEnd> {
  const book = new LogBook();
  const gateway = await startWith(input, book, clock);
  const secrets = [KEY, OTHER_KEY, ELSEWHERE_KEY, ...sim.ready.accounts.map(({ token }) => token)];
  return {
    sim,
    gateway,
    ...clientOf(gateway.url, book),
    async close() {
      await gateway.close();
      await sim.close();
      book.checkForSecrets(secrets);
    },
  };
}

/** What a test does with a gateway at a URL. */
export function clientOf(
  url: string,
  book: LogBook,
): Pick<EndToEnd, 'url' | 'book' | 'post' | 'get' | 'chat' | 'stream' | 'open' | 'ask'> {
  const post: EndToEnd['post'] = (path, body, headers = {}, signal) =>
    fetch(url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
  const complete = (
    body: string | Body,
    stream: boolean,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ) => post('/v1/chat/completions', { stream, ...bodyOf(body) }, headers, signal);
  const chat: EndToEnd['chat'] = async (body, headers, signal) =>
    readReply(await complete(body, false, headers, signal), book);
  const open: EndToEnd['open'] = async (body, headers) => {
    const leaving = new AbortController();
    return new OpenStream(await complete(body, true, headers, leaving.signal), leaving, book);
  };
  return {
    url,
    book,
    post,
    chat,
    open,
    async get(path, headers = {}) {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${KEY}`, ...headers } });
      return readReply(response, book);
    },
    async stream(body, headers) {
      return (await open(body, headers)).finish();
    },
    async ask(text, headers) {
      const reply = await chat(text, headers);
      if (reply.status !== 200) throw new Error(`${reply.status} ${reply.raw}`);
      return reply.text;
    },
  };
}

function bodyOf(body: string | Body): Body {
  if (typeof body !== 'string') return { model: 'gpt-4o', ...body };
  return { model: 'gpt-4o', messages: [{ role: 'user', content: body }] };
}
