/** Composition: a gateway inside another program, without a port. */

import { createAdministration } from './composition/administration.ts';
import { type Answering, startAnswering } from './composition/answering.ts';
import { Changing } from './composition/changing.ts';
import { createFetch } from './composition/fetch.ts';
import { createParts } from './composition/parts.ts';
import { logIn, openParts, openStore, stopParts } from './composition/running.ts';
import { type Task, TaskList } from './composition/tasks.ts';
import { loadConfig } from './config/load.ts';
import type { Config, ConfigInput } from './config/schema.ts';
import type { Caller } from './core/caller.ts';
import type { ChatRequest } from './core/chat.ts';
import { type Clock, systemClock } from './core/clock.ts';
import type { Role } from './core/driver.ts';
import { GatewayError } from './core/errors.ts';
import { type Ids, randomIds } from './core/ids.ts';
import { type Log, silentLog } from './core/log.ts';
import { createApp } from './http/app.ts';
import { isConversationName } from './http/conversation-name.ts';
import { renderError } from './http/openai/errors.ts';
import { readConversation } from './http/openai/request.ts';
import type { ContentPart } from './http/openai/schema.ts';

/** What a gateway in a program takes beside its configuration. */
export interface CreateGatewayOptions {
  /** Where log lines go; nowhere when left out. A pino logger fits as it is. */
  readonly log?: Log;
  /** The machine's clock when left out. */
  readonly clock?: Clock;
}

/** A message in OpenAI's form; pictures are parts of type `image_url`. */
export interface QuestionMessage {
  readonly role: Role;
  readonly content: string | readonly ContentPart[];
  readonly name?: string;
}

/** What a bot is asked. */
export interface Question {
  /** A model of some bot; any bot when left out. */
  readonly model?: string;
  /** The conversation so far, oldest message first; a text stands for one message of the user. */
  readonly messages: string | readonly QuestionMessage[];
  /** Name of a lasting conversation: only the newest message of the user is sent to it. */
  readonly conversation?: string;
  /** Ends the answer when it aborts. */
  readonly signal?: AbortSignal;
}

/** A gateway in a program. Its methods may be taken out and passed on. */
export interface Gateway {
  /**
   * Resolves when the accounts are logged in, or have not managed to within 8 s: requests wait for them from then on.
   * Rejects when the gateway cannot start, as everything else then does. Nobody needs to wait for it.
   */
  readonly ready: Promise<void>;
  /** Answers a request to any HTTP path of the gateway; keys are checked as over HTTP. Streams arrive piece by piece. */
  fetch(request: Request): Promise<Response>;
  /**
   * Asks a bot. The program itself needs no key and reaches every bot.
   * @throws GatewayError invalid_request, model_not_found, shutting_down; all else comes through the answer
   */
  chat(question: Question): Answering;
  /**
   * Asks a bot in the background; gives the id of a task. Tasks last until `close`, the newest 1,000 of them.
   * @throws GatewayError like `chat`, and queue_full
   */
  submit(question: Question): string;
  /** A task as it stands now; undefined when there is none of this id. */
  task(id: string): Task | undefined;
  /** Takes no new work, lets running answers end within 5 s, then ends them and stops. */
  close(): Promise<void>;
}

/** The program itself: its conversations and its usage are kept under this name, as if it were the name of a key. */
const PROGRAM: Caller = { id: '(library)', admin: true, bots: ['*'] };

/**
 * Makes a gateway for use in a program and begins to log its accounts in. The environment is not read, and of the
 * section `server` only `bodyLimitMb` and `publicUrl` have an effect.
 * @throws ConfigError with every problem of the configuration; Error when the store cannot be opened
 */
export function createGateway(config: ConfigInput, options: CreateGatewayOptions = {}): Gateway {
  const { clock = systemClock, log = silentLog } = options;
  const loaded = loadConfig({ path: 'createGateway', text: '', env: {}, flags: config });
  for (const { path, message } of loaded.warnings) log.warn({ path }, message);
  const ids = randomIds(clock);
  const parts = createParts(loaded.config, { clock, ids, log });
  // Whoever the program lets in is not known to be on this machine.
  const started = Promise.withResolvers<void>();
  const changing = new Changing(parts, started.promise);
  const reload = (next: Config) => changing.apply(next);
  const administration = createAdministration({ changing, reload, ...parts });
  const app = createApp({ ...parts.http, administration, allowIps: [], openAdmin: false });
  const stopping = new AbortController();
  const ready = Promise.resolve(parts.observing.tracing?.open())
    .then(() => openStore(parts, async () => {}))
    .then(() => openParts(parts))
    .then(() => logIn(parts, stopping.signal));
  // Seen here, so that a program that never looks at it is not ended by it.
  ready.catch(() => {}).finally(started.resolve);

  const start = (question: Question) =>
    startAnswering(parts.chat.chat(readQuestion(question, ids)), until(ready, question.signal));
  const tasks = new TaskList(clock, ids);
  const serve = createFetch(app);
  let stopped: Promise<void> | undefined;
  return {
    ready,
    async fetch(request) {
      await until(ready, request.signal);
      return stopped ? refusal() : serve(request);
    },
    chat: start,
    submit: (question) => tasks.add(() => start(question)),
    task: (id) => tasks.get(id),
    close() {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.allSettled([ready]);
    await changing.stop();
    await stopParts(parts, () => app.close());
    await changing.end();
  }
}

/** Waits no longer than the caller does. */
function until(ready: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return ready;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    ready.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

function readQuestion({ model, messages, conversation, signal }: Question, ids: Ids): ChatRequest {
  const given = typeof messages === 'string' ? [{ role: 'user', content: messages }] : messages;
  if (conversation !== undefined && !isConversationName(conversation)) throw unusableName();
  return {
    caller: PROGRAM,
    model,
    messages: readConversation(given),
    streamed: true,
    conversation,
    signal: signal ?? new AbortController().signal,
    requestId: `lib_${ids.hex()}`,
  };
}

function unusableName(): GatewayError {
  return new GatewayError('invalid_request', 'The name of the conversation cannot be used.', {
    param: 'conversation',
    hint: 'Give 1 to 100 characters without control characters.',
  });
}

/** What is answered after the end, when there is no HTTP surface any more. */
function refusal(): Response {
  const error = new GatewayError('shutting_down', 'The gateway was closed.');
  return Response.json(renderError(error), { status: error.status });
}
