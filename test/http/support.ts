/** A scripted ChatService and an app around it, for the tests of the HTTP surface. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import { mayUse } from '../../src/core/caller.ts';
import type { Chat, ChatAnswer, ChatEvent, ChatRequest } from '../../src/core/chat.ts';
import { type Clock, systemClock } from '../../src/core/clock.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { GatewayService } from '../../src/core/gateway-service.ts';
import { silentLog } from '../../src/core/log.ts';
import type { TaskModel } from '../../src/core/tasks.ts';
import { createApp, type HttpOptions } from '../../src/http/app.ts';
import type { ApiKey } from '../../src/http/auth.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createFakeTasks } from '../support/fake-tasks.ts';

export type Script = (request: ChatRequest) => AsyncIterable<ChatEvent>;

export const KEY = 'sk-test-key';
export const key = (patch: Partial<ApiKey> = {}): ApiKey => ({
  key: KEY,
  name: 'tester',
  bots: ['*'],
  admin: false,
  ...patch,
});

function answer(patch: Partial<ChatAnswer> = {}): ChatAnswer {
  return {
    text: 'Hello world',
    media: [],
    suggestions: [],
    reason: 'stop',
    usage: { promptTokens: 7, completionTokens: 2 },
    ...patch,
  };
}

export const completed = (patch: Partial<ChatAnswer> = {}): ChatEvent => ({
  type: 'answer-completed',
  answer: answer(patch),
});
export const delta = (text: string): ChatEvent => ({ type: 'text-delta', text });
export const replaced = (text: string): ChatEvent => ({ type: 'text-replaced', text });

/** A script that yields these events at once. */
export function says(...events: ChatEvent[]): Script {
  return async function* () {
    yield* events;
  };
}

/** A script that yields these events, then fails. */
export function fails(error: Error, ...before: ChatEvent[]): Script {
  return async function* () {
    yield* before;
    throw error;
  };
}

/** Resolves never; rejects when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

const notImplemented = () => Promise.reject(new Error('not implemented'));

class FakeService implements GatewayService {
  readonly createConversation = notImplemented;
  readonly findConversation = notImplemented;
  readonly listConversations = notImplemented;
  readonly renameConversation = notImplemented;
  readonly deleteConversation = notImplemented;
  readonly latestAnswer = notImplemented;
  readonly keepalive = notImplemented;
  readonly reconnect = notImplemented;
  readonly usage = notImplemented;
  readonly dailyUsage = notImplemented;
  readonly surveyConversations = notImplemented;
  readonly readConversation = notImplemented;
  botViews: GatewayService['botViews'] = () => [];
  readonly isOnline = () => true;
  /** The drawing half; it offers no model until a test says so. */
  readonly tasks = createFakeTasks();
  drawingModels: TaskModel[] = [];
  readonly submitTask: GatewayService['submitTask'] = (order) => this.tasks.submitTask(order);
  readonly fillForm: GatewayService['fillForm'] = (...given) => this.tasks.fillForm(...given);
  readonly findTask: GatewayService['findTask'] = (...given) => this.tasks.findTask(...given);
  readonly watchTask: GatewayService['watchTask'] = (...given) => this.tasks.watchTask(...given);
  readonly listTasks = notImplemented;
  readonly cancelTask = notImplemented;
  readonly deleteTask: GatewayService['deleteTask'] = (...given) => this.tasks.deleteTask(...given);
  readonly taskSeed = notImplemented;
  readonly uploadPictures = notImplemented;
  readonly watchAll: GatewayService['watchAll'] = (...given) => this.tasks.watchAll(...given);
  readonly studios = () => [];
  readonly orderAccount = notImplemented;
  readonly requests: ChatRequest[] = [];
  readonly remembered: string[] = [];
  script: Script = says(delta('Hello'), delta(' world'), completed());
  left = 0;
  /** How many answers were remembered when the iteration of each chat ended. */
  readonly rememberedAtEnd: number[] = [];

  chat(request: ChatRequest): Chat {
    const model = this.all().find(({ id }) => id === request.model);
    if (!model)
      throw new GatewayError('model_not_found', `No bot offers ${request.model}.`, { param: 'model' });
    if (!model.botIds.some((id) => mayUse(request.caller, id))) {
      throw new GatewayError('bot_not_allowed', 'This key may not use the bot.');
    }
    this.requests.push(request);
    return { events: this.#events(request), remember: (text) => void this.remembered.push(text) };
  }

  models(caller: ChatRequest['caller']) {
    const own = this.all().filter(({ botIds }) => botIds.some((id) => mayUse(caller, id)));
    return [...own, ...this.taskModels(caller)];
  }

  taskModels(caller: ChatRequest['caller']) {
    return this.drawingModels.filter(({ botIds }) => botIds.some((id) => mayUse(caller, id)));
  }

  all() {
    return [
      { id: 'gpt-4o', botIds: ['coze'], createdAt: 1_700_000_000 },
      { id: 'vendor/model 1', botIds: ['other'], createdAt: 1_700_000_001 },
    ];
  }

  async *#events(request: ChatRequest): AsyncIterable<ChatEvent> {
    try {
      yield* this.script(request);
    } finally {
      this.left += 1;
      this.rememberedAtEnd.push(this.remembered.length);
    }
  }
}

export interface Fixture {
  readonly app: FastifyInstance;
  readonly service: FakeService;
  readonly lines: object[];
}

/** An app around a fake service, closed when the test ends. */
export function makeApp(patch: Partial<HttpOptions> & { clock?: Clock } = {}): Fixture {
  const service = new FakeService();
  const lines: object[] = [];
  const line = (fields: object, message: string) => void lines.push({ ...fields, message });
  const app = createApp({
    service,
    keys: [key()],
    anonymousBots: [],
    open: false,
    allowIps: [],
    bodyLimitBytes: 20_000_000,
    clock: systemClock,
    log: { ...silentLog, debug: line, info: line, warn: line, error: line },
    health: {
      readiness: () => ({ ready: true, reasons: [], accounts: [{ id: 'bridge', state: 'online' }] }),
    },
    metrics: createMetrics(),
    pictures: { load: notImplemented },
    ...patch,
  });
  onTestFinished(() => app.close());
  return { app, service, lines };
}

/** The same, listening on a free port. */
export async function serveApp(
  patch: Parameters<typeof makeApp>[0] = {},
): Promise<Fixture & { url: string; port: number }> {
  const fixture = makeApp(patch);
  await fixture.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = fixture.app.server.address() as AddressInfo;
  return { ...fixture, port, url: `http://127.0.0.1:${port}` };
}

export const authorized = { authorization: `Bearer ${KEY}` };
export const ask = (patch: object = {}) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hi' }],
  ...patch,
});

/** The parsed `data:` lines of a stream; `[DONE]` stays text. */
export function framesOf(body: string): unknown[] {
  return body
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: '))
    .map((frame) => frame.slice(6))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)));
}

/** Asks for a completion with a good key. */
export async function post(fixture: Fixture, payload: object, headers: Record<string, string> = {}) {
  return fixture.app.inject({
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { ...authorized, ...headers },
    payload,
  });
}
